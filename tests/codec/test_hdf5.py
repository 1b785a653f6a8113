"""HDF5 through the child process."""

import os
import signal

import h5py
import numpy as np
import pytest

from inspector.codec import hdf5
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.keras import StringType
from inspector.tree.interface import Span


def span(path):
    return Span(str(path), 0, path.stat().st_size)


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file.attrs["text"] = "variable é"
        file.attrs["fixed"] = np.bytes_(b"fixed")
        file.attrs["names"] = np.array([b"a", b"b"])
        file.attrs["none"] = np.zeros((0,))
        file.attrs["empty"] = h5py.Empty("f")
        file.attrs["number"] = np.float32(1.5)
        group = file.create_group("g")
        group.create_dataset("w", data=np.zeros((2, 3), "float32"))
        file["soft"] = h5py.SoftLink("/elsewhere")
        file["external"] = h5py.ExternalLink("other.h5", "/w")
        group["up"] = file["/"]
        file.create_dataset("outside", (4,), "int8", external=[("secret.bin", 0, 4)])
    return path


def test_what_a_file_holds(sample):
    content = hdf5.read(span(sample), "m.h5")
    file = content.file
    root = {name: (found.value, found.string_type) for name, found in file.attributes["/"].items()}
    assert root == {
        "text": ("variable é", StringType.VARIABLE_STRING),
        "fixed": ("fixed", StringType.FIXED_BYTES),
        "names": (["a", "b"], StringType.FIXED_BYTES),
        "none": ([], None),
        "empty": (None, None),
        "number": (1.5, None),
    }
    assert file.groups == ("/", "/g")
    assert (file.datasets["/g/w"].dtype, file.datasets["/g/w"].shape) == ("float32", (2, 3))
    assert file.datasets["/outside"].external == ("secret.bin",)
    assert {(link.path, link.kind, link.target) for link in file.links} == {
        ("/soft", "soft", "/elsewhere"),
        ("/external", "external", "other.h5:/w"),
        ("/g/up", "hard", "/"),
    }
    assert not content.broken


def test_a_stretch_of_a_file_is_read_in_place(sample, tmp_path):
    packed = tmp_path / "packed"
    packed.write_bytes(b"x" * 77 + sample.read_bytes() + b"y" * 5)
    content = hdf5.read(Span(str(packed), 77, sample.stat().st_size), "m.h5")
    assert "/g/w" in content.file.datasets


def test_libhdf5_names_the_damage(sample):
    whole = sample.read_bytes()
    sample.write_bytes(whole[:96])
    with pytest.raises(MalformedArtifactError, match=r"truncated file: eof = 96, sblock->base_addr = 0, stored_eof = "):
        hdf5.read(span(sample), "m.h5")
    sample.write_bytes(b"no HDF5")
    with pytest.raises(MalformedArtifactError, match="file signature not found"):
        hdf5.read(span(sample), "m.h5")


@pytest.mark.parametrize(("user_block", "place"), [(0, 0), (512, 512), (2048, 2048)])
def test_the_signature_is_looked_for_where_libhdf5_looks(tmp_path, user_block, place):
    path = tmp_path / "b.h5"
    with h5py.File(path, "w", userblock_size=user_block):
        pass
    assert hdf5.signature_offset(span(path)) == place
    assert hdf5.read(span(path), "b.h5").file.groups == ("/",)


def test_a_child_that_dies_is_a_limit_and_the_next_file_has_another(sample):
    hdf5.read(span(sample), "m.h5")
    worker = hdf5._worker()
    worker.process.send_signal(signal.SIGSTOP)
    os.kill(worker.process.pid, signal.SIGKILL)
    with pytest.raises(LimitError, match="gave no answer"):
        worker.ask(str(sample))
    assert hdf5.read(span(sample), "m.h5").file.groups == ("/", "/g")


def test_a_file_that_took_all_the_time_is_not_asked_for_again(sample):
    worker = hdf5._worker()
    worker.process.send_signal(signal.SIGXCPU)
    for reason in ("gave no answer", "no answer before"):
        with pytest.raises(LimitError, match=reason):
            hdf5._worker().ask(str(sample)) if reason == "no answer before" else worker.ask(str(sample))
    sample.write_bytes(sample.read_bytes() + b"x")
    assert hdf5.read(span(sample), "m.h5").file.groups == ("/", "/g")


def test_a_child_that_hangs_is_ended(sample, monkeypatch):
    monkeypatch.setattr(hdf5, "ANSWER_SECONDS", 0.2)
    worker = hdf5._worker()
    worker.process.send_signal(signal.SIGSTOP)
    with pytest.raises(LimitError, match="none within"):
        worker.ask(str(sample))
    assert not worker.alive()


def test_every_cut_and_flip_ends_in_an_answer(sample):
    whole = sample.read_bytes()
    for place in range(0, len(whole), 97):
        for bad in (whole[:place], whole[:place] + b"\xff" + whole[place + 1 :]):
            sample.write_bytes(bad)
            try:
                hdf5.read(span(sample), "m.h5")
            except (MalformedArtifactError, LimitError):
                continue
