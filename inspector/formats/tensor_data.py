"""The bytes of a TensorBundle's tensors, held against the checksums of its index as TensorFlow does at restore."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.codec.crc32c import crc32c, mask, unmask
from inspector.terms.graph import TensorFault
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.graph import TensorBundle, TensorEntry
    from inspector.tree.interface import Tree

# Checksums in pure Python take 0.1 s per MB: enough for small models and for the small tensors of large ones. Damage
# that hits only larger tensors is not seen; a gap for that would make most models unknown.
MAX_CHECKED_BYTES = 4 << 20
# Each tensor costs an open and a seek: 10,000 of them half a second.
MAX_CHECKED_TENSORS = 10_000
_CHECKSUM = struct.Struct("<I")
_LENGTH_32, _LENGTH_64 = struct.Struct("<I"), struct.Struct("<Q")
_MAX_32 = 0xFFFFFFFF
# Bytes of one number; dtypes without an entry are not held against their shapes.
BYTES = {
    **dict.fromkeys(("float64", "int64", "uint64", "complex64"), 8),
    **dict.fromkeys(("float32", "int32", "uint32", "qint32"), 4),
    **dict.fromkeys(("float16", "bfloat16", "int16", "uint16", "qint16", "quint16"), 2),
    **dict.fromkeys(("int8", "uint8", "bool", "qint8", "quint8"), 1),
    "complex128": 16,
}


def shard_name(prefix: str, index: int, count: int) -> str:
    """The file name of one shard."""
    return f"{prefix}.data-{index:05d}-of-{count:05d}"


def faults(tree: Tree, bundle: TensorBundle) -> dict[str, TensorFault]:
    """The faults of a bundle's tensors by key, in the order of the keys."""
    found = {key: fault for key, entry in bundle.entries.items() if (fault := _place_fault(bundle, entry))}
    # Only what lies inside its shard can be read at all; slices are entries of their own.
    sound = [(key, entry) for key, entry in bundle.entries.items() if key not in found and not entry.sliced]
    budget = MAX_CHECKED_BYTES
    for key, entry in sorted(sound, key=lambda item: item[1].size)[:MAX_CHECKED_TENSORS]:
        budget -= _cost(tree, bundle, entry)
        if budget < 0:
            break
        if fault := _checksum_fault(tree, bundle, entry):
            found[key] = fault
    return dict(sorted(found.items()))


OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def object_graph(tree: Tree, bundle: TensorBundle) -> bytes:
    """The one string of the tensor that names the saved objects: its length as a varint, a checksum, its bytes."""
    entry = bundle.entries.get(OBJECT_GRAPH)
    # Graphs of tens of thousands of objects take a few MB; whoever needs more to be told is told by its checksum.
    if entry is None or OBJECT_GRAPH in bundle.faults or entry.dtype != "string" or entry.size > MAX_CHECKED_BYTES:
        return b""
    data = _strings(tree, shard_name(bundle.prefix, entry.shard, len(bundle.shards)), entry)
    length, at = next(_lengths(data, entry), (0, 0))
    start = at + _CHECKSUM.size
    return data[start : start + length]


def _cost(tree: Tree, bundle: TensorBundle, entry: TensorEntry) -> int:
    """How many bytes must be read: in a compressed file everything before the tensor too."""
    span = tree.span(shard_name(bundle.prefix, entry.shard, len(bundle.shards)))
    return entry.size if span is not None else entry.offset + entry.size


def _place_fault(bundle: TensorBundle, entry: TensorEntry) -> TensorFault | None:
    """Whether the shard is there and reaches far enough."""
    if entry.sliced:  # the entry only names its slices, which are entries of their own
        return None
    size = bundle.shards[entry.shard] if 0 <= entry.shard < len(bundle.shards) else None
    if size is None:
        return TensorFault("missing")
    # GetValue in tensorflow/core/util/tensor_bundle/tensor_bundle.cc compares the two before it reads anything.
    wanted = _count(entry) * BYTES.get(entry.dtype, 0)
    if wanted and wanted != entry.size:
        return TensorFault("size", entry.size, wanted)
    is_inside = 0 <= entry.offset <= entry.offset + entry.size <= size
    return None if is_inside else TensorFault("short")


def _checksum_fault(tree: Tree, bundle: TensorBundle, entry: TensorEntry) -> TensorFault | None:
    member = shard_name(bundle.prefix, entry.shard, len(bundle.shards))
    if entry.dtype == "variant":  # serialized tensors with checksums of their own
        return None
    if entry.dtype == "string":
        return _string_fault(_strings(tree, member, entry), entry)
    data = _read(tree, member, entry)
    return _compared("checksum", unmask(entry.crc32c), crc32c(data))


def _compared(kind: str, stored: int, calculated: int) -> TensorFault | None:
    return None if calculated == stored else TensorFault(kind, stored, calculated)


def _string_fault(data: bytes, entry: TensorEntry) -> TensorFault | None:
    """Strings lie as varint lengths, their checksum, then the bytes; lengths are summed as fixed-size numbers.

    `ReadStringTensor` (tensorflow/core/util/tensor_bundle/tensor_bundle.cc) trusts no length before their checksum.
    """
    crc = at = total = 0
    for length, end in _lengths(data, entry):
        total += length
        crc = crc32c((_LENGTH_32 if length <= _MAX_32 else _LENGTH_64).pack(length), crc)
        at = end
    stored = data[at : at + _CHECKSUM.size]
    if len(stored) == _CHECKSUM.size and mask(crc) != _CHECKSUM.unpack(stored)[0]:
        return TensorFault("lengths", unmask(_CHECKSUM.unpack(stored)[0]), crc)
    if len(data) < at + _CHECKSUM.size + total:
        return TensorFault("short")
    whole = crc32c(data[at + _CHECKSUM.size :], crc32c(_CHECKSUM.pack(mask(crc)), crc))
    return _compared("checksum", unmask(entry.crc32c), whole)


def _strings(tree: Tree, member: str, entry: TensorEntry) -> bytes:
    """A string tensor's bytes: as many as its lengths say, whatever the index says of its size."""
    data = _read(tree, member, entry)
    lengths = list(_lengths(data, entry))
    end = (lengths[-1][1] if lengths else 0) + _CHECKSUM.size + sum(length for length, _ in lengths)
    if end == len(data) or not 0 < end <= MAX_CHECKED_BYTES:
        return data
    return _read(tree, member, replace(entry, size=end))


def _lengths(data: bytes, entry: TensorEntry) -> Iterator[tuple[int, int]]:
    """(length, where the next one begins) for each string of the tensor."""
    at = shift = length = 0
    left = _count(entry)
    while left and at < len(data):
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte & 0x80 and shift < 64:  # noqa: PLR2004 - the bits of a length
            continue
        yield length & 0xFFFFFFFFFFFFFFFF, at
        left, length, shift = left - 1, 0, 0


def _count(entry: TensorEntry) -> int:
    count = 1
    for size in entry.shape:
        count *= max(size, 0)
    return count


def _read(tree: Tree, member: str, entry: TensorEntry) -> bytes:
    """The tensor's bytes: from where they lie in a file, or through the tree where they are compressed."""
    span = tree.span(member)
    if span is None:
        return tree.head(member, entry.offset + entry.size)[entry.offset :]
    with Path(span.path).open("rb") as file:
        file.seek(span.offset + entry.offset)
        return file.read(entry.size)
