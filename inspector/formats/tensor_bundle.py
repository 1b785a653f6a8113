"""TensorBundle (V2 checkpoint): `PREFIX.index`, a table from key to entry, and `PREFIX.data-00000-of-0000N` shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec import protobuf, sstable
from inspector.formats.common import HEAD, damage_of
from inspector.formats.meta_graph_views import shape_of
from inspector.formats.tensor_data import faults, object_graph, shard_name
from inspector.terms.artifact import Damage, DamageKind
from inspector.terms.dtypes import name_of
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Gap, Location
from inspector.terms.graph import TensorBundle, TensorEntry
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.tree.interface import Tree

# The index of a model with a million tensors; the largest seen in public are some MB.
MAX_INDEX_BYTES = 64 << 20
MAX_SHARDS = 100_000  # the file name has five digits


def read_bundle(tree: Tree, prefix: str) -> tuple[TensorBundle | None, list[Damage], list[Gap]]:
    """The bundle of that prefix with what is wrong with it; None where its index cannot be read."""
    member = f"{prefix}.index"
    try:
        data = tree.read(member, MAX_INDEX_BYTES)
        rows = list(sstable.entries(data, member))
        bundle = _bundle(tree, prefix, rows, member)
        # Before the damage is named: a shard is broken by its first tensor that is.
        bundle = replace(bundle, faults=faults(tree, bundle))
        bundle = replace(bundle, object_graph=object_graph(tree, bundle))
        damage = list(shard_damage(tree, bundle))
    except LimitError as error:
        return None, [], [Gap(Location(member), error.reason)]
    except MalformedArtifactError as error:
        return None, [index_damage(data, error)], []
    return bundle, damage, []


def index_damage(data: bytes, error: MalformedArtifactError) -> Damage:
    """Name what is wrong with an index file."""
    seen = damage_of(data[:HEAD], len(data), error.member)
    return seen or Damage(error.member, DamageKind.CORRUPT, error.reason, error.offset)


def shard_damage(tree: Tree, bundle: TensorBundle) -> Iterator[Damage]:
    """What is wrong with the shards: one damage each, by what its first bytes show or by its first faulty tensor."""
    seen: set[int] = set()
    for key, fault in bundle.faults.items():
        shard = bundle.entries[key].shard
        # Bytes that do not fit the shape are no damage of the shard: they are told where the tensor is wanted.
        if fault.kind != "size" and shard not in seen:
            seen.add(shard)
            yield _shard_damage(tree, bundle, key, fault.kind)


def _shard_damage(tree: Tree, bundle: TensorBundle, key: str, kind: str) -> Damage:
    entry = bundle.entries[key]
    name = shard_name(bundle.prefix, entry.shard, len(bundle.shards))
    if kind == "missing":
        return Damage(name, DamageKind.MISSING, f"the index names tensors in this file: {key}")
    size = bundle.shards[entry.shard] or 0
    seen = damage_of(tree.head(name, HEAD), size, name)
    if seen is not None:
        return seen
    if kind == "short":
        end = entry.offset + entry.size
        return Damage(name, DamageKind.TRUNCATED, f"{size} bytes, but tensor {key} ends at byte {end}", size)
    return Damage(name, DamageKind.CORRUPT, f"tensor {key} does not match its checksum", entry.offset)


def _bundle(tree: Tree, prefix: str, rows: list[tuple[bytes, bytes]], member: str) -> TensorBundle:
    # BundleWriter puts the header under the empty key, which sorts before every name (tensor_bundle.h,
    # kHeaderEntryKey).
    if not rows or rows[0][0]:
        raise MalformedArtifactError(member, "no bundle header at the empty key", 0)
    header = protobuf.parse("tensorflow.BundleHeaderProto", rows[0][1], member)
    if not 0 <= header.num_shards <= MAX_SHARDS:
        raise MalformedArtifactError(member, f"{header.num_shards} shards", 0)
    # The shards are named by the count that the header states, not by what lies there: one of another count is no part.
    sizes = {item.name: item.size for item in tree.members()}
    names = (shard_name(prefix, index, header.num_shards) for index in range(header.num_shards))
    return TensorBundle(
        prefix=prefix,
        entries={key.decode("utf-8", "replace"): _entry(value, member) for key, value in rows[1:]},
        shards=tuple(sizes.get(name) for name in names),
    )


def _entry(data: bytes, member: str) -> TensorEntry:
    message: Any = protobuf.parse("tensorflow.BundleEntryProto", data, member)
    return TensorEntry(
        dtype=name_of(message.dtype),
        shape=shape_of(message.shape) or (),
        shard=message.shard_id,
        offset=message.offset,
        size=message.size,
        crc32c=message.crc32c,
        sliced=bool(message.slices),
    )
