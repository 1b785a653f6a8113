"""The words for guards, against what real releases did (fixtures/scripts/record_guards.py) and the tags of Keras."""

import csv
import json
from pathlib import Path

import pytest
from hostile.keras_cases import CASES
from packaging.specifiers import SpecifierSet

import inspector
from inspector.audit import guards
from inspector.audit.guards import exposure
from inspector.terms.audit import Exposure, Risk, Sighting
from inspector.terms.finding import Location
from inspector.terms.runtime import KerasFlavour, Runtime

FIXTURES = Path(__file__).parents[2] / "fixtures" / "guards"
ROWS = list(csv.DictReader((FIXTURES / "outcomes.tsv").open(newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
# Ranges as the tags of keras-team/keras have them: guard, releases in which it is there.
TAGS = json.loads((FIXTURES / "tags.json").read_text())["guards"]


def sighting(guard):
    return Sighting("SEC101", "x", Location("m"), Risk.HIGH, guard=guard)


def target(flavour, version):
    tensorflow = version if flavour == "bundled" else "2.15.0"
    return Runtime("t", None, {}, tensorflow, version, KerasFlavour(flavour))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['case']}-{row['flavour']}-{row['releases'].split()[0]}")
def test_what_was_recorded_is_said(row):
    for release in row["releases"].split():
        state, text = exposure(sighting(row["case"]), target(row["flavour"], release))
        assert (state is Exposure.RUNS) == (row["outcome"] == "runs")
        assert release in text
        if row["outcome"] in {"blocked", "fails"}:
            assert row["type"] in text


def within(version, ranges):
    """Whether a release is in a list such as `>=3.12.1,!=3.13.0` with alternatives after `or`."""
    return any(version in SpecifierSet(part.strip()) for part in ranges.split(" or "))


@pytest.mark.parametrize("case", sorted(TAGS))
def test_recorded_guards_are_those_of_the_tags(case):
    found = [row for row in ROWS if row["case"] == case and row["flavour"] == "keras3"]
    releases = {release: row["outcome"] for row in found for release in row["releases"].split()}
    assert releases
    for release, outcome in releases.items():
        assert (outcome == "blocked") == within(release, TAGS[case]), release


@pytest.mark.parametrize(
    ("guard", "says"),
    [
        ("foreign_module@keras", "runs at load in keras 2.13.1 to 2.15.0, keras 3.0.0 to 3.8.0, tf_keras up to 2.21.0"),
        ("loading_api@keras", "blocked from keras 3.11.0"),
        ("yaml", "works in TensorFlow 1.0.0 to before 2.3.4"),
    ],
)
def test_without_a_target_the_releases_are_named(guard, says):
    assert says in exposure(sighting(guard), None)[1]


def test_releases_between_and_after_the_recorded_ones():
    state, text = exposure(sighting("foreign_module@keras"), target("keras3", "3.0.3"))
    assert (state, text) == (Exposure.RUNS, "runs at load in keras 3.0.3")
    state, text = exposure(sighting("foreign_module@keras"), target("keras3", "3.99.0"))
    assert state is Exposure.BLOCKED
    assert "as in 3.15.1, the newest recorded" in text


def test_bytecode_needs_its_python():
    stored = Sighting("SEC102", "3.8", Location("m"), Risk.LOW, guard="lambda_python", details={"readers": "3.8 3.9"})
    target_311 = Runtime("t", "3.11.7", {}, "2.15.0", "2.15.0", KerasFlavour.KERAS2)
    assert exposure(stored, target_311)[0] is Exposure.BLOCKED
    assert exposure(stored, None) == (None, "read by Python 3.8, 3.9")


def test_no_guard_says_nothing():
    assert exposure(sighting(""), target("keras3", "3.8.0")) == (None, "")
    assert exposure(sighting("nothing@keras"), None) == (None, "")
    assert guards._number("3.8.0rc1") == (3, 8, 0)


@pytest.mark.parametrize("release", ["3.0.5", "3.8.0", "3.11.3", "3.12.4", "3.15.1"])
@pytest.mark.parametrize("case", [case for case in CASES if case.fires], ids=lambda case: f"{case.rule}-{case.name}")
def test_what_a_guard_blocks_does_not_load(case, release, tmp_path):
    report = inspector.inspect(str(case.make(tmp_path)), against=f"keras=={release},tensorflow==2.18.1")
    verdict = report.to_dict()["verdicts"].get("keras.models.load_model", {}).get("verdict")
    for finding in report.findings:
        if finding.exposure is Exposure.BLOCKED and "load fails" in finding.exposure_text:
            assert verdict != "loads", (finding.rule, finding.exposure_text)
