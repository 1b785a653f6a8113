"""When the functions of a graph run: what the audit says, held against what releases really ran."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.graph_moments import make

import inspector
from inspector.audit.evidence import evidence_of

ROOT = Path(__file__).parents[2]
ROWS = [line.split("\t") for line in (ROOT / "fixtures/graph_moments.tsv").read_text().splitlines()[1:]]
FAILING = {"unknown_op", "late_failure"}
CASES = sorted({row[2] for row in ROWS} - {"saveable"} - FAILING)  # the first is made by TensorFlow itself


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("moments")
    make(str(folder))
    return folder


def recorded(case, loader, step):
    found = {row[4] for row in ROWS if row[1:3] == [loader, case] and row[3] == step}
    return {mark for marks in found for mark in marks.split() if mark != "-"}


def said(models, case, moment, loader=""):
    reaches = evidence_of(inspector.read(str(models / case))).graphs.reaches("write")
    return {
        value.text.rpartition("/")[2]
        for reach in reaches
        if reach.run.root.moment == moment and (not loader or loader in reach.run.root.loaders)
        for value in reach.values
    }


@pytest.mark.parametrize("loader", ["tf.saved_model.load", "tf.compat.v1.saved_model.load"])
@pytest.mark.parametrize("case", CASES)
def test_what_runs_by_loading(models, case, loader):
    assert said(models, case, "load", loader) == recorded(case, loader, "load")


@pytest.mark.parametrize("case", CASES)
def test_what_runs_when_the_object_goes(models, case):
    assert said(models, case, "unload") == recorded(case, "tf.saved_model.load", "unload")


@pytest.mark.parametrize("case", CASES)
def test_what_ran_on_a_call_is_said_to(models, case):
    ran = {row[4] for row in ROWS if row[2] == case and (row[3] == "call" or row[3].startswith("failed"))} - {"-"}
    assert ran <= said(models, case, "call")


def test_saved_and_restored_by_loading():
    ran = {(row[3], row[4]) for row in ROWS if row[1:3] == ["tf.saved_model.load", "saveable"]}
    assert ran == {("load", "restore save"), ("unload", "-")}


@pytest.mark.parametrize(
    ("case", "state", "ran"), [("unknown_op", "blocked", set()), ("late_failure", "unknown", {"initialize"})]
)
def test_a_load_that_fails_may_have_run_the_model(models, case, state, ran):
    failed = {row[4] for row in ROWS if row[1:3] == ["tf.saved_model.load", case] and row[3].startswith("failed")}
    assert failed - {"-"} == ran
    findings = inspector.inspect(str(models / case), "tensorflow==2.15.1").findings
    assert state in {finding.exposure for finding in findings if finding.rule == "SEC201"}
