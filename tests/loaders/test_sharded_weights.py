"""Weights in shards: one store of all objects to Keras 3.10 and later, nothing that older releases read."""

from __future__ import annotations

import json
import tarfile

import h5py
import pytest
from conftest import FIXTURES

import inspector

HOME = "tf2.21.0"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with tarfile.open(FIXTURES / "weights" / "artifacts.tar.xz") as archive:
        members = [each for each in archive if each.name.startswith(f"{HOME}/base.")]
        archive.extractall(folder, members=members, filter="data")
    return folder / HOME


@pytest.fixture
def sharded(whole, tmp_path):
    """The stored weights as `save_weights` with a maximal size writes them: an object with variables in each shard."""
    index = {}
    with h5py.File(whole / "base.weights.h5") as file:
        objects = []
        file.visititems(lambda path, item: objects.append(path) if path.endswith("vars") and len(item) else None)
        for number, path in enumerate(objects):
            name = f"base_{number:05}.weights.h5"
            with h5py.File(tmp_path / name, "w") as shard:
                file.copy(path, shard, name=path)
            index[f"/{path}"] = [name]
    (tmp_path / "base.weights.json").write_text(json.dumps({"metadata": {"total_size": 1.0}, "weight_map": index}))
    return tmp_path


def said(sharded, whole, keras):
    weights = inspector.read(str(sharded / "base.weights.json"))
    pins = f"tensorflow==2.21.0,keras=={keras}" if keras.startswith("3") else f"tensorflow=={keras}"
    report = inspector.check(weights, inspector.resolve(pins), model=inspector.read(str(whole / "base.json")))
    found = report.to_dict()["verdicts"]["model.load_weights"]
    return found["verdict"], (found["error"] or {}).get("type"), {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("keras", "expected"),
    [
        ("3.15.1", ("loads", None)),
        ("3.10.0", ("loads", None)),
        ("3.8.0", ("fails", "ValueError")),  # the suffix is not known yet
        ("2.15.1", ("fails", "OSError")),  # taken for HDF5
    ],
)
def test_all_shards_are_one_store(sharded, whole, keras, expected):
    assert said(sharded, whole, keras)[:2] == expected


@pytest.mark.parametrize(
    ("lost", "keras", "expected"),
    [
        ("base_00000.weights.h5", "3.10.0", ("fails", "FileNotFoundError")),
        ("base_00001.weights.h5", "3.15.1", ("fails", "FileNotFoundError")),
        ("base_00001.weights.h5", "3.12.0", ("unknown", None)),
    ],
)
def test_a_lost_shard(sharded, whole, lost, keras, expected):
    (sharded / lost).unlink()
    found = said(sharded, whole, keras)
    assert found[:2] == expected
    assert "INT101" in found[2]


def test_variables_are_held_against_the_models(sharded, whole):
    weights = inspector.read(str(sharded / "base.weights.json"))
    rows = inspector.check(weights, None, model=inspector.read(str(whole / "base.json"))).to_dict()["fit"]["variables"]
    assert {row["standing"] for row in rows} == {"same"}
    assert weights.damage == weights.gaps == ()


def test_nothing_outside_the_folder_is_looked_at(tmp_path):
    (tmp_path / "out.weights.h5").write_bytes(b"")
    home = tmp_path / "home"
    home.mkdir()
    index = {
        "metadata": {},
        "weight_map": {"/a/vars": ["../out.weights.h5"], "/b/vars": [str(tmp_path / "out.weights.h5")]},
    }
    (home / "a.weights.json").write_text(json.dumps(index))
    found = inspector.read(str(home / "a.weights.json"))
    assert [member.name for member in found.members] == ["a.weights.json"]
    assert len(found.damage) == 2
