"""Suggestions: what is suggested for known pairs, and that the changes load in reality (recorded)."""

from __future__ import annotations

import json

import pytest
from conftest import CLASSIC, FIXTURES, LOCKS
from packaging.requirements import Requirement

import inspector
from inspector.cli.main import main
from inspector.remedy.suggest import suggest

OUTCOMES = [json.loads(line) for line in (FIXTURES / "remedy" / "suggestion_outcomes.jsonl").read_text().splitlines()]
PAIRS = [
    ("tf2.21.0/cnn.keras", "tf2.19.1-k3.10.0", {"packages": {"keras": "3.15.0"}}),
    ("tf2.21.0/cnn.keras", "tf2.15.1", {"packages": {"tensorflow-cpu": "2.16.2", "keras": "3.15.0"}}),
    ("tf2.15.1/my_custom_layer.h5", "tf2.21.0", {"custom_objects": ("MyCustomLayer",)}),
    ("tf2.15.1/my_custom_loss.h5", "tf2.15.1", {"custom_objects": ("my_custom_loss",)}),
]


@pytest.mark.parametrize(("model", "lock", "expected"), PAIRS)
def test_smallest_change(model, lock, expected):
    found = suggest(inspector.read(str(CLASSIC / model)), inspector.resolve(str(LOCKS / f"{lock}.txt")))
    first = found.changes[0]
    assert {name: getattr(first, name) for name in expected} == expected
    assert first.size == min(change.size for change in found.changes)


def test_no_change_for_what_loads():
    found = suggest(inspector.read(str(CLASSIC / "tf2.15.1/cnn.keras")), inspector.resolve("tensorflow==2.15.1"))
    assert found.changes == ()


def test_changes_load_in_reality():
    pairs = {(row["artifact"], row["lock"]) for row in OUTCOMES}
    assert len(pairs) >= 10
    assert [row for row in OUTCOMES if row["outcome"] != "ok"] == []


def test_ranges_hold_the_recorded_loads():
    artifact = "tf2.21.0/cnn.keras"
    found = suggest(inspector.read(str(CLASSIC / artifact)), None)
    rows = [json.loads(line) for line in (CLASSIC / "outcomes.jsonl").read_text().splitlines()]
    loads = {
        r["runtime"]: r["outcome"] for r in rows if r["artifact"] == artifact and r["loader"].endswith("load_model")
    }
    for runtime, outcome in loads.items():
        target = inspector.resolve(f"tensorflow=={runtime.removeprefix('tf')}")
        assert (outcome == "ok") == any(_allows(option, target) for option in found.requirements)


def _allows(option, target):
    installed = {"tensorflow": target.tensorflow, "keras": target.packages.get("keras")}
    wanted = [Requirement(line) for line in option.lines]
    return not option.env and all(w.specifier.contains(installed.get(w.name) or "0") for w in wanted)


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (["suggest", str(CLASSIC / "tf2.15.1/cnn.keras"), "--against", "tensorflow==2.15.1"], 0, "LOADS in"),
        (
            ["suggest", str(CLASSIC / "tf2.15.1/cnn.keras"), "--against", "tensorflow==2.15.1", "--format", "json"],
            0,
            '"loads"',
        ),
        (["stubs", str(CLASSIC / "tf2.15.1/my_custom_layer.keras")], 0, "class MyCustomLayer(keras.layers.Layer):"),
        (["suggest"], 2, ""),
        (["stubs", str(CLASSIC / "tf2.15.1/my_custom_layer.keras"), "--against", "tensorflow==2.99.0"], 2, ""),
    ],
)
def test_commands(arguments, status, part, capsys):
    assert main(arguments) == status
    assert part in capsys.readouterr().out
