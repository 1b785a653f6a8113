"""Bytecode of nine Pythons against what each of nine Pythons did with it (fixtures/scripts/load_lambdas.py)."""

import base64
import csv
import json
from pathlib import Path

import pytest

from inspector.codec import bytecode, marshalled
from inspector.codec.bytecode import Effect, Outcome

FIXTURES = Path(__file__).parents[2] / "fixtures" / "bytecode"
DUMPED = json.loads((FIXTURES / "dumped.json").read_text())
ROWS = list(csv.DictReader((FIXTURES / "outcomes.tsv").open(newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
PYTHONS = sorted(DUMPED)


def data_of(row):
    return base64.b64decode(DUMPED[row["writer"]][row["function"]])


@pytest.mark.parametrize("reader", PYTHONS)
def test_loading_ends_as_recorded(reader):
    for row in (row for row in ROWS if row["reader"] == reader):
        raised = Outcome(Effect.RAISES, row["type"], row["text"])
        expected = raised if row["stage"] == "loads" else Outcome(Effect.OK)
        assert bytecode.loads_in(data_of(row), reader) == expected, row


@pytest.mark.parametrize("reader", PYTHONS)
def test_calling_is_never_judged_against_the_record(reader):
    for row in (row for row in ROWS if row["reader"] == reader and row["stage"] != "loads"):
        effect = bytecode.calls_in(data_of(row), reader).effect
        allowed = {Effect.OK} if row["stage"] == "ok" else {Effect.RAISES, Effect.CRASHES}
        assert effect in {*allowed, Effect.UNKNOWN}, row
        assert effect is Effect.OK or row["writer"] != reader, row


@pytest.mark.parametrize("writer", PYTHONS)
def test_the_writer_is_among_those_named(writer):
    for code in DUMPED[writer].values():
        assert writer in bytecode.writers(base64.b64decode(code))


def test_names_and_places_of_a_function():
    code = marshalled.summary(base64.b64decode(DUMPED["3.11"]["call_keywords"]))
    assert code is not None
    assert (code.names, code.filename, code.name) == (("tf", "reduce_mean"), "f.py", "<lambda>")


@pytest.mark.parametrize("python", sorted(marshalled.READERS))
def test_every_cut_is_an_error_and_no_crash(python):
    whole = base64.b64decode(DUMPED[python]["comprehension"])
    for length in range(len(whole)):
        assert bytecode.loads_in(whole[:length], python).effect is Effect.RAISES


def test_deep_nesting_is_not_followed():
    assert bytecode.loads_in(b")\x01" * 100_000, "3.11").effect is Effect.UNKNOWN


def test_a_python_that_was_not_recorded_is_unknown():
    assert bytecode.loads_in(base64.b64decode(DUMPED["3.11"]["times"]), "3.99").effect is Effect.UNKNOWN


def test_text_that_is_no_base64_is_taken_as_bytes():
    assert bytecode.decode("\u00e3\u0001") == b"\xe3\x01"
