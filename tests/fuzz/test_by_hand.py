"""What fuzzing found first, made again by hand."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

import h5py
import pytest

import inspector
from fuzz.harnesses import TARGETS
from fuzz.seeds import FIXTURES
from inspector.terms.errors import UsageError
from inspector.tree.archive import ZipTree
from inspector.tree.local import LocalTree

CLASSIC = FIXTURES / "classic" / "tf2.15.1"


def test_a_small_file_takes_little_memory_whatever_its_limit(tmp_path):
    (tmp_path / "small").write_bytes(b"x")
    tracemalloc.start()
    assert LocalTree(str(tmp_path)).read("small", 2**31) == b"x"
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_a_member_before_the_archives_beginning_has_no_span(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"x")
    data = bytearray(out.getvalue())
    data[-6] += 5  # where the directory is said to begin: zipfile moves every member by the difference
    (tmp_path / "z").write_bytes(data)
    with ZipTree(str(tmp_path / "z")) as tree:
        assert tree.span("a") is None


@pytest.mark.parametrize("registered", [[], {"x": {}}, {"x": "y"}, {"x": {"name": 1, "module": None}}])
def test_a_snapshot_whose_objects_are_none_is_refused(tmp_path, registered):
    document = {"schema": 1, "packages": {"tensorflow": "2.15.1"}, "keras": {"root": "keras", "registered": registered}}
    (tmp_path / "s.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match="incomplete"):
        inspector.resolve(str(tmp_path / "s.json"))


@pytest.mark.parametrize("target", TARGETS[1:])
@pytest.mark.parametrize("name", [["Dense"], {"a": 1}, None, 7])
def test_a_class_name_that_is_no_text(tmp_path, name, target):
    path = tmp_path / "m.h5"
    path.write_bytes((CLASSIC / "cnn.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][1]["class_name"] = name
        file.attrs["model_config"] = json.dumps(config)
    report = inspector.check(inspector.read(str(path)), inspector.resolve(target), debug=True)
    assert report.verdict != "loads"


@pytest.mark.parametrize("version", ["2", "3", "", "x", "2.15.0.1"])
def test_a_version_of_the_writer_that_is_odd(tmp_path, version):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(CLASSIC / "my_custom_layer.keras") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, json.dumps({"keras_version": version}) if "metadata" in name else source.read(name))
    report = inspector.check(inspector.read(str(path)), inspector.resolve("tensorflow==2.21.0"), debug=True)
    assert report.verdict == "fails"
