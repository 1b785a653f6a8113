"""Weights against models: recorded loads of real releases, what differs, and what the user is told."""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from difflib import SequenceMatcher

import pytest
from conftest import CLASSIC, FIXTURES, LOCKS, recorded_loads

import inspector
from inspector.cli.main import main
from inspector.terms.errors import UsageError

WEIGHTS = FIXTURES / "weights"
# Judging all takes half a minute: every so many are enough to notice a change, and the other loads of each text.
STEP = 19
# The Keras beside TensorFlow where the loads were recorded.
KERAS = {"2.16.2": "3.3.3", "2.18.1": "3.8.0", "2.21.0": "3.15.1"}


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    with tarfile.open(WEIGHTS / "artifacts.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def runtime_of(name):
    if name.endswith("-legacy"):
        return inspector.resolve("tensorflow==2.21.0,tf_keras==2.21.0,keras==3.15.1", env={"TF_USE_LEGACY_KERAS": "1"})
    version, _, overlay = name.removeprefix("tf").partition("-k")
    other = overlay or KERAS.get(version)
    keras = f",keras=={other}" if other else ""
    return inspector.resolve(f"tensorflow=={version}{keras}")


def is_keras3(name):
    return not name.endswith("-legacy") and tuple(map(int, name.removeprefix("tf").split("-")[0].split(".")[:2])) >= (
        2,
        16,
    )


def sample():
    """Some of the loads: every STEP-th, and one of each text that a runtime raises."""
    seen = set()
    for number, row in enumerate(recorded_loads(WEIGHTS)):
        key = (row["runtime"], row["loader"], row["weights"].partition(".")[2], row["exception"], row["message"][:24])
        if number % STEP == 0 or key not in seen:
            yield row
        seen.add(key)


def short(text):
    return " ".join(text.split())[:160]


def test_verdicts_and_errors_are_those_of_the_recorded_loads(files):
    wrong, count = [], Counter()
    artifacts, runtimes = {}, {}
    for row in sample():
        maker = "tf2.21.0" if is_keras3(row["runtime"]) else "tf2.10.1"
        paths = f"{row['producer']}/{row['weights']}", f"{maker}/{row['model']}.json"
        weights, model = (artifacts.setdefault(p, None) or inspector.read(str(files / p)) for p in paths)
        artifacts.update(zip(paths, (weights, model), strict=True))
        runtime = runtimes.setdefault(row["runtime"], None) or runtime_of(row["runtime"])
        runtimes[row["runtime"]] = runtime
        said = inspector.check(weights, runtime, model=model).to_dict()["verdicts"][row["loader"]]
        truth = "loads" if row["outcome"] == "ok" else "fails"
        error = said["error"] or {"type": "", "message": ""}
        alike = SequenceMatcher(None, short(error["message"]), short(row["message"])).ratio()
        right = said["verdict"] == truth and error["type"] == row["exception"] and alike >= 0.7
        count[right] += 1
        if not right:
            wrong.append((*row.values(), said["verdict"], error["message"][:80]))
    assert count[True] > 300
    assert count[False] <= 0.01 * count[True], wrong[:5]


@pytest.mark.parametrize("maker", ["tf2.10.1", "tf2.15.1", "tf2.21.0"])
@pytest.mark.parametrize(
    ("weights", "model", "standings"),
    [
        ("base.weights.h5", "base", {"same": 4}),
        ("base.weights.h5", "renamed", {"same": 4}),
        ("base.weights.h5", "dropout", {"same": 4}),
        ("base.weights.h5", "units", {"same": 1, "shape": 3}),
        ("base.weights.h5", "custom_shape", {"same": 3, "shape": 1}),
        ("base.weights.h5", "nobias", {"same": 3, "extra": 1}),
        ("base.ckpt", "units", {"same": 1, "shape": 3}),
        ("deeper.weights.h5", "deeper", {"same": 6}),
        ("lstm.weights.h5", "lstm_units", {"same": 1, "shape": 4}),
        ("bilstm.weights.h5", "bilstm", {"same": 8}),
        ("mha.weights.h5", "mha", {"same": 10}),
        ("mha.weights.h5", "mha_heads", {"same": 3, "shape": 7}),
        ("nested.weights.h5", "nested", {"same": 6}),
        ("timedist.weights.h5", "timedist", {"same": 4}),
        ("bn.model.h5", "bn", {"same": 8}),
        ("bn.model.h5", "bn_noscale", {"same": 7, "extra": 1}),
        ("embed.weights.h5", "embed_vocab", {"same": 2, "shape": 1}),
    ],
)
def test_standing_of_each_variable(files, maker, weights, model, standings):
    artifact = inspector.read(str(files / maker / weights))
    report = inspector.check(artifact, None, model=inspector.read(str(files / maker / f"{model}.json"))).to_dict()
    assert Counter(row["standing"] for row in report["fit"]["variables"]) == standings


def test_another_order_is_told_by_layers(files):
    weights = inspector.read(str(files / "tf2.15.1" / "branches.legacy.h5"))
    model = inspector.read(str(files / "tf2.15.1" / "branches_other_order.json"))
    report = inspector.check(weights, None, model=model).to_dict()
    moved = [row for row in report["fit"]["variables"] if row["standing"] == "order"]
    assert [(row["in_model"], row["in_file"]) for row in moved] == [("#0 b", "#1 b"), ("#1 a", "#0 a")]
    assert [finding["rule"] for finding in report["findings"]] == ["WGT104"]


@pytest.mark.parametrize(
    ("pair", "target", "status", "first", "says"),
    [
        (("base.weights.h5", "base.json"), None, 0, "FITS: ", "4 of 4 variables are the same"),
        (("base.weights.h5", "units.json"), None, 1, "DOES NOT FIT: ", "d1/kernel       (4, 16)"),
        (("base.weights.h5", "base.json"), "tf2.15.1", 0, "LOADS in ", "model.load_weights"),
        (("base.keras", "base.keras"), "tf2.15.1", 0, "LOADS in ", "model.load_weights"),
        (("base.weights.h5", "deeper.json"), "tf2.15.1", 1, "FAILS in ", "not in the file"),
        (("deeper.weights.h5", "shallower.json"), "tf2.15.1", 0, "LOADS in ", "WGT102"),
        (("base.tfw", "base.json"), "tf2.15.1", 0, "LOADS in ", "tf.train.Checkpoint.restore"),
        (("base.tfw", "base.json"), "tf2.21.0", 0, "LOADS in ", "WGT101"),
        (("../tf2.10.1/base.weights.h5", "base.json"), "tf2.15.1", 1, "FAILS in ", "rename the file"),
    ],
)
def test_command(files, capsys, pair, target, status, first, says):  # noqa: PLR0913, PLR0917 - a table, and fixtures
    weights, model = pair
    folder = files / "tf2.15.1"
    against = ["--against", str(LOCKS / f"{target}.txt")] if target else []
    assert main([str(folder / weights), "--with", str(folder / model), *against]) == status
    printed = capsys.readouterr().out
    assert printed.startswith(first)
    assert says in printed


def test_custom_layers_are_known_from_the_model_s_own_weights():
    model = inspector.read(str(CLASSIC / "tf2.15.1" / "my_custom_layer.keras"))
    rows = inspector.check(model, None, model=model).fit.rows
    assert rows
    assert {row.standing for row in rows} == {"same"}


def test_what_holds_no_weights_is_refused(files):
    model = inspector.read(str(files / "tf2.15.1" / "base.json"))
    with pytest.raises(UsageError, match="holds no weights"):
        inspector.check(model, None, model=model)


def test_report_follows_its_schema(files):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((FIXTURES.parent / "docs" / "schema" / "report-1.0.json").read_text())
    model = inspector.read(str(files / "tf2.15.1" / "units.json"))
    report = inspector.check(inspector.read(str(files / "tf2.15.1" / "base.weights.h5")), None, model=model)
    jsonschema.validate(json.loads(json.dumps(report.to_dict())), schema)
    assert "fit" in schema["properties"]
