"""Whatever stands in a model, the skeletons' source is only definitions: nothing of it runs when it is imported."""

import ast
import json
import zipfile

import h5py
import pytest

import inspector
from inspector.remedy.stubs import stub_file

HOSTILE = [
    "A'): __import__('os').system('x')  #",
    'B"""\nimport os\nos.system("x")\n"""',
    "C\nimport os",
    "D\r\u2028import os\x0c",
    "E\\N{BULLET}\\",
    "class",
    "__import__",
    "keras",
    "super",
    "",
    "é" * 3,
    "x" * 5000,
    "pkg>n'ame\n",
    "\ud800",
]


def _model(text):
    layer = {
        "module": None,
        "class_name": text,
        "registered_name": text,
        "config": {"name": text, "trainable": True, text: text, "units": text, "layers": {text: [text]}, "keras": 1},
        "build_config": {"input_shape": [None, 3]},
        "name": text,
        "inbound_nodes": [
            {
                "args": [
                    {"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "keras_history": ["i", 0, 0]}}
                ],
                "kwargs": {text: 1, "mask": 2},
            }
        ],
    }
    loss = {"module": "builtins", "class_name": "function", "config": text, "registered_name": "function"}
    model = {
        "module": "keras",
        "class_name": "Functional",
        "registered_name": None,
        "config": {"name": "m", "layers": [layer], "input_layers": [], "output_layers": []},
        "compile_config": {"loss": loss, "metrics": [text], "optimizer": {**layer, "inbound_nodes": []}},
    }
    return json.dumps(model)


@pytest.fixture
def hostile_file(tmp_path):
    def make(text):
        weights = tmp_path / "w.h5"
        with h5py.File(weights, "w") as file:
            file.create_dataset("layers/evil'\\)(/vars/0", data=[1.0])
            file.create_group("vars")
        path = tmp_path / "m.keras"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", _model(text))
            archive.writestr("metadata.json", '{"keras_version": "3.15.1"}')
            archive.write(weights, "model.weights.h5")
        return path

    return make


def _is_definition(statement):
    if isinstance(statement, ast.Import):
        return {alias.name for alias in statement.names} <= {"keras", "tensorflow", "tf_keras"}
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0]) in {"CUSTOM_OBJECTS", "keras"}
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.ClassDef | ast.FunctionDef)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("target", ["tensorflow==2.15.1", "keras==3.15.1"])
def test_source_is_definitions_only(text, target, hostile_file):
    source = stub_file(inspector.read(str(hostile_file(text))), inspector.resolve(target))
    assert source.isascii()
    tree = ast.parse(source)
    assert all(map(_is_definition, tree.body))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not any("os" in name.split(".") or "__import__" in name for name in called)
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            assert not any(isinstance(node, ast.Call) for node in ast.walk(statement))


def test_every_missing_name_can_be_looked_up(hostile_file):
    name = "A'): evil"
    tree = ast.parse(stub_file(inspector.read(str(hostile_file(name))), inspector.resolve("keras==3.15.1")))
    table = next(s.value for s in tree.body if isinstance(s, ast.Assign) and s.targets[0].id == "CUSTOM_OBJECTS")
    assert name in {key.value for key in table.keys}
