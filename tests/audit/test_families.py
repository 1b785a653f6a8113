"""Each security rule fires on its hostile cases, at the right place and risk, and is silent on their harmless twins."""

from __future__ import annotations

import importlib
import pkgutil

import hostile
import pytest

import inspector
from inspector.rules.registry import codes

CASES = [
    case
    for module in sorted(
        found.name for found in pkgutil.iter_modules(hostile.__path__) if found.name.endswith("_cases")
    )
    for case in importlib.import_module(f"hostile.{module}").CASES
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.name}")
def test_case(case, tmp_path):
    report = inspector.inspect(str(case.make(tmp_path)), case.against or None)
    found = [finding for finding in report.findings if finding.rule == case.rule]
    if not case.fires:
        assert not found
        return
    places = [(place.member, place.pointer) for finding in found for place in finding.locations]
    assert (case.member, case.pointer) in places, (places, report.findings, report.gaps)
    assert case.risk in ("", found[places.index((case.member, case.pointer))].risk)


def test_every_family_has_a_case_that_fires_and_one_that_must_not():
    wanted = {code for code in codes() if code.startswith("SEC")}
    assert {case.rule for case in CASES if case.fires} == wanted
    assert {case.rule for case in CASES if not case.fires} == wanted
