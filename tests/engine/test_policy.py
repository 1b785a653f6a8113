"""Which findings count: selection, severity, suppressions with reason and expiry, and what nothing can suppress."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_cases import finding, report

from inspector.engine.policy import Policy, Suppression, exit_status, govern
from inspector.engine.policy_file import read_policy
from inspector.terms.errors import UsageError
from inspector.terms.finding import ExpectedError, Location, Outcome, Problem, Severity
from inspector.terms.fingerprint import fingerprint
from inspector.terms.record import replace
from inspector.terms.runtime import KerasFlavour, Runtime

TODAY = "2026-06-15"
PATH = str(Path.cwd() / "models" / "my model.keras")
CONFIG = {"source": "inspector.toml", "folder": str(Path.cwd())}
TARGET = Runtime("env.lock", "3.11", {}, "2.15.1", "2.15.0", KerasFlavour.KERAS2)
LOADER = "keras.models.load_model"
PROBLEM = Problem("KER101", "", Location("config.json"), ExpectedError("TypeError", "no"))
FAILS = {"runtime": TARGET, "outcomes": (Outcome(LOADER, (PROBLEM,)),), "required": (LOADER,)}


def governed(*findings, today=TODAY, **policy):
    return govern(report(*findings, path=PATH), Policy(**CONFIG, **policy), today)


def suppression(**fields):
    return Suppression(**({"rules": ("SEC304",), "reason": "reviewed"} | fields))


@pytest.mark.parametrize(
    ("policy", "kept"),
    [
        ({}, ["KER101", "SEC304"]),
        ({"select": ("SEC",)}, ["SEC304"]),
        ({"ignore": ("SEC3",)}, ["KER101"]),
        ({"select": ("SEC",), "ignore": ("SEC304",)}, []),
        ({"suppressions": (suppression(),)}, ["KER101"]),
    ],
)
def test_what_is_left_out_is_listed_with_its_reason(policy, kept):
    found = governed(finding("KER101"), finding(), **policy)
    assert [f.rule for f in found.findings] == kept
    assert len(found.findings) + len(found.suppressed) == 2
    assert all("inspector.toml" in entry.reason for entry in found.suppressed)
    assert len(found.to_dict()["suppressed"]) == 2 - len(kept)


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, True),
        ({"rules": ("SEC",)}, True),
        ({"rules": ("SEC304", "KER1")}, True),
        ({"rules": ("SEC301",)}, False),
        ({"path": "models/*.keras"}, True),
        ({"path": "*"}, True),
        ({"path": "*.h5"}, False),
        ({"path": "my model.keras"}, False),
        ({"member": "config.json"}, True),
        ({"member": "*.h5"}, False),
        ({"pointer": "/config/layers/*"}, True),
        ({"pointer": "/config/layers/2"}, False),
        ({"fingerprint": fingerprint(finding(), PATH)}, True),
        ({"fingerprint": fingerprint(finding(details={"code": "other"}), PATH)}, False),
        ({"expires": TODAY}, True),
        ({"expires": "2026-06-14"}, False),
    ],
)
def test_a_suppression_fits(fields, fits):
    found = governed(finding(), suppressions=(suppression(**fields),))
    assert bool(found.suppressed) == fits
    assert bool(found.findings) != fits


def test_every_place_of_a_finding_must_be_accepted():
    two = replace(finding(), locations=(Location("config.json"), Location("other.json")))
    assert not governed(two, suppressions=(suppression(member="config.json"),)).suppressed


def test_an_expired_suppression_lets_the_finding_back_and_says_so():
    found = governed(finding(), suppressions=(suppression(expires="2026-06-14"),))
    assert found.findings[0].note == "its suppression expired on 2026-06-14 (reviewed)"


def test_an_unused_suppression_of_this_artifact_is_said():
    found = governed(suppressions=(suppression(path="models/*"), suppression(path="other/*"), suppression()))
    assert found.notes == ("the suppression of SEC304 for models/* in inspector.toml is unused",)


def test_the_longest_code_gives_the_severity_and_the_old_one_is_said():
    severities = {"SEC": Severity.WARNING, "SEC304": Severity.NOTE}
    found = governed(finding(), finding("KER101"), severities=severities).findings
    assert [f.severity for f in found] == [Severity.NOTE, Severity.ERROR]
    assert [f.note for f in found] == ["error before inspector.toml", ""]


@pytest.mark.parametrize(
    "policy",
    [
        {"ignore": ("KER",)},
        {"select": ("SEC",)},
        {"suppressions": (suppression(rules=("KER101",)),)},
        {"severities": {"KER": Severity.NOTE}},
    ],
)
def test_the_failure_of_a_required_loader_stays(policy):
    stops = finding("KER101", blocks=(LOADER,))
    found = govern(report(stops, path=PATH, **FAILS), Policy(**CONFIG, **policy), TODAY)
    assert found.findings[0].rule == "KER101"
    assert found.findings[0].note
    assert not found.suppressed
    assert (found.verdict, exit_status(found, "never")) == ("fails", 1)


def test_what_stops_only_another_loader_may_be_left_out():
    other = finding("KER101", blocks=("keras.models.load_model(compile=False)",))
    assert govern(report(other, path=PATH, **FAILS), Policy(**CONFIG, ignore=("KER",)), TODAY).suppressed


@pytest.mark.parametrize(
    ("standing", "fail_on", "status"),
    [("", "error", 1), ("new", "error", 1), ("known", "note", 0), ("", "never", 0), ("", "note", 1)],
)
def test_known_findings_fail_nothing(standing, fail_on, status):
    assert exit_status(report(finding(standing=standing)), fail_on) == status


WHOLE = """
select = ["SEC", "ker1"]
ignore = ["SEC304"]
fail-on = "warning"
[severity]
SEC304 = "note"
[[suppressions]]
rules = ["SEC3"]
path = "models/*.keras"
member = "config.json"
pointer = "/config/*"
fingerprint = "0123"
reason = "reviewed in 2026"
expires = 2027-01-31
"""


@pytest.mark.parametrize(("name", "prefix"), [("inspector.toml", ""), ("pyproject.toml", "tool.inspector")])
def test_reads_a_whole_configuration(tmp_path, name, prefix):
    text = WHOLE
    if prefix:
        text = f"[{prefix}]" + text.replace("[severity]", f"[{prefix}.severity]").replace(
            "[[suppressions]]", f"[[{prefix}.suppressions]]"
        )
    (tmp_path / name).write_text(text)
    accepted = Suppression(
        rules=("SEC3",),
        reason="reviewed in 2026",
        path="models/*.keras",
        member="config.json",
        pointer="/config/*",
        fingerprint="0123",
        expires="2027-01-31",
    )
    assert read_policy(tmp_path / name) == Policy(
        source=name,
        folder=str(tmp_path),
        select=("SEC", "KER1"),
        ignore=("SEC304",),
        severities={"SEC304": Severity.NOTE},
        suppressions=(accepted,),
        fail_on="warning",
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ingore = []", "'ingore' is not known (did you mean 'ignore'?)"),
        ("fail_on = 'error'", "did you mean 'fail-on'"),
        ("fail-on = 'errors'", "did you mean 'error'"),
        ("ignore = ['SEC999']", "no rule 'SEC999'"),
        ("ignore = ['KER1O1']", "did you mean 'KER1"),
        ("ignore = ['']", "no rule ''"),
        ("ignore = 'SEC'", "expected a list"),
        ("ignore = [1]", "expected a text"),
        ("severity = 'note'", "expected a table"),
        ("[severity]\nSEC304 = 'low'", "'low' is not known"),
        ("suppressions = 1", "expected [[suppressions]]"),
        ("suppressions = [1]", "expected a table"),
        ("[[suppressions]]\nrules = ['SEC304']", "suppression 1: a suppression needs a reason"),
        ("[[suppressions]]\nrules = ['SEC304']\nreason = ' '", "needs a reason"),
        ("[[suppressions]]\nreason = 'x'", "needs rules"),
        ("[[suppressions]]\nrules = ['SEC304']\nreason = 'x'\nexpire = 2026-01-01", "did you mean 'expires'"),
        ("[[suppressions]]\nrules = ['SEC304']\nreason = 'x'\nexpires = 'soon'", "expires is a date"),
        ("[[suppressions]]\nrules = ['SEC304']\nreason = 'x'\nexpires = 5", "expires is a date"),
        ("x = [", "not readable as TOML"),
        ("x = " + "[" * 100_000, "not readable as TOML"),
        ("# " + "x" * (1 << 20), "larger than"),
    ],
)
def test_what_is_not_understood_is_said_in_one_line(tmp_path, text, says):
    (tmp_path / "inspector.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_policy(tmp_path / "inspector.toml")
    assert says in str(caught.value)
    assert "inspector.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "tool = 1", "[tool.other]"])
def test_a_project_without_our_table_decides_nothing(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    assert read_policy(tmp_path / "pyproject.toml") == Policy(source="pyproject.toml", folder=str(tmp_path))
