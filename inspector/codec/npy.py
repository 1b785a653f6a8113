"""The header of a `.npy` file: dtype and shape, read as text. No data is read, and nothing is evaluated.

Source: numpy/lib/format.py: magic, version, the length of the header, and the header, a Python dictionary in one line.
"""

from __future__ import annotations

import re

from inspector.terms.errors import MalformedArtifactError
from inspector.terms.record import record

MAGIC = b"\x93NUMPY"
# NumPy's own limit (max_header_size): larger headers are refused unless pickles are allowed.
HEADER_LIMIT = 10_000
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
# A dtype is a text, or for records a list of pairs that hold texts.
_DTYPES = re.compile(r"'descr'\s*:\s*(\[.*?\]|'[^']*'|\"[^\"]*\")\s*,\s*'fortran_order'", re.DOTALL)
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d\s,L]*)\)")
_OBJECT = re.compile(r"['\"][|<>=]?O\d*['\"]")


@record
class NpyHeader:
    """What the header declares. `holds_objects` says that the data is a pickle."""

    dtype: str
    shape: tuple[int, ...]
    holds_objects: bool


def header(data: bytes, member: str) -> NpyHeader:
    """The header in the first bytes of the file; MalformedArtifactError where they are none."""
    if not data.startswith(MAGIC) or len(data) < len(MAGIC) + 2:
        raise MalformedArtifactError(member, "no .npy file: it does not begin with \\x93NUMPY", 0)
    size = _LENGTH_BYTES.get(data[len(MAGIC)])
    if size is None:
        raise MalformedArtifactError(member, f"unknown version {data[len(MAGIC)]} of the .npy format", len(MAGIC))
    start = len(MAGIC) + 2 + size
    length = int.from_bytes(data[start - size : start], "little")
    if length > HEADER_LIMIT:
        raise MalformedArtifactError(member, f"a header of {length} bytes: NumPy reads {HEADER_LIMIT}", start)
    # Version 3 is UTF-8, for names of fields alone (`_header_size_info`): dtype and shape are ASCII in all versions.
    return _parsed(data[start : start + length].decode("latin-1"), member)


def _parsed(text: str, member: str) -> NpyHeader:
    dtype, shape = _DTYPES.search(text), _SHAPE.search(text)
    if dtype is None or shape is None:
        raise MalformedArtifactError(member, "the .npy header names no dtype and shape")
    # NumPy under Python 2 wrote long integers as `10L` (`_filter_header` drops it); twenty digits are above any size.
    sizes = tuple(int(size.strip(" L")[:20]) for size in shape.group(1).split(",") if size.strip(" L"))
    # A dtype that holds `O` anywhere has its data as a pickle (`read_array`, `dtype.hasobject`).
    return NpyHeader(dtype.group(1).strip("'\""), sizes, bool(_OBJECT.search(dtype.group(1))))
