"""Formats told by content; damage named; the suffix only where the bytes can't say."""

import json
import os
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from inspector.reading import read
from inspector.terms.artifact import DamageKind, Format
from inspector.terms.errors import UsageError

CLASSIC = Path(__file__).parents[2] / "fixtures" / "classic"
CONFIG = {"class_name": "Sequential", "config": {"name": "s", "layers": []}, "module": "keras"}
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"


def h5(path, **attributes):
    with h5py.File(path, "w") as file:
        for name, value in attributes.items():
            file.attrs[name] = value
        file.create_dataset("w", data=np.zeros(3))
    return path


def keras(path, config=CONFIG, **members):
    weights = h5(path.parent / "weights.tmp").read_bytes()
    text = config if isinstance(config, str) else json.dumps(config)
    contents = {"config.json": text, "metadata.json": '{"keras_version": "3.1.0"}', "model.weights.h5": weights}
    with zipfile.ZipFile(path, "w") as out:
        for name, content in {**contents, **members}.items():
            if content is not None:
                out.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "found", "kind"),
    [
        ("m.h5", b"", Format.KERAS_H5, DamageKind.EMPTY),
        ("m.keras", b"", Format.KERAS, DamageKind.EMPTY),
        ("m.weights.h5", LFS, Format.WEIGHTS_H5, DamageKind.LFS_POINTER),
        ("m.h5", LFS, Format.KERAS_H5, DamageKind.LFS_POINTER),
        ("m.keras", b"<!DOCTYPE html><html>", Format.KERAS, DamageKind.HTML),
        ("m.h5", b"\x89HDF\n\x1a\n" + bytes(90), Format.KERAS_H5, DamageKind.CRLF),
        ("m.keras", b"PK\x03\x04" + bytes(90), Format.KERAS, DamageKind.TRUNCATED),
        ("m.h5", b"rubbish, no model", Format.KERAS_H5, DamageKind.WRONG_FORMAT),
        ("m.bin", b"rubbish, no model", Format.UNKNOWN, DamageKind.WRONG_FORMAT),
        ("m.json", b'{"class_name": ', Format.KERAS_JSON, DamageKind.UNPARSEABLE),
        ("m.json", b'{"a": 1}', Format.UNKNOWN, DamageKind.WRONG_FORMAT),
    ],
)
def test_damage_is_named_and_the_suffix_gives_the_format(tmp_path, name, content, found, kind):
    (tmp_path / name).write_bytes(content)
    artifact = read(str(tmp_path / name))
    assert (artifact.format, artifact.damage[0].kind) == (found, kind)


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".hdf5", ""])
def test_content_counts_before_the_suffix(tmp_path, suffix):
    model = h5(tmp_path / f"a{suffix}", model_config=json.dumps(CONFIG), keras_version="2.9.0")
    artifact = read(str(model))
    assert (artifact.format, artifact.suffix, artifact.producer.keras) == (Format.KERAS_H5, suffix, "2.9.0")
    artifact = read(str(keras(tmp_path / f"b{suffix}")))
    assert (artifact.format, artifact.suffix, artifact.producer.keras) == (Format.KERAS, suffix, "3.1.0")
    assert not artifact.damage


def test_hdf5_without_a_model_is_weights(tmp_path):
    assert read(str(h5(tmp_path / "w.h5", layer_names=[b"a"]))).format is Format.WEIGHTS_H5


def test_a_keras_file_is_read_whole():
    artifact = read(str(CLASSIC / "tf2.15.1" / "cnn.keras"))
    assert artifact.producer.keras == "2.15.0"
    assert artifact.keras.config["class_name"] in {"Sequential", "Functional"}
    assert artifact.keras.compile_config["optimizer"]
    assert artifact.keras.hdf5.datasets
    assert artifact.is_zip
    assert not artifact.damage
    assert not artifact.gaps


def test_an_unpacked_keras_folder(tmp_path):
    folder = tmp_path / "m.keras"
    folder.mkdir()
    with zipfile.ZipFile(keras(tmp_path / "z.keras")) as archive:
        for name in archive.namelist():
            (folder / name).write_bytes(archive.read(name))
    artifact = read(str(folder))
    assert (artifact.format, artifact.is_directory, len(artifact.weights.datasets)) == (Format.KERAS, True, 1)


@pytest.mark.parametrize(
    ("member", "content", "kind", "reason"),
    [
        ("config.json", None, DamageKind.MISSING, "There is no item named 'config.json' in the archive"),
        ("config.json", "{]", DamageKind.UNPARSEABLE, "line 1 column 2 (char 1)"),
        ("model.weights.h5", None, DamageKind.MISSING, "Expected a model.weights.h5"),
        ("model.weights.h5", LFS, DamageKind.LFS_POINTER, "12345 bytes"),
        ("model.weights.h5", b"", DamageKind.EMPTY, "empty"),
        ("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(99), DamageKind.CORRUPT, "Unable to synchronously open file"),
    ],
)
def test_damaged_members_of_a_keras_file(tmp_path, member, content, kind, reason):
    damage = read(str(keras(tmp_path / "m.keras", **{member: content}))).damaged(member)
    assert damage.kind is kind
    assert reason in damage.reason


def test_compressed_weights_are_read_too(tmp_path):
    stored = zipfile.ZipFile(keras(tmp_path / "a.keras"))
    with stored, zipfile.ZipFile(tmp_path / "b.keras", "w", zipfile.ZIP_DEFLATED) as out:
        for name in stored.namelist():
            out.writestr(name, stored.read(name))
    artifact = read(str(tmp_path / "b.keras"))
    assert len(artifact.weights.datasets) == 1
    assert not artifact.damage


def test_nan_is_json_as_python_takes_it(tmp_path):
    artifact = read(str(keras(tmp_path / "m.keras", config='{"class_name": "X", "config": {"a": NaN}}')))
    assert artifact.keras.config["config"]["a"] != artifact.keras.config["config"]["a"]


def test_json_nested_too_deep_is_a_gap_and_no_crash(tmp_path):
    artifact = read(str(keras(tmp_path / "m.keras", config="[" * 100_000)))
    assert artifact.keras.config is None
    assert "nested" in artifact.gaps[0].reason


@pytest.mark.parametrize("name", ["nothing", "folder"])
def test_a_wrong_request(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError):
        read(str(tmp_path / name))


def test_a_folder_of_models_names_them(tmp_path):
    (tmp_path / "one.keras").write_bytes(b"")
    with pytest.raises(UsageError, match=r"one\.keras"):
        read(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("m.tflite", b"\x1c\0\0\0TFL3" + bytes(20), Format.TFLITE),
        ("model.json", b'{"modelTopology": {"keras_version": "2.1"}, "weightsManifest": []}', Format.TFJS),
        ("arch.json", json.dumps({**CONFIG, "keras_version": "2.1"}).encode(), Format.KERAS_JSON),
    ],
)
def test_formats_recognised_by_their_bytes(tmp_path, name, content, found):
    (tmp_path / name).write_bytes(content)
    assert read(str(tmp_path / name)).format is found


@pytest.mark.parametrize(
    ("name", "found"),
    [("m.pb", Format.GRAPH_DEF), ("m.pbtxt", Format.GRAPH_DEF), ("m.meta", Format.META_GRAPH)],
)
@pytest.mark.parametrize(("content", "kind"), [(b"", DamageKind.EMPTY), (LFS, DamageKind.LFS_POINTER)])
def test_a_broken_message_is_still_what_its_name_says(tmp_path, name, found, content, kind):
    (tmp_path / name).write_bytes(content)
    artifact = read(str(tmp_path / name))
    assert (artifact.format, artifact.damage[0].kind) == (found, kind)


@pytest.mark.parametrize("marker", ["saved_model.pb", "keras_metadata.pb", "variables/variables.index"])
def test_any_part_of_a_saved_model_makes_its_folder_one(tmp_path, marker):
    (tmp_path / marker).parent.mkdir(exist_ok=True)
    (tmp_path / marker).write_bytes(b"")
    assert read(str(tmp_path)).format is Format.SAVED_MODEL


def test_a_marker_makes_a_saved_model_a_hub_module(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"")
    (tmp_path / "tfhub_module.pb").write_bytes(b"\x08\x03")
    assert read(str(tmp_path)).format is Format.TF_HUB_MODULE


@pytest.mark.parametrize("name", ["model", "model.index", "model.data-00000-of-00001"])
def test_a_checkpoint_is_named_by_its_prefix_or_a_file_of_it(tmp_path, name):
    (tmp_path / "model.index").write_bytes(b"")
    (tmp_path / "model.data-00000-of-00001").write_bytes(b"")
    artifact = read(str(tmp_path / name))
    assert artifact.format is Format.CHECKPOINT
    assert artifact.damaged("model.index").kind is DamageKind.EMPTY


def test_a_tensorflowjs_graph_is_a_graph_def(tmp_path):
    node = {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}}}
    topology = {"node": [node], "versions": {"producer": 27}, "library": {}}
    (tmp_path / "model.json").write_text(json.dumps({"modelTopology": topology, "generatedBy": "1.15.0"}))
    artifact = read(str(tmp_path))
    assert [(found.name, found.op) for found in artifact.graph.nodes] == [("x", "Placeholder")]
    assert (artifact.producer.tensorflow, artifact.graph.producer) == ("1.15.0", 27)


@pytest.mark.parametrize(
    "topology", [{"model_config": CONFIG, "keras_version": "2.4.0"}, {**CONFIG, "keras_version": "2.4.0"}]
)
def test_tensorflowjs_layers_are_a_keras_model(tmp_path, topology):
    (tmp_path / "model.json").write_text(json.dumps({"modelTopology": topology, "weightsManifest": []}))
    artifact = read(str(tmp_path / "model.json"))
    assert artifact.keras.config["class_name"] == "Sequential"
    assert artifact.producer.keras == "2.4.0"


def test_a_tensorflowjs_topology_that_is_none_is_damage(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps({"modelTopology": {"node": 3}}))
    assert read(str(tmp_path / "model.json")).damage[0].kind is DamageKind.UNPARSEABLE


@pytest.mark.parametrize("name", ["cnn.keras", "cnn.h5"])
def test_damage_anywhere_ends_in_an_artifact(tmp_path, name):
    whole = (CLASSIC / "tf2.15.1" / name).read_bytes()
    place = tmp_path / name
    for offset in range(3, len(whole), len(whole) // 60):
        for bad in (whole[:offset], whole[:offset] + b"\0\xff" + whole[offset + 2 :]):
            place.write_bytes(bad)
            assert read(str(place)).suffix == place.suffix


def test_a_pipe_is_no_model(tmp_path):
    os.mkfifo(tmp_path / "m.h5")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        read(str(tmp_path / "m.h5"))
