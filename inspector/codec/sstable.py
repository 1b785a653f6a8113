"""LevelDB tables as TensorFlow writes them: the `.index` of a TensorBundle, and V1 checkpoints.

Layout: data blocks, one index block, a 48-byte footer (two block handles, padding, magic). Each block is followed by
one byte of compression type and a masked CRC-32C of both. https://github.com/google/leveldb/blob/main/doc/table_format.md
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from inspector.codec.crc32c import crc32c, unmask
from inspector.terms.errors import LimitError, MalformedArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = bytes.fromhex("57fb808b247547db")
FOOTER_BYTES = 48
TRAILER_BYTES = 5
# An index of a million tensors is some 60 MB; nothing in public use comes near.
MAX_ENTRIES = 1_000_000
# Keys share prefixes, so that a few bytes can stand for a key of megabytes: names of variables have some 100 letters.
MAX_KEY_BYTES = 256 << 20
# Blocks are written at 256 kB (table_options.h); checksums of larger ones would take longer than they are worth.
MAX_CHECKED_BLOCK = 1 << 20
_NO_COMPRESSION, _SNAPPY = 0, 1
_VARINT_BYTES = 10


def is_table(tail: bytes) -> bool:
    """Whether a file whose last 8 bytes are `tail` ends as a table does."""
    return tail[-len(MAGIC) :] == MAGIC


def entries(data: bytes, member: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield (key, value) in the order of the file; MalformedArtifactError, or LimitError over MAX_ENTRIES."""
    count = total = keys = 0
    for _, handle in _block(data, *_index_handle(data, member), member):
        offset, at = _varint(handle, 0, member)
        size, _ = _varint(handle, at, member)
        total += size + TRAILER_BYTES
        if total > len(data):  # handles to the same block over and over would cost hours of checksums
            raise MalformedArtifactError(member, "blocks overlap", offset)
        for entry in _block(data, offset, size, member):
            count += 1
            keys += len(entry[0])
            if count > MAX_ENTRIES:
                raise LimitError(member, f"more than {MAX_ENTRIES} entries")
            if keys > MAX_KEY_BYTES:
                raise LimitError(member, f"keys of more than {MAX_KEY_BYTES} bytes")
            yield entry


def _index_handle(data: bytes, member: str) -> tuple[int, int]:
    """Offset and size of the index block, from the footer."""
    if len(data) < FOOTER_BYTES:
        raise MalformedArtifactError(member, "shorter than the footer of a table", len(data))
    if not is_table(data[-len(MAGIC) :]):
        raise MalformedArtifactError(member, "no table magic number at the end", len(data) - len(MAGIC))
    footer = data[-FOOTER_BYTES:]
    # The handle of the metaindex block comes first; TensorFlow writes no filters, so that nothing in it is of use.
    _, at = _varint(footer, 0, member)
    _, at = _varint(footer, at, member)
    offset, at = _varint(footer, at, member)
    size, _ = _varint(footer, at, member)
    return offset, size


def _block(data: bytes, offset: int, size: int, member: str) -> Iterator[tuple[bytes, bytes]]:
    """The entries of one block: each key shares a prefix with the one before it."""
    content = _checked(data, offset, size, member)
    if size < struct.calcsize("<I"):
        raise MalformedArtifactError(member, "a block without restart points", offset)
    # Restart points serve the search for one key. Here every entry is read in order, and they only say where entries
    # end.
    restarts = struct.unpack_from("<I", content, size - 4)[0]
    end = size - 4 - 4 * restarts
    at, key = 0, b""
    while at < end:
        shared, at = _varint(content, at, member)
        fresh, at = _varint(content, at, member)
        length, at = _varint(content, at, member)
        # What LevelDB calls a corruption too ("bad entry in block", table/block.cc, ParseNextKey).
        if shared > len(key) or at + fresh + length > end:
            raise MalformedArtifactError(member, "an entry reaches beyond its block", offset + at)
        key = key[:shared] + content[at : at + fresh]
        yield key, content[at + fresh : at + fresh + length]
        at += fresh + length


def _checked(data: bytes, offset: int, size: int, member: str) -> bytes:
    """The bytes of a block, after its checksum and compression type are looked at."""
    end = offset + size
    if end + TRAILER_BYTES > len(data):
        raise MalformedArtifactError(member, "a block lies beyond the end of the file", offset)
    kind, masked = struct.unpack_from("<BI", data, end)
    if size <= MAX_CHECKED_BLOCK and crc32c(data[offset : end + 1]) != unmask(masked):
        raise MalformedArtifactError(member, "block checksum mismatch", offset)
    # BundleWriter sets kNoCompression: releases before 1.1 could not read compressed tables (tensor_bundle.cc).
    if kind == _SNAPPY:
        raise LimitError(member, "a block compressed with snappy, which is not read here")
    if kind != _NO_COMPRESSION:
        raise MalformedArtifactError(member, f"unknown block compression {kind}", end)
    return data[offset:end]


def _varint(data: bytes, at: int, member: str) -> tuple[int, int]:
    result = 0
    for index in range(_VARINT_BYTES):
        if at + index >= len(data):
            break
        byte = data[at + index]
        result |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return result, at + index + 1
    raise MalformedArtifactError(member, "a number that does not end", at)
