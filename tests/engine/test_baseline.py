"""A baseline: known findings fail nothing, new ones do, stale entries are said; another code is another finding."""

from __future__ import annotations

import json

import pytest
from report_cases import finding, report

from inspector.engine.baseline import Baseline, baseline_text, compared, read_baseline, renewed
from inspector.engine.policy import exit_status
from inspector.terms.errors import UsageError
from inspector.terms.finding import Suppressed
from inspector.terms.record import replace

ODD = '{"baseline_version": 1, "findings": [{"artifact": "a", "rule": "b", "fingerprint": "c", "member": 5}]}'


def kept(tmp_path, *findings, name="m.keras", earlier=None):
    """A baseline of one artifact beside it, and that artifact's path."""
    path = str(tmp_path / "baseline.json")
    found = report(*findings, path=str(tmp_path / name))
    (tmp_path / "baseline.json").write_text(baseline_text(renewed(earlier or Baseline(path), found)))
    return read_baseline(path), str(tmp_path / name)


@pytest.mark.parametrize(
    ("now", "standing", "status"),
    [
        (finding(), "known", 0),
        (finding(message="other words", fix="other"), "known", 0),
        (finding(pointer="/config/layers/2"), "new", 1),
        (finding(subject="TFSMLayer"), "new", 1),
        (finding(details={"code": "another body"}), "new", 1),
        (finding("SEC401"), "new", 1),
    ],
)
def test_what_is_known(tmp_path, now, standing, status):
    baseline, path = kept(tmp_path, finding())
    found = compared(report(now, path=path), baseline)
    assert found.findings[0].standing == standing
    assert exit_status(found, "error") == status
    assert found.to_dict()["findings"][0]["baseline"] == standing


def test_an_artifact_is_known_by_its_path_from_the_baseline(tmp_path):
    baseline, _ = kept(tmp_path, finding())
    elsewhere = replace(baseline, path=str(tmp_path / "copy" / "baseline.json"))
    assert (
        compared(report(finding(), path=str(tmp_path / "copy" / "m.keras")), elsewhere).findings[0].standing == "known"
    )
    assert compared(report(finding(), path=str(tmp_path / "n.keras")), baseline).findings[0].standing == "new"


def test_what_is_no_longer_found_is_said(tmp_path):
    baseline, path = kept(tmp_path, finding(), finding(pointer="/x"))
    found = compared(report(finding(), path=path), baseline)
    assert found.notes == ("no longer found, though in the baseline baseline.json: SEC304 config.json /x",)
    suppressed = replace(report(path=path), suppressed=(Suppressed(finding(), "ignore", ""),))
    assert "/config" not in compared(suppressed, baseline).notes[0]


def test_writing_keeps_what_is_known_of_other_artifacts(tmp_path):
    first, _ = kept(tmp_path, finding(), name="a.keras")
    second, _ = kept(tmp_path, finding(), finding(pointer="/x"), name="b.keras", earlier=first)
    third, _ = kept(tmp_path, name="b.keras", earlier=second)
    assert [len(baseline.entries) for baseline in (first, second, third)] == [1, 3, 1]


def test_the_file_is_the_same_whatever_the_order(tmp_path):
    path = str(tmp_path / "baseline.json")
    one, two = finding(), finding(pointer="/x")
    texts = [baseline_text(renewed(Baseline(path), report(*order, path="m"))) for order in ((one, two), (two, one))]
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]
    assert json.loads(texts[0])["baseline_version"] == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"baseline_version": 2, "findings": []}',
        '{"baseline_version": 1, "findings": [1]}',
        "[" * 10**5,
    ],
)
def test_another_file_is_no_baseline(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(UsageError, match="no baseline"):
        read_baseline(str(tmp_path / "x.json"), needed=False)


def test_a_missing_baseline_is_an_error_only_where_it_is_needed(tmp_path):
    assert read_baseline(str(tmp_path / "none"), needed=False).entries == ()
    with pytest.raises(UsageError, match="no baseline"):
        read_baseline(str(tmp_path / "none"))
