"""The table of risky ops is made of the recorded registries; the advisories say which releases they hold for."""

from __future__ import annotations

import pytest

from inspector.audit.graph.advisories import advisories, first_without
from inspector.audit.graph.ops_build import TARGET, text, unlisted
from inspector.audit.graph.risk import CAPABILITIES
from inspector.audit.graph.table import table


def test_the_shipped_table_is_what_the_registries_say():
    assert TARGET.read_text(encoding="utf-8") == text()


def test_every_recorded_op_with_an_argument_that_names_a_place_is_listed():
    assert list(unlisted()) == []


def test_every_capability_has_a_risk():
    assert {op.can for op in table().ops.values()} == set(CAPABILITIES)


@pytest.mark.parametrize(
    ("op", "package"), [("CaseFoldUTF8", "tensorflow-text"), ("MatMul", ""), ("InertCustomOp", "")]
)
def test_ops_of_packages(op, package):
    assert table().add_on(op) == package


@pytest.mark.parametrize(
    ("version", "has", "has_not"),
    [
        ("2.3.3", "CVE-2021-37678", "CVE-2021-29539"),
        ("2.5.2", "CVE-2022-23591", "CVE-2021-41213"),
        ("2.5.3", "CVE-2022-35938", "CVE-2022-23591"),
        ("2.8.0", "CVE-2022-35938", "CVE-2022-23591"),
        ("2.11.0", "CVE-2023-25668", "CVE-2022-35938"),
    ],
)
def test_a_release_has_what_its_line_did_not_get(version, has, has_not):
    found = {name for item in advisories(version) for name in item.ids}
    assert has in found
    assert has_not not in found
    assert first_without(version) == "2.12.0"


@pytest.mark.parametrize("version", ["2.11.1", "2.12.0", "2.21.0", "", "nightly"])
def test_releases_without_any(version):
    assert advisories(version) == ()
