"""One hostile file of each rule, in every format: valid, printable, and the same in another place."""

from __future__ import annotations

import importlib
import json
import pkgutil

import hostile
import jsonschema
import pytest
from conftest import FIXTURES

import inspector
from inspector.report.formats import FORMATS, render
from inspector.terms.fingerprint import fingerprint

SARIF = jsonschema.Draft4Validator(json.loads((FIXTURES / "sarif" / "sarif-2.1.0-rtm.5.json").read_text()))
REPORT = jsonschema.Draft202012Validator(
    json.loads((FIXTURES.parent / "docs" / "schema" / "report-1.0.json").read_text())
)
MODULES = sorted(found.name for found in pkgutil.iter_modules(hostile.__path__) if found.name.endswith("_cases"))
FIRING = [case for name in MODULES for case in importlib.import_module(f"hostile.{name}").CASES if case.fires]
FIRST = {case.rule: case for case in reversed(FIRING)}


@pytest.mark.parametrize("code", sorted(FIRST))
def test_every_format(code, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    reports = [inspector.inspect(str(FIRST[code].make(tmp_path / name))) for name in ("one", "two")]
    texts = {style: render(reports[0], style) for style in FORMATS}
    SARIF.validate(json.loads(texts["sarif"]))
    REPORT.validate(json.loads(texts["json"]))
    assert all(code in text for text in texts.values())
    assert all(line.isprintable() for text in texts.values() for line in text.split("\n"))
    prints = [{fingerprint(f, report.artifact.path) for f in report.findings} for report in reports]
    assert prints[0] == prints[1]
    assert len(prints[0]) == len(reports[0].findings), "two findings that nothing tells apart"
