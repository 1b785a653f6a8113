"""Skeletons: what they say, and that the models load with them, in reality (recorded) and in the loaders' models."""

from __future__ import annotations

import ast
import json
import tarfile

import pytest
from conftest import FIXTURES

import inspector
from inspector.remedy.stubs import stub_file

REMEDY = FIXTURES / "remedy"
OUTCOMES = [json.loads(line) for line in (REMEDY / "stub_outcomes.jsonl").read_text().splitlines()]
TARGETS = {
    "tf2.10.1": "tensorflow==2.10.1",
    "tf2.15.1": "tensorflow==2.15.1",
    "tf2.21.0": "tensorflow==2.21.0,keras==3.15.1",
}
# With the user's real function it does not load either: Keras 2.15 reads functions in an `.h5` only by name.
NEVER = {("tf2.15.1", "activation_function.h5")}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("remedy")
    with tarfile.open(REMEDY / "models.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "models"


def _definitions(source):
    return {s.name: s for s in ast.parse(source).body if isinstance(s, ast.ClassDef | ast.FunctionDef)}


def test_real_loads_with_skeletons():
    failed = {(row["runtime"], row["artifact"]) for row in OUTCOMES if row["with"]["outcome"] != "ok"}
    assert failed == NEVER
    helped = {row["artifact"].partition(".")[0] for row in OUTCOMES if row["without"]["outcome"] == "fail"}
    assert len(helped) >= 20


# One container of each kind, by turns.
SAMPLE = [row for row in OUTCOMES if row["without"]["outcome"] == "fail"][::4]


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: f"{row['runtime']}-{row['artifact']}")
def test_judged_to_load_with_the_written_file(row, models, tmp_path):
    artifact = inspector.read(str(models / row["runtime"] / row["artifact"]))
    target = TARGETS[row["runtime"]]
    file = tmp_path / "stubs.py"
    file.write_text(stub_file(artifact, inspector.resolve(target)))
    report = inspector.check(artifact, inspector.resolve(target, custom_objects=[str(file)]))
    verdicts = {o.loader: o.verdict.value for o in report.outcomes}
    expected = "fails" if (row["runtime"], row["artifact"]) in NEVER else "loads"
    assert verdicts["keras.models.load_model"] == expected


EXPECTED = [
    (
        "tf2.21.0/layer_weights.keras",
        "Scale",
        ["shape=(input_shape[-1], self.units)", "shape=(self.units,)", "units=5"],
    ),
    (
        "tf2.10.1/layer_weights.h5",
        "Scale",
        ["name='w', shape=(input_shape[-1], self.units)", "unfinished(self, inputs)"],
    ),
    ("tf2.15.1/layer_nested", "Block", ["self.first = Part({'kernel': (6, 4), 'bias': (4,)}", "'moving_mean': [4]"]),
    ("tf2.15.1/layer_two_outputs.h5", "TwoOutputs", ["return [(*input_shape[:-1], 3), (*input_shape[:-1], 5)]"]),
    ("tf2.15.1/layer_pool.keras", "Pool", ["return (None, 3)"]),
    (
        "tf2.21.0/layer_wrapping.keras",
        "Wrap",
        ["keras.layers.deserialize(layer)", "keras.layers.serialize(self.layer)"],
    ),
    ("tf2.21.0/cell_class.keras", "MyCell", ["def call(self, inputs, states)", "self.state_size = self.units"]),
    ("tf2.15.1/optimizer_class.keras", "MySGD", ["(keras.optimizers.SGD)", "decay_steps=7"]),
    ("tf2.21.0/loss_function.keras", "my_loss", ["def my_loss(y_true, y_pred)", "raise NotImplementedError"]),
    ("tf2.15.1/initializer_class.h5", "MyInitializer", ["value=0.5", "tf.zeros(shape"]),
]


@pytest.mark.parametrize(("model", "name", "parts"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_skeleton(model, name, parts, models):
    source = stub_file(inspector.read(str(models / model)), None)
    text = ast.unparse(_definitions(source)[name])
    assert [part for part in parts if part not in text] == []


def test_registration_is_the_file_s(models):
    definitions = _definitions(stub_file(inspector.read(str(models / "tf2.21.0" / "layer_registered.keras")), None))
    decorator = ast.unparse(definitions["RegisteredScale"].decorator_list[0])
    assert decorator == "keras.saving.register_keras_serializable(package='my_pkg', name='scaler-v2')"


def test_old_releases_register_under_utils(models):
    source = stub_file(inspector.read(str(models / "tf2.10.1" / "layer_registered.h5")), None)
    assert "@keras.utils.register_keras_serializable(" in source


def test_nothing_is_missing():
    source = stub_file(inspector.read(str(FIXTURES / "classic" / "tf2.15.1" / "cnn.keras")), None)
    assert _definitions(source) == {}
