"""A store of facts by release: compact on disk, quick to open cold, shared in memory.

A fact has a key (`VarHandleOp`, `class:keras.src.layers.core.dense.Dense`) and, for each release that has it, a JSON
value. Most values are the same in many releases, so a key is kept as its few *variants*, each with the set of releases
that it holds for (a bit mask over `releases`). Keys are sorted and cut into shards of about 16 kB of JSON, each
compressed on its own; a look-up reads one shard, and what several releases share is decoded once.

    store = open_store("tensorflow_ops")       # catalog/tensorflow_ops.zlib, opened once in a process
    store.releases                             # ("1.15.5", ..., "2.21.0"), in the order they were written with
    store.get("2.15.1", "VarHandleOp")         # the value; None where that release has no such key
    store.variants("VarHandleOp")              # every (releases, value): which release changed it
    store.facts("2.15.1")                      # the whole release as {key: value}: for rebuilding, not for judging
    write_store(path, {"2.15.1": {"VarHandleOp": {...}}})   # made anew from all releases

A value is the same object for all the releases that share it, so what is derived from it can be cached by its identity.
Give small values that change on their own a key of their own: a variant is kept whole.

Layout: 8 bytes magic, 4 bytes header length (big endian), header, shards. The header is zlib over the JSON
`{"releases": [...], "masks": [...], "first": [first key of each shard], "sizes": [bytes of each shard]}`; a shard is
zlib over `{key: [mask number, value, mask number, value, ...]}`, masks being numbers in the header's list.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CATALOG = Path(__file__).parent / "catalog"
SHARD_BYTES = 16_000  # a look-up of 50 ops costs least at this size: smaller shards compress worse, larger decode more
_MAGIC = b"FACTS\x00\x01\n"


@cache
def open_store(name: str) -> FactStore:
    """Open the shipped store of that name. Raises FileNotFoundError where the catalog has none."""
    return FactStore((CATALOG / f"{name}.zlib").read_bytes())


class FactStore:
    """Facts by release, read from the bytes that `write_store` makes. Raises ValueError for other bytes."""

    __slots__ = ("_bits", "_data", "_first", "_masks", "_offsets", "_shards", "releases")

    def __init__(self, data: bytes) -> None:
        if data[:8] != _MAGIC:
            raise ValueError("not a fact store")
        start = 12 + int.from_bytes(data[8:12], "big")
        header = json.loads(zlib.decompress(data[12:start]))
        self.releases: tuple[str, ...] = tuple(header["releases"])
        self._bits = {release: 1 << i for i, release in enumerate(self.releases)}
        self._data = data
        self._masks: list[int] = header["masks"]
        self._first: list[str] = header["first"]
        self._offsets = list(accumulate(header["sizes"], initial=start))
        self._shards: dict[int, dict[str, list[Any]]] = {}

    def get(self, release: str, key: str) -> Any:
        """Give that release's value of the key, None where it has none. Raises KeyError for an unknown release."""
        entry = self._entry(key)
        bit = self._bits[release]
        return next((value for mask, value in _pairs(entry) if self._masks[mask] & bit), None)

    def variants(self, key: str) -> tuple[tuple[tuple[str, ...], Any], ...]:
        """Give every value of that key with the releases that have it."""
        return tuple((self._named(mask), value) for mask, value in _pairs(self._entry(key)))

    def keys(self) -> Iterator[str]:
        """Give every key of any release, sorted. Decodes all shards."""
        for shard in range(len(self._first)):
            yield from self._shard(shard)

    def facts(self, release: str) -> dict[str, Any]:
        """Give everything that is known of one release. Decodes all shards."""
        found = ((key, self.get(release, key)) for key in self.keys())
        return {key: value for key, value in found if value is not None}

    def _entry(self, key: str) -> list[Any]:
        shard = bisect_right(self._first, key) - 1
        return self._shard(shard).get(key, []) if shard >= 0 else []

    def _shard(self, number: int) -> dict[str, list[Any]]:
        if number not in self._shards:
            packed = self._data[self._offsets[number] : self._offsets[number + 1]]
            self._shards[number] = json.loads(zlib.decompress(packed))
        return self._shards[number]

    def _named(self, mask: int) -> tuple[str, ...]:
        return tuple(r for i, r in enumerate(self.releases) if self._masks[mask] >> i & 1)


def write_store(path: Path, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Write {release: {key: JSON value}} as a store, the same bytes for the same facts. No value may be None."""
    masks: dict[int, int] = {}
    lines = [(key, _dumps(_entry_of(key, facts, masks))) for key in sorted(set().union(*facts.values()))]
    shards = list(_cut(lines))
    packed = [zlib.compress(_join(shard), 9) for shard in shards]
    header = {"releases": list(facts), "masks": list(masks), "first": [shard[0][0] for shard in shards]}
    head = zlib.compress(_dumps(header | {"sizes": [len(p) for p in packed]}).encode(), 9)
    path.write_bytes(_MAGIC + len(head).to_bytes(4, "big") + head + b"".join(packed))


def _entry_of(key: str, facts: Mapping[str, Mapping[str, Any]], masks: dict[int, int]) -> list[Any]:
    by_value: dict[str, list[Any]] = {}
    for i, release in enumerate(facts.values()):
        value = release.get(key)
        if value is not None:
            by_value.setdefault(_dumps(value), [0, value])[0] |= 1 << i
    return [part for mask, value in by_value.values() for part in (masks.setdefault(mask, len(masks)), value)]


def _cut(lines: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    shard: list[tuple[str, str]] = []
    size = 0
    for key, text in lines:
        shard.append((key, text))
        size += len(text)
        if size >= SHARD_BYTES:
            yield shard
            shard, size = [], 0
    if shard:
        yield shard


def _join(shard: list[tuple[str, str]]) -> bytes:
    return ("{" + ",".join(f"{_dumps(key)}:{text}" for key, text in shard) + "}").encode()


def _pairs(entry: list[Any]) -> Iterator[tuple[int, Any]]:
    return zip(entry[::2], entry[1::2], strict=True)


def _dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
