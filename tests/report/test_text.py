"""Reports for people: the answer first, the worst first, and nothing in a file that fools the reader."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from conftest import FIXTURES
from report_cases import finding, report

from inspector.report.formats import FORMATS, render
from inspector.report.json_text import dumps
from inspector.report.readable import HEAD_LIMIT, TAIL_LIMIT, plain
from inspector.terms.audit import Exposure, Moment, Risk
from inspector.terms.finding import ExpectedError, Gap, Location, Outcome, Problem, Severity, Suppressed
from inspector.terms.record import replace
from inspector.terms.runtime import KerasFlavour, Runtime

SCHEMA = json.loads((FIXTURES.parent / "docs" / "schema" / "report-1.0.json").read_text())
TARGET = Runtime("env.lock", "3.11", {}, "2.15.1", "2.15.0", KerasFlavour.KERAS2)
LOADER = "keras.models.load_model"
LOADS = {"runtime": TARGET, "outcomes": (Outcome(LOADER),), "required": (LOADER,)}
ERROR = ExpectedError("TypeError", "no")
FAILS = LOADS | {"outcomes": (Outcome(LOADER, (Problem("KER101", "", Location("config.json"), ERROR),)),)}
LOADS_THERE = "LOADS in env.lock (tensorflow 2.15.1, keras 2.15.0, Python 3.11): keras.models.load_model"
MEDIUM = {"risk": Risk.MEDIUM, "severity": Severity.WARNING}
LOW = {"risk": Risk.LOW, "severity": Severity.NOTE}

UNREAD = report(gaps=(Gap(Location("a"), "b"),))


@pytest.mark.parametrize(
    ("found", "first"),
    [
        (report(), "NO FINDINGS in models/my model.keras (keras)"),
        (
            report(finding()),
            "DANGEROUS models/my model.keras (keras): SEC304 a-name at load: runs in keras 3.0.0 to 3.10.0",
        ),
        (
            report(finding(exposure_text="runs at load in keras 3; blocked from 4"), path="x"),
            "DANGEROUS x (keras): SEC304 a-name: runs at load in keras 3; blocked from 4",
        ),
        (
            report(finding(exposure_text=f"runs at load in keras 3.0.0; {'x' * 100}")),
            "DANGEROUS models/my model.keras (keras): SEC304 a-name: runs at load in keras 3.0.0",
        ),
        (
            report(finding(**MEDIUM), finding(risk=Risk.HIGH, exposure_text="")),
            "DANGEROUS models/my model.keras (keras): SEC304 a-name at load; 1 more finding",
        ),
        (
            report(finding(**MEDIUM, exposure_text="")),
            "SUSPICIOUS models/my model.keras (keras): SEC304 a-name at load",
        ),
        (report(finding(**LOW)), "1 FINDING in models/my model.keras (keras), worst: note"),
        (report(finding(moment=Moment.DEAD)), "1 FINDING in models/my model.keras (keras), worst: error"),
        (report(finding("KER101")), "1 FINDING in models/my model.keras (keras), worst: error"),
        (
            report(**LOADS),
            LOADS_THERE,
        ),
        (
            report(finding(**MEDIUM), finding(), **LOADS),
            LOADS_THERE + "; 2 security findings, worst: error",
        ),
        (
            report(finding(exposure=Exposure.BLOCKED, severity=Severity.WARNING), **FAILS),
            LOADS_THERE.replace("LOADS", "FAILS") + "; 1 security finding, worst: warning",
        ),
        (
            replace(report(), suppressed=(Suppressed(finding(), "ignore", "by us"),)),
            "NO FINDINGS in models/my model.keras (keras); 1 suppressed",
        ),
        (
            replace(UNREAD, artifact=replace(UNREAD.artifact, graph=object())),
            "NO FINDINGS in models/my model.keras (keras); part of it could not be read",
        ),
        (UNREAD, "NOT JUDGED models/my model.keras (keras): b"),
    ],
)
def test_the_first_line_is_the_answer(found, first):
    assert render(found, "table").splitlines()[0] == first
    word = re.match(r"[A-Z0-9 ]*[A-Z]", first).group()
    assert f"**{word}**" in render(found, "markdown").splitlines()[0]


def test_what_stops_the_load_stands_first_then_the_riskiest():
    stops = finding("KER101", blocks=(LOADER,), message="one", predicts=ERROR)
    rest = [finding(**LOW, message="five"), finding("KER102", message="four"), finding(message="two")]
    found = report(*rest, finding(risk=Risk.HIGH, message="three"), stops, **FAILS)
    text = render(found, "table")
    places = [text.index(f"    {word}") for word in ("one", "two", "three", "four", "five")]
    assert places == sorted(places)


def test_a_finding_says_when_and_what_to_do():
    text = render(report(finding()), "table")
    assert "    when: by loading alone; runs in keras 3.0.0 to 3.10.0\n    fix: remove it" in text


HOSTILE = (
    "\x1b[2J\x1b[32mNO FINDINGS",
    "x\nNO FINDINGS in x",
    "x\r\nLOADS",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "a\u200bb",
    "\x9b31m",
    "\x00\x07\x08\x7f",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "\ud800",
    "\U000e0041",
    "x" + " " * 500 + "LOADS",
)
UNSAFE = re.compile(r"[^\x20-\x7e\n]")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("style", FORMATS)
def test_no_name_in_a_file_acts_on_the_terminal_or_forges_a_line(name, style):
    def written(word):
        evil = finding(member=word, pointer=word, message=word, fix=word, exposure_text=word, note=word)
        raised = finding("KER101", member=word, predicts=ExpectedError(word, word), blocks=(word,))
        outcomes = (Outcome(word, gaps=(Gap(Location(word, word), word),)), Outcome(LOADER))
        kept = (Suppressed(replace(evil), "ignore", word, word),)
        gaps = (Gap(Location(word, word), word),)
        found = report(evil, raised, path=word, gaps=gaps, **(LOADS | {"outcomes": outcomes}))
        return render(replace(found, suppressed=kept, notes=(word,)), style)

    text = written(name)
    assert not [char for char in UNSAFE.findall(text) if not char.isprintable()]
    assert len(text.splitlines()) == len(written("harmless").splitlines())
    assert text.encode()
    if style not in {"json", "sarif"}:
        assert " " * 300 not in text


def test_long_names_are_cut_in_text_and_whole_in_json():
    found = report(finding(member="a" * 100_000))
    assert len(render(found, "table")) < 10 * (HEAD_LIMIT + TAIL_LIMIT)
    assert len(json.loads(render(found, "json"))["findings"][0]["locations"][0]["member"]) == 100_000


@pytest.mark.parametrize("text", ["plain", "größer", "模型", "a b", "x\\y"])
def test_readable_names_stay_as_they_are(text):
    assert plain(text) == text
    assert text in dumps([text]) or "\\\\" in dumps([text])
    assert json.loads(dumps([text])) == [text]


@pytest.mark.parametrize("text", HOSTILE)
def test_json_says_the_same_with_escapes(text):
    assert json.loads(dumps({text: text})) == {text: text}


def test_markdown_holds_no_markup_of_the_file():
    evil = "![x](http://evil/) <img src=x> | `code` @everyone [a](b) www.evil.example"
    text = render(report(finding(member=evil, message=evil, fix=evil)), "markdown")
    outside = re.sub(r"`[^`]*`", "", text)
    assert not re.search(r"(?<!\\)[<\[@](?!/?(details|summary|br))|://|(?<!\\)!\[|www\.", outside)
    rows = [line for line in text.splitlines() if line.startswith("| error")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [5]


def test_markdown_details_are_counted():
    text = render(report(*[finding(pointer=f"/{i}") for i in range(150)]), "markdown")
    assert "50 more without rows" in text
    assert "130 more without details" in text


def test_the_json_report_of_everything_follows_its_schema():
    known = finding(standing="known", note="a note")
    kept = (
        Suppressed(finding(), "suppression", "reviewed", "2030-01-01"),
        Suppressed(finding("KER101"), "ignore", "x"),
    )
    found = replace(
        report(known, finding("KER101"), finding(exposure=None, exposure_text="")), suppressed=kept, notes=("x",)
    )
    jsonschema.validate(json.loads(render(found, "json")), SCHEMA)
    wrong = replace(found, findings=(finding(moment="later"),))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(render(wrong, "json")), SCHEMA)
