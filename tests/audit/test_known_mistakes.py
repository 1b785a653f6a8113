"""What other scanners of model files were seen to get wrong: false alarms, and what they pass over in silence."""

from __future__ import annotations

import ast
import json
import shutil
import zipfile
from pathlib import Path

import h5py
import pytest
from conftest import CLASSIC, FIXTURES
from hostile import graph_cases_parts as graphs
from hostile.keras_cases import call_with, function, keras_zip, lambda_2, lambda_3, layer, sequential

import inspector
from inspector.cli.main import main

OUTSIDE = graphs.OUTSIDE + "/x"


def rules(path):
    """The security rules that say more than a note."""
    found = inspector.inspect(str(path)).findings
    return {f.rule for f in found if f.category == "security" and f.severity != "note"}


def alarming(x):
    return __import__("os").getcwd() + x


@pytest.mark.parametrize("model", sorted(CLASSIC.glob("tf*/*")), ids=lambda path: "-".join(path.parts[-2:]))
def test_harmless_models_raise_no_alarm(model):
    assert not rules(model)


def test_pictures_tables_and_assertions_are_no_danger(tmp_path):
    nodes = [
        graphs.placeholder("in"),
        graphs.node("image", "DecodeJpeg", ["in"]),
        graphs.node("table", "HashTableV2", key_dtype=graphs.STRING, value_dtype=graphs.INT64),
        graphs.const("keys", "a"),
        graphs.number("values", 1),
        graphs.node("fill", "LookupTableImportV2", ["table", "keys", "values"], Tin=graphs.STRING, Tout=graphs.INT64),
        graphs.node("assert", "Assert", ["in", "in"], T=[graphs.STRING]),
        graphs.node("out", "Identity", ["in", "^fill", "^assert"], T=graphs.STRING),
    ]
    assert not rules(graphs.session_model(tmp_path, nodes))


def test_a_loss_of_ones_own_is_no_import_of_a_module(tmp_path):
    loss = {"module": "builtins", "class_name": "function", "config": "my_loss", "registered_name": "function"}
    config = sequential(compile_config={"loss": loss, "optimizer": "adam", "metrics": None})
    assert not rules(keras_zip(tmp_path, config))


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("keras.saving", "load_model", {"safe_mode": False}),
        ("keras.utils", "get_file", {"origin": "file:///nonexistent-inert"}),
        ("keras.src.backend.common.global_state", "set_global_attribute", {"value": False}),
    ],
)
def test_functions_of_keras_itself_can_be_gadgets(tmp_path, module, name, arguments):
    gadget = layer("Lambda", {"name": "l", "function": function(module, name), "arguments": arguments})
    assert rules(keras_zip(tmp_path, sequential(gadget)))


def test_a_frozen_graph_that_reads_files_is_seen(tmp_path):
    nodes = [graphs.const("name", OUTSIDE), graphs.node("out", "ReadFile", ["name"])]
    assert "SEC202" in rules(graphs.frozen(tmp_path, nodes))


@pytest.mark.parametrize(
    ("op", "attrs"),
    [
        ("MatchingFiles", {}),
        ("TextLineDataset", {}),
        ("TFRecordDataset", {}),
        ("CreateSummaryFileWriter", {}),
        ("DatasetToTFRecord", {}),
        ("ImmutableConst", {"memory_region_name": OUTSIDE, "dtype": graphs.FLOAT}),
    ],
)
def test_ops_that_reach_files_under_other_names(tmp_path, op, attrs):
    path = graphs.const("name", OUTSIDE)
    before = {"CreateSummaryFileWriter": ["name"], "DatasetToTFRecord": ["name"], "ImmutableConst": []}
    inputs = [*before.get(op, []), *([] if op == "ImmutableConst" else ["name"]), *(["name"] * 3)][:4]
    nodes = [path, graphs.node("reach", op, inputs, **attrs), graphs.node("out", "Identity", ["name", "^reach"])]
    assert rules(graphs.session_model(tmp_path, nodes)) & {"SEC201", "SEC202"}


@pytest.mark.parametrize("op", ["PyFunc", "EagerPyFunc"])
def test_python_functions_are_named(tmp_path, op):
    nodes = [graphs.placeholder("in"), graphs.node("out", op, ["in"], token="pyfunc_0", Tin=[7], Tout=[7])]  # noqa: S106 - the key of a callback
    report = inspector.inspect(str(graphs.session_model(tmp_path, nodes)))
    assert "SEC207" in {f.rule for f in report.findings}


def test_nested_and_wrapped_lambdas_are_seen(tmp_path):
    inner = layer("TimeDistributed", {"name": "t", "layer": lambda_3(alarming)})
    nested = layer("Sequential", {"name": "n", "layers": [inner]}, module="keras")
    assert "SEC101" in rules(keras_zip(tmp_path, sequential(nested)))


def test_links_out_of_an_hdf5_file_are_seen(tmp_path):
    with h5py.File(tmp_path / "m.weights.h5", "w") as file:
        file["layers/dense/vars/0"] = h5py.ExternalLink("/nonexistent-inert.h5", "/x")
    assert "SEC401" in rules(tmp_path / "m.weights.h5")


@pytest.mark.parametrize("name", ["model.hdf5", "MODEL.H5", "model.bin", "no_suffix"])
def test_a_name_hides_nothing(tmp_path, name):
    with h5py.File(tmp_path / name, "w") as file:
        config = {"class_name": "Sequential", "config": {"name": "s", "layers": [lambda_2(alarming)]}}
        file.attrs["model_config"] = json.dumps(config)
    assert "SEC101" in rules(tmp_path / name)


def test_a_large_saved_model_is_judged(tmp_path):
    padding = graphs.const("padding", b"x" * (33 * 2**20))
    nodes = [padding, graphs.const("name", OUTSIDE), graphs.node("out", "ReadFile", ["name"])]
    path = graphs.session_model(tmp_path, nodes)
    assert "SEC202" in rules(path)
    assert not inspector.inspect(str(path)).gaps


def test_an_unzipped_keras_folder_is_judged(tmp_path):
    packed = keras_zip(tmp_path, sequential(lambda_3(alarming)))
    with zipfile.ZipFile(packed) as archive:
        for name in archive.namelist():
            (tmp_path / "folder.keras").mkdir(exist_ok=True)
            (tmp_path / "folder.keras" / name).write_bytes(archive.read(name))
    assert "SEC101" in rules(tmp_path / "folder.keras")


def _empty_pb(folder):
    (folder / "saved_model.pb").write_bytes(b"")
    return folder


def _no_config(folder):
    with zipfile.ZipFile(folder / "m.keras", "w") as archive:
        archive.writestr("metadata.json", "{}")
    return folder / "m.keras"


def _cut_zip(folder):
    whole = (CLASSIC / "tf2.15.1" / "cnn.keras").read_bytes()
    (folder / "m.keras").write_bytes(whole[: len(whole) // 2])
    return folder / "m.keras"


def _no_attribute(folder):
    shutil.copytree(CLASSIC / "tf2.15.1" / "cnn", folder / "m")
    (folder / "m" / "saved_model.pb").write_bytes(b"\xff" * 100)
    return folder / "m"


@pytest.mark.parametrize("make", [_empty_pb, _no_config, _cut_zip, _no_attribute])
def test_what_cannot_be_read_is_never_called_clean(tmp_path, make, capsys):
    assert main([str(make(tmp_path))]) in {1, 3}
    assert "NO FINDINGS" not in capsys.readouterr().out


def test_nothing_speaks_to_the_network():
    names = {"socket", "http", "urllib", "requests", "ssl", "ftplib", "smtplib", "telnetlib", "asyncio", "webbrowser"}
    for path in (FIXTURES.parent / "inspector").rglob("*.py"):
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            assert not [m for m in modules if m.partition(".")[0] in names and m != "urllib.parse"], path


def test_gadget_is_what_its_name_says(tmp_path):
    """The twin: an activation named in the same way is what every model has."""
    harmless = call_with(function("keras.activations", "relu"))
    assert not rules(keras_zip(tmp_path, sequential(harmless)))
