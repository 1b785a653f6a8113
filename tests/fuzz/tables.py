"""Variants of an SSTable that keep its checksums right, so that what lies behind them is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.codec import sstable
from inspector.codec.crc32c import crc32c, mask
from inspector.terms.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_MAGIC = 0xDB4775248B80FB57.to_bytes(8, "little")
_FOOTER = 40  # two block handles, padded


def varint(value: int) -> bytes:
    """The number as a varint."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def table(rows: list[tuple[bytes, bytes]]) -> bytes:
    """A table of one block."""
    data = _block(b"".join(varint(0) + varint(len(k)) + varint(len(v)) + k + v for k, v in rows))
    handle = varint(0) + varint(len(data) - 5)
    index_at, last = len(data), rows[-1][0] if rows else b""
    index = _block(varint(0) + varint(len(last)) + varint(len(handle)) + last + handle)
    handles = varint(0) * 2 + varint(index_at) + varint(len(index) - 5)
    return data + index + handles.ljust(_FOOTER, b"\0") + _MAGIC


def _block(entries: bytes) -> bytes:
    content = entries + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    return content + b"\0" + mask(crc32c(content + b"\0")).to_bytes(4, "little")


def variant(random: Random, data: bytes, change: Callable[[Random, bytes], bytes]) -> bytes:
    """The table with a row changed, doubled or taken out, or with its bytes changed."""
    try:
        rows = list(sstable.entries(data, ""))
    except InspectorError:
        return change(random, data)
    if not rows or random.random() < 0.3:
        return change(random, data)
    place = random.randrange(len(rows))
    key, value = rows[place]
    kind = random.randrange(4)
    if kind == 0:
        del rows[place]
    elif kind == 1:
        rows.append(rows[place])
    elif kind == 2:
        rows[place] = (change(random, key), value)
    else:
        rows[place] = (key, change(random, value))
    return table(rows)
