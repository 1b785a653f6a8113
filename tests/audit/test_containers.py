"""Where a container can be read in two ways, ours is the way of Python and Keras."""

import zipfile

import h5py
import pytest
from conftest import LOCKS
from hostile import json_cases, zip_cases
from hostile.folder_cases import hub_cache, model
from hostile.zip_cases import CONFIG

import inspector
from inspector.reading import read

SECOND = CONFIG.replace('"name": "s"', '"name": "second"')
# What load_model of Keras 2.15.0, 3.8.0 and 3.15.1 makes of each, seen there: the name of the model, or the error.
LOADED = {
    "two configs": (lambda folder: zip_cases.keras(folder, [("config.json", SECOND.encode())]), "second"),
    "one in capitals": (lambda folder: zip_cases.keras(folder, [("CONFIG.json", SECOND.encode())]), "s"),
    "two names": (json_cases.config(CONFIG.replace('"name": "s"', '"name": "s", "name": "second"')), "second"),
    "another Unicode path": (
        lambda folder: zip_cases.keras(folder, [(zip_cases.unicode_path("assets/a", "config.json"), SECOND.encode())]),
        "s",
    ),
    "UTF-16": (json_cases.config(CONFIG.encode("utf-16")), "s"),
    "byte order mark": (json_cases.config(b"\xef\xbb\xbf" + CONFIG.encode()), "s"),
    "half a surrogate pair": (json_cases.config(CONFIG.replace('"name": "s"', '"name": "s\\ud800"')), "s\ud800"),
    "a prefix": (lambda folder: zip_cases.patched(folder, lambda data: b"#!/bin/true\n" + data), "s"),
    "a suffix": (lambda folder: zip_cases.patched(folder, lambda data: data + b"more"), "s"),
    "an empty archive in the comment": (lambda folder: zip_cases.keras(folder, comment=b"PK\5\6" + bytes(18)), None),
    "bzip2": (lambda folder: zip_cases.keras(folder, method=zipfile.ZIP_BZIP2), "s"),
    "a name that leaves the folder": (lambda folder: zip_cases.keras(folder, [("../evil", b"x")]), "s"),
    "weights of both forms": (lambda folder: zip_cases.keras(folder, [("model.weights.npz", b"")]), "s"),
}
TARGETS = [str(LOCKS / f"{name}.txt") for name in ("tf2.15.1", "tf2.18.1-k3.8.0", "tf2.21.0")]


@pytest.mark.parametrize("name", LOADED)
def test_the_model_is_the_one_that_keras_loads(name, tmp_path):
    make, expected = LOADED[name]
    artifact = read(str(make(tmp_path)))
    config = artifact.keras.config if artifact.keras else None
    assert (config["config"]["name"] if config else None) == expected


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", LOADED)
def test_the_verdict_is_that_of_keras(name, target, tmp_path):
    make, expected = LOADED[name]
    report = inspector.inspect(str(make(tmp_path)), against=target)
    assert report.outcomes[0].verdict.value == ("loads" if expected else "fails")
    assert expected or report.outcomes[0].error.type == "KeyError"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("values", ["[" * 300 + "]" * 300, "9" * 5000])
def test_a_config_over_a_limit_is_not_judged(values, target, tmp_path):
    path = json_cases.config(CONFIG.replace('"trainable": true', f'"trainable": {values}'))(tmp_path)
    report = inspector.inspect(str(path), against=target)
    assert report.outcomes[0].verdict.value == "unknown"


@pytest.mark.parametrize("target", TARGETS)
def test_what_lies_behind_a_link_is_not_judged(target, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "saved_model.pb").write_bytes(b"not ours")
    home = model(tmp_path)
    (home / "saved_model.pb").unlink()
    (home / "saved_model.pb").symlink_to("../elsewhere/saved_model.pb")
    report = inspector.inspect(str(home), against=target)
    assert report.outcomes[0].verdict.value == "unknown"
    assert b"not ours" not in repr(report).encode()


def test_a_download_of_hugging_face_is_read(tmp_path):
    assert read(str(hub_cache(tmp_path))).saved_model is not None


def test_a_cut_off_hdf5_keeps_what_was_read(tmp_path):
    with h5py.File(tmp_path / "m.weights.h5", "w") as file:
        file["a"] = [1.0]
        for index in range(1_100):
            file[f"b{index}"] = h5py.SoftLink("/a")
    artifact = read(str(tmp_path / "m.weights.h5"))
    assert "/a" in artifact.weights.datasets
    assert "more than 1000 links" in artifact.gaps[0].reason
