"""Bytecode of ten Pythons against what each of them did with it (fixtures/scripts/load_lambdas.py)."""

import base64
import csv
import json
import time
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


def test_functions_of_python_2_are_read():
    for name, text in DUMPED["2.7"].items():
        code = marshalled.code_of(base64.b64decode(text), marshalled.PY27)
        assert code is not None, name
        assert all(bytecode.instructions(part, "2.7") for part in marshalled.nested(code)), name


def _code(const):
    """A code object of Python 3.8 with one constant, which is given in marshal's bytes."""
    texts = b"\xf3\0\0\0\0", b")\0", b"z\1f"
    return b"c" + bytes(24) + b"s\2\0\0\0S\0" + b")\1" + const + b")\0" * 4 + texts[2] * 2 + bytes(4) + b"s\0\0\0\0"


def test_a_constant_stands_in_the_code():
    code = marshalled.code_of(_code(b"z\2hi"), marshalled.PY38)
    assert code is not None
    assert code.consts == ("hi",)


# 40 tuples of 100 references to the one before: 10^80 items where each is visited, 41 where each is visited once.
SHARED = (
    b")\x29" + b"\xa9\x64" + b"N" * 100 + b"".join(b"\xa9\x64" + (b"r" + bytes([i, 0, 0, 0])) * 100 for i in range(40))
)


@pytest.mark.parametrize(
    "hostile",
    [
        _code(SHARED),
        _code(b"l" + (2**16).to_bytes(4, "little") + b"\xff\x7f" * 2**16),  # an integer of a million bits
        _code(b"(" + (2**18 - 99).to_bytes(4, "little") + b"N" * (2**18 - 99)),
        _code(b"\xdb" + b"N" + b"r\0\0\0\0" + b"0"),  # a dictionary that holds itself
    ],
    ids=["shared tuples", "a long integer", "many constants", "itself"],
)
def test_hostile_code_is_read_in_bounded_time(hostile):
    started = time.process_time()
    for python in marshalled.READERS:
        bytecode.loads_in(hostile, python)
    assert bytecode.writers(hostile) is not None
    code = marshalled.summary(hostile)
    assert code is None or len(marshalled.nested(code)) == 1
    assert time.process_time() - started < 10
