"""Headers of .npy files, as NumPy writes them and as nobody does."""

import io

import numpy as np
import pytest

from inspector.codec.npy import header
from inspector.terms.errors import MalformedArtifactError


def written(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


@pytest.mark.parametrize(
    ("array", "shape", "objects"),
    [
        (np.zeros((2, 3), "float32"), (2, 3), False),
        (np.zeros((), "<i8"), (), False),
        (np.array([None], dtype=object), (1,), True),
        (np.zeros(2, dtype=[("a", "i4"), ("b", "O")]), (2,), True),
        (np.zeros(2, dtype=[("O", "i4")]), (2,), True),  # a field of that name: rather one alarm too many
    ],
)
def test_what_numpy_writes(array, shape, objects):
    found = header(written(array), "a.npy")
    assert (found.shape, found.holds_objects) == (shape, objects)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04pickle",
        b"\x93NUMPY",
        b"\x93NUMPY\x09\x00\x00\x00",
        b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b"{" * 100,
        b"\x93NUMPY\x01\x00\x04\x00{}  ",
    ],
)
def test_what_is_none(data):
    with pytest.raises(MalformedArtifactError):
        header(data, "a.npy")
