"""TensorBundle (V2 checkpoint): `PREFIX.index`, a table from key to entry, and `PREFIX.data-00000-of-0000N` shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec import protobuf, sstable
from inspector.formats.common import HEAD, damage_of
from inspector.formats.meta_graph_views import shape_of
from inspector.terms.artifact import Damage, DamageKind
from inspector.terms.dtypes import name_of
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Gap, Location
from inspector.terms.graph import TensorBundle, TensorEntry

if TYPE_CHECKING:
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
    except LimitError as error:
        return None, [], [Gap(Location(member), error.reason)]
    except MalformedArtifactError as error:
        return None, [index_damage(data, error)], []
    return bundle, list(shard_damage(bundle)), []


def index_damage(data: bytes, error: MalformedArtifactError) -> Damage:
    """Name what is wrong with an index file."""
    seen = damage_of(data[:HEAD], len(data), error.member)
    return seen or Damage(error.member, DamageKind.CORRUPT, error.reason, error.offset)


def shard_name(prefix: str, index: int, count: int) -> str:
    """The file name of one shard."""
    return f"{prefix}.data-{index:05d}-of-{count:05d}"


def shard_damage(bundle: TensorBundle) -> list[Damage]:
    """Shards that are missing or end before the last tensor that lies in them."""
    ends: dict[int, int] = {}
    for entry in bundle.entries.values():
        ends[entry.shard] = max(ends.get(entry.shard, 0), entry.offset + entry.size)
    found = []
    for shard, end in sorted(ends.items()):
        name = shard_name(bundle.prefix, shard, len(bundle.shards))
        size = bundle.shards[shard] if shard < len(bundle.shards) else None
        if size is None:
            found.append(Damage(name, DamageKind.MISSING, "the index names tensors in this file"))
        elif size < end:
            found.append(Damage(name, DamageKind.TRUNCATED, f"{size} bytes, the index needs {end}", size))
    return found


def _bundle(tree: Tree, prefix: str, rows: list[tuple[bytes, bytes]], member: str) -> TensorBundle:
    if not rows or rows[0][0]:
        raise MalformedArtifactError(member, "no bundle header at the empty key", 0)
    header = protobuf.parse("tensorflow.BundleHeaderProto", rows[0][1], member)
    if not 0 <= header.num_shards <= MAX_SHARDS:
        raise MalformedArtifactError(member, f"{header.num_shards} shards", 0)
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
    )
