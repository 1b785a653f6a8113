"""Files that a TensorFlow 1 graph names outside its SavedModel, and assets kept in a collection."""

from __future__ import annotations

import shutil
import tarfile

import pytest
from conftest import FIXTURES, LOCKS

import inspector

TARGETS = [str(LOCKS / f"{name}.txt") for name in ("tf2.3.4", "tf2.10.1", "tf2.16.2-k3.3.3")]


@pytest.fixture(scope="module")
def table_of_an_outside_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    with tarfile.open(FIXTURES / "recorded" / "artifacts.tar.xz") as archive:
        wanted = [m for m in archive.getmembers() if "/tf2.11.1/tf1_file_table.savedmodel" in f"/{m.name}"]
        archive.extractall(folder, members=wanted, filter="data")
    return str(next(folder.rglob("tf1_file_table.savedmodel")))


@pytest.mark.parametrize("target", TARGETS)
def test_a_table_filled_from_an_outside_file_fails_unless_the_file_is_assumed(table_of_an_outside_file, target):
    verdicts = inspector.inspect(table_of_an_outside_file, against=target).to_dict()["verdicts"]
    assert verdicts["tf.saved_model.load"]["error"]["type"] == "NotFoundError"
    assert "words.txt; No such file or directory" in verdicts["tf.saved_model.load"]["error"]["message"]
    assumed = inspector.inspect(table_of_an_outside_file, against=target, assume_files=["words.txt"])
    assert assumed.verdict == "loads"


def test_an_asset_of_a_collection_is_not_outside(recorded_artifacts, tmp_path):
    model = recorded_artifacts / "tf1.15.5" / "tf1_table_legacy_init.savedmodel"
    assert inspector.inspect(str(model), against=TARGETS[1]).verdict == "loads"
    copy = shutil.copytree(model, tmp_path / "copy")
    (copy / "assets" / "tbl1.txt").unlink()
    assert inspector.inspect(str(copy), against=TARGETS[1]).verdict == "fails"
