"""Files outside a model: of TensorFlow 1 graphs, kept in a collection as assets, and of HDF5's external storage."""

from __future__ import annotations

import shutil
import tarfile
import zipfile

import h5py
import pytest
from conftest import CLASSIC, FIXTURES, LOCKS

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


KERAS2, KERAS3 = "tf2.15.1", "tf2.18.1-k3.8.0"


@pytest.fixture
def with_raw_file(tmp_path):
    """A model of which one kernel lies in a file beside it."""

    def change(source, name, outside="elsewhere.bin"):
        path = shutil.copy(source, tmp_path / name)
        inner = path
        if name.endswith(".keras"):
            inner = tmp_path / "inner.h5"
            with zipfile.ZipFile(source) as archive:
                inner.write_bytes(archive.read("model.weights.h5"))
        with h5py.File(inner, "r+") as file:
            found = []
            file.visititems(lambda at, item: found.append(at) if getattr(item, "ndim", 0) == 2 else None)
            shape, dtype, size = file[found[0]].shape, file[found[0]].dtype, file[found[0]].nbytes
            del file[found[0]]
            file.create_dataset(found[0], shape=shape, dtype=dtype, external=[(outside, 0, size)])
        if inner != path:
            with zipfile.ZipFile(source) as archive, zipfile.ZipFile(path, "w") as copy:
                for member in archive.namelist():
                    copy.writestr(member, inner.read_bytes() if member.endswith(".h5") else archive.read(member))
        return str(path)

    return change


@pytest.mark.parametrize(
    ("model", "target", "kind"),
    [
        ("tf2.15.1/cnn.h5", KERAS2, "OSError"),
        ("tf2.15.1/cnn.keras", KERAS2, "OSError"),
        ("tf2.15.1/cnn.h5", KERAS3, "OSError"),
        ("tf2.15.1/cnn.keras", KERAS3, "ValueError"),  # collected
    ],
)
def test_weights_in_another_file_are_not_there_unless_it_is_assumed(with_raw_file, model, target, kind):
    path, lock = with_raw_file(CLASSIC / model, model.rpartition("/")[2]), str(LOCKS / f"{target}.txt")
    error = inspector.inspect(path, against=lock).to_dict()["verdicts"]["keras.models.load_model"]["error"]
    assert error["type"] == kind
    assert "read data (unable to open external raw data file)" in error["message"]
    assert inspector.inspect(path, against=lock, assume_files=["elsewhere.bin"]).verdict == "loads"


@pytest.mark.parametrize("target", [KERAS2, KERAS3])
def test_an_absolute_path_may_well_be_there(with_raw_file, target):
    """As the files that an attack would read are."""
    path = with_raw_file(CLASSIC / "tf2.15.1/cnn.h5", "cnn.h5", "/srv/elsewhere.bin")
    assert inspector.inspect(path, against=str(LOCKS / f"{target}.txt")).verdict == "loads"
