"""The matrix of the three classic cases says what real loads did, in every environment that they were loaded in."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest
from conftest import CLASSIC

import inspector
from inspector.terms.finding import Verdict

FILES = ("outcomes.jsonl", "matrix_outcomes.jsonl")
ROWS = [json.loads(line) for name in FILES for line in (CLASSIC / name).read_text().splitlines()]
LOADERS = ("keras.models.load_model", "keras.models.load_model(compile=False)", "tf.saved_model.load")
RUNTIMES = sorted({row["runtime"] for row in ROWS})
# The Keras 3 that pip put beside these when their loads were recorded.
KERAS3 = {"tf2.21.0": "3.15.1"}


@cache
def cells(artifact: str, loader: str):
    """The matrix by (TensorFlow, Keras flavour, Keras of a Keras 3)."""
    found = inspector.matrix(inspector.read(str(CLASSIC / artifact)), loaders=(loader,))
    return {
        (
            c.runtime.tensorflow,
            c.runtime.keras_flavour.value,
            c.runtime.keras if "keras3" in c.runtime.keras_flavour else "",
        ): c
        for c in found.cells
    }


def place(runtime: str):
    """`tf2.18.1-k3.8.0` as the key of its cell."""
    name, _, rest = runtime.removeprefix("tf").partition("-")
    if rest == "legacy":
        return name, "tf_keras", ""
    keras3 = rest.removeprefix("k") or KERAS3.get(runtime, "")
    own = "bundled" if tuple(map(int, name.split(".")[:2])) < (2, 6) else "keras2"
    return (name, "keras3", keras3) if keras3 else (name, own, "")


def test_at_least_eight_environments_were_tried():
    assert len(RUNTIMES) >= 8


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("loader", LOADERS)
def test_marks_are_what_real_loads_did(runtime, loader):
    rows = [row for row in ROWS if row["runtime"] == runtime and row["loader"] == loader]
    wrong = []
    for row in rows:
        cell = cells(row["artifact"], loader)[place(runtime)]
        said = (cell.verdict.value, cell.deciding.error.type if cell.deciding.error else "")
        real = ("loads" if row["outcome"] == "ok" else "fails", row["exception"])
        if said != real:
            wrong.append((row["artifact"], said, real))
    assert rows
    assert wrong == []


def test_python_is_one_that_both_have_wheels_for():
    found = cells("tf2.15.1/cnn", "tf.saved_model.load")
    assert found["2.15.1", "keras2", ""].runtime.python == "3.11"
    assert found["2.16.2", "keras3", "3.3.3"].runtime.python == "3.12"


def test_custom_objects_count():
    artifact = inspector.read(str(CLASSIC / "tf2.15.1" / "my_custom_layer.h5"))
    assert inspector.matrix(artifact).counts()[Verdict.LOADS] == 0
    assert inspector.matrix(artifact, custom_objects=("MyCustomLayer",)).counts()[Verdict.LOADS] > 0


def test_unknown_loader():
    with pytest.raises(inspector.UsageError, match="applies to this saved_model artifact in no release"):
        inspector.matrix(inspector.read(str(CLASSIC / "tf2.15.1" / "cnn")), loaders=("tf.lite",))


def inspect(*arguments):
    command = [sys.executable, "-m", "inspector", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_table():
    done = inspect(str(CLASSIC / "tf2.15.1" / "my_custom_layer"), "--matrix")
    assert done.returncode == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["2.15.0", "-", "2.15.1", "loads", "loads", "-"] in rows
    assert any(row[:1] == ["1"] and "DisableCopyOnRead" in " ".join(row) for row in rows)


def test_json_and_status_where_it_loads_nowhere():
    done = inspect(str(CLASSIC / "tf2.15.1" / "my_custom_layer.h5"), "--matrix", "--format", "json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["counts"]["loads"] == 0
    (verdict,) = said["runtimes"][-1]["verdicts"].values()
    assert verdict["error"]["message"].startswith("Unknown layer: 'MyCustomLayer'")


def test_a_target_beside_the_matrix_is_refused():
    done = inspect("model", "--matrix", "--against", "tensorflow==2.15.1")
    assert done.returncode == 2
    assert "--matrix is against every release" in done.stderr


def test_slot_variables_hang_on_the_sort_of_keras(recorded_artifacts):
    """TensorFlow's own loader makes optimizers of classes that tf_keras registers and Keras 3 does not."""
    artifact = inspector.read(str(recorded_artifacts / "tf2.10.1" / "dense_seq.savedmodel"))
    found = inspector.matrix(artifact, loaders=("tf.saved_model.load",)).cells
    newest = [cell for cell in found if cell.runtime.tensorflow == "2.21.0"]
    verdicts = {cell.runtime.keras_flavour.value: cell.verdict for cell in newest}
    assert verdicts == {"keras3": Verdict.FAILS, "tf_keras": Verdict.LOADS}
