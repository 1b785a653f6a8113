"""How outcomes become a verdict, findings and an exit status."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from inspector.engine.agree import agreed
from inspector.engine.applicable import LoaderModel
from inspector.engine.check import _judge, check
from inspector.engine.explain import damage_findings, findings_of
from inspector.engine.policy import exit_status
from inspector.engine.requirements import _packages
from inspector.runtime.facts import Capabilities
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format
from inspector.terms.finding import ExpectedError, Gap, Location, Outcome, Problem, Severity, Verdict
from inspector.terms.report import Report, Requirements
from inspector.terms.runtime import KerasFlavour, Runtime

RUNTIME = Runtime("env.lock", "3.11.7", {}, "2.15.1", "2.15.0", KerasFlavour.KERAS2)
CAPABILITIES = Capabilities(RUNTIME, None, None)
ARTIFACT = Artifact("m.keras", Format.KERAS, is_directory=False, suffix=".keras", magic=b"PK\3\4")
PLACE = Location("config.json", "/config/layers/1")
PROBLEM = Problem("KER101", "MyLayer", PLACE, ExpectedError("TypeError", "no"), {"name": "MyLayer"})
GAP = Gap(PLACE, "not known")
MAIN = "keras.models.load_model"


def outcome(*problems, gaps=(), loader=MAIN):
    return Outcome(loader, problems, tuple(gaps))


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (outcome(), Verdict.LOADS),
        (outcome(gaps=[GAP]), Verdict.UNKNOWN),
        (outcome(PROBLEM), Verdict.FAILS),
        (outcome(PROBLEM, gaps=[GAP]), Verdict.FAILS),
    ],
)
def test_a_problem_fails_else_a_gap_is_unknown(given, verdict):
    assert given.verdict is verdict


@pytest.mark.parametrize(
    ("below", "above", "verdict"),
    [
        (outcome(), outcome(), Verdict.LOADS),
        (outcome(PROBLEM), outcome(PROBLEM), Verdict.FAILS),
        (outcome(), outcome(PROBLEM), Verdict.UNKNOWN),
        (outcome(PROBLEM), outcome(), Verdict.UNKNOWN),
    ],
)
def test_an_unrecorded_release_answers_where_its_neighbours_agree(below, above, verdict):
    (answer,) = agreed([[below], [above]], [CAPABILITIES, CAPABILITIES])
    assert answer.verdict is verdict


def test_disagreement_says_what_each_release_does():
    (answer,) = agreed([[outcome()], [outcome(PROBLEM)]], [CAPABILITIES, CAPABILITIES])
    assert "loads" in answer.gaps[0].reason
    assert "fails" in answer.gaps[0].reason


def test_one_problem_of_two_loaders_is_one_finding():
    without = f"{MAIN}(compile=False)"
    (finding,) = findings_of((outcome(PROBLEM), outcome(PROBLEM, loader=without)), RUNTIME, (MAIN,))
    assert finding.blocks == (MAIN, without)
    assert finding.severity is Severity.ERROR


def test_what_stops_only_other_loaders_is_a_warning():
    (finding,) = findings_of((outcome(PROBLEM, loader="model.predict"),), RUNTIME, (MAIN,))
    assert finding.severity is Severity.WARNING


def test_damage_is_a_finding_without_a_target():
    damaged = Artifact(
        "m.h5",
        Format.KERAS_H5,
        is_directory=False,
        suffix=".h5",
        magic=b"version ",
        damage=(Damage("m.h5", DamageKind.LFS_POINTER, "pointer"),),
    )
    (finding,) = damage_findings(damaged, ())
    assert finding.rule == "INT104"
    assert "git lfs pull" in finding.fix


def test_an_internal_error_is_a_gap_unless_debugging(monkeypatch):
    broken = ModuleType("inspector.loaders.broken")
    broken.outcomes = lambda _artifact, _capabilities: 1 / 0
    monkeypatch.setitem(sys.modules, "inspector.loaders.broken", broken)
    model = LoaderModel("inspector.loaders.broken", MAIN)
    (answer,) = _judge(model, ARTIFACT, CAPABILITIES, debug=False)
    assert answer.loader == MAIN
    assert answer.verdict is Verdict.UNKNOWN
    assert "ZeroDivisionError" in answer.gaps[0].reason
    with pytest.raises(ZeroDivisionError):
        _judge(model, ARTIFACT, CAPABILITIES, debug=True)


@pytest.mark.parametrize(
    ("outcomes", "gaps", "fail_on", "expected"),
    [
        ((outcome(),), (), "error", 0),
        ((outcome(PROBLEM),), (), "error", 1),
        ((outcome(PROBLEM),), (), "never", 1),
        ((outcome(), outcome(PROBLEM, loader="model.predict")), (), "never", 0),
        ((outcome(gaps=[GAP]),), (GAP,), "error", 3),
        ((outcome(),), (GAP,), "error", 3),
        ((outcome(), outcome(PROBLEM, loader="model.predict")), (), "error", 0),
        ((outcome(), outcome(PROBLEM, loader="model.predict")), (), "warning", 1),
    ],
)
def test_exit_status(outcomes, gaps, fail_on, expected):
    findings = findings_of(outcomes, RUNTIME, (MAIN,))
    report = Report(ARTIFACT, RUNTIME, outcomes, (MAIN,), findings, Requirements(), gaps)
    assert exit_status(report, fail_on) == expected


def test_a_format_without_a_loader_is_unknown_with_its_reason():
    report = check(Artifact("m.tflite", Format.TFLITE, is_directory=False, suffix=".tflite", magic=b"TFL3"), RUNTIME)
    assert report.verdict is Verdict.UNKNOWN
    assert [gap.reason for gap in report.gaps] == [
        "a TensorFlow Lite model: tf.lite.Interpreter runs it; no loader that is judged here does"
    ]


@pytest.mark.parametrize(
    ("ops", "classes", "packages"),
    [
        (("MatMul", "CaseFoldUTF8"), (), {"tensorflow-text"}),
        ((), ("Addons>WeightNormalization",), {"tensorflow-addons"}),
        (("MatMul",), ("Dense", "mine>Dense"), set()),
    ],
)
def test_packages_that_provide_ops_and_classes(ops, classes, packages):
    assert _packages(ops, classes) == packages
