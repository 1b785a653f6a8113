"""LevelDB tables and their checksums."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest

from inspector.codec import sstable
from inspector.codec.crc32c import crc32c, mask, unmask
from inspector.terms.errors import LimitError, MalformedArtifactError


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def entry(shared: int, rest: bytes, value: bytes) -> bytes:
    return varint(shared) + varint(len(rest)) + varint(len(value)) + rest + value


def block(content: bytes, kind: int = 0) -> bytes:
    content += struct.pack("<II", 0, 1)
    body = content + bytes([kind])
    return body + struct.pack("<I", mask(crc32c(body)))


def table(content: bytes, kind: int = 0) -> bytes:
    data = block(content, kind)
    handle = varint(0) + varint(len(data) - sstable.TRAILER_BYTES)
    index = block(entry(0, b"z", handle))
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - sstable.TRAILER_BYTES)
    return data + index + footer.ljust(40, b"\0") + sstable.MAGIC


ROWS = entry(0, b"", b"header") + entry(0, b"layer/kernel", b"1") + entry(6, b"bias", b"2")


def test_keys_share_prefixes():
    found = list(sstable.entries(table(ROWS), "v.index"))
    assert found == [(b"", b"header"), (b"layer/kernel", b"1"), (b"layer/bias", b"2")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "footer"),
        (b"version https://git-lfs".ljust(60), "magic"),
        (table(ROWS)[1:], "checksum"),
        (table(ROWS)[:10] + b"\xff" + table(ROWS)[11:], "checksum"),
        (table(b"\x05\x01\x01ab"), "beyond its block"),
        (table(ROWS, kind=7), "compression"),
        (b"\xff" * 40 + sstable.MAGIC, "does not end"),
    ],
)
def test_broken_tables(data, words):
    with pytest.raises(MalformedArtifactError, match=words):
        list(sstable.entries(data, "v.index"))


def test_snappy_is_a_gap_and_no_damage():
    with pytest.raises(LimitError, match="snappy"):
        list(sstable.entries(table(ROWS, kind=1), "v.index"))


@pytest.mark.parametrize(
    ("data", "crc"),
    [(b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (b"", 0)],
)
def test_crc32c_vectors_of_rfc_3720(data, crc):
    assert crc32c(data) == crc
    assert crc32c(data[4:], crc32c(data[:4])) == crc
    assert unmask(mask(crc)) == crc


def lying_table(restarts: int) -> bytes:
    """A table whose data block says that it ends in that many restart points."""
    body = ROWS + struct.pack("<II", 0, restarts) + b"\0"
    data = body + struct.pack("<I", mask(crc32c(body)))
    index = block(entry(0, b"z", varint(0) + varint(len(data) - sstable.TRAILER_BYTES)))
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - sstable.TRAILER_BYTES)
    return data + index + footer.ljust(40, b"\0") + sstable.MAGIC


@pytest.mark.parametrize("restarts", [3, 1000, 2**32 - 1])
def test_restart_points_beyond_the_block_leave_no_entries(restarts):
    found = []
    with suppress(MalformedArtifactError):
        found += sstable.entries(lying_table(restarts), "v.index")
    assert len(found) <= 3


def test_blocks_named_over_and_over_are_an_error():
    data = block(ROWS)
    handle = varint(0) + varint(len(data) - sstable.TRAILER_BYTES)
    index = block(b"".join(entry(0, b"%d" % number, handle) for number in range(50)))
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - sstable.TRAILER_BYTES)
    with pytest.raises(MalformedArtifactError, match="overlap"):
        list(sstable.entries(data + index + footer.ljust(40, b"\0") + sstable.MAGIC, "v.index"))


def test_keys_are_limited_together(monkeypatch):
    monkeypatch.setattr(sstable, "MAX_KEY_BYTES", 20)
    with pytest.raises(LimitError, match="keys of more than 20 bytes"):
        list(sstable.entries(table(ROWS), "v.index"))
