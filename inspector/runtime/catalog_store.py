"""A store of facts by release: compact on disk, quick to open cold, shared in memory.

A fact has a key (`VarHandleOp`, `class:keras.src.layers.core.dense.Dense`) and, for each release that has it, a JSON
value. Most values are the same in many releases, so a key is kept as its few *variants*, each with the set of releases
that it holds for (a bit mask over `releases`). Keys are sorted and cut into shards of about 8 kB, each compressed by
itself; a look-up inflates one shard and parses one value, and what several releases share is parsed once.

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
zlib over lines `key TAB number TAB value`, one for each variant, the number naming a mask of the header and the value
being JSON: only the lines that are asked for are ever parsed.
"""

from __future__ import annotations

import json
import os
import zlib
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CATALOG = Path(__file__).parent / "catalog"
SHARD_BYTES = 8_000  # a look-up of 50 ops costs least at this size: smaller shards compress worse, larger decode more
_UNASKED = object()  # None is an answer: the release has no such key
_MAGIC = b"FACTS\x00\x01\n"


@cache
def open_store(name: str) -> FactStore:
    """Open the shipped store of that name. Raises FileNotFoundError where the catalog has none."""
    path = CATALOG / f"{name}.zlib"
    return FactStore(_Slices(path) if hasattr(os, "pread") else path.read_bytes())


class _Slices:
    """A file as if it were bytes, of which only the slices that are asked for are read; open as long as the process.

    A small model looks into a thirtieth of 1 MB. `pread` leaves no position for processes that fork to share.
    """

    __slots__ = ("_file",)

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)

    def __getitem__(self, part: slice) -> bytes:
        start = part.start or 0
        return os.pread(self._file, part.stop - start, start)


class FactStore:
    """Facts by release, read from the bytes that `write_store` makes. Raises ValueError for other bytes."""

    __slots__ = (
        "_answers",
        "_bits",
        "_data",
        "_first",
        "_known",
        "_masks",
        "_offsets",
        "_shards",
        "_values",
        "releases",
    )

    def __init__(self, data: bytes | _Slices) -> None:
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
        self._shards: dict[int, str] = {}
        self._values: dict[tuple[str, int], Any] = {}
        self._answers: dict[tuple[str, str], Any] = {}
        self._known: dict[str, tuple[tuple[int, str], ...]] = {}

    def get(self, release: str, key: str) -> Any:
        """Give that release's value of the key, None where it has none. Raises KeyError for an unknown release."""
        answer = self._answers.get((release, key), _UNASKED)
        if answer is _UNASKED:
            answer = self._answers[release, key] = self._find(self._bits[release], key)
        return answer

    def _find(self, bit: int, key: str) -> Any:
        for mask, text in self._lines(key):
            if self._masks[mask] & bit:
                return self._value(key, mask, text)
        return None

    def variants(self, key: str) -> tuple[tuple[tuple[str, ...], Any], ...]:
        """Give every value of that key with the releases that have it."""
        return tuple((self._named(mask), self._value(key, mask, text)) for mask, text in self._lines(key))

    def keys(self) -> Iterator[str]:
        """Give every key of any release, sorted. Inflates all shards."""
        for number in range(len(self._first)):
            lines = self._shard(number).splitlines()[1:]
            yield from dict.fromkeys(line.partition("\t")[0] for line in lines)

    def facts(self, release: str) -> dict[str, Any]:
        """Give everything that is known of one release. Parses all shards."""
        found = ((key, self.get(release, key)) for key in self.keys())
        return {key: value for key, value in found if value is not None}

    def _lines(self, key: str) -> tuple[tuple[int, str], ...]:
        """Give mask number and JSON of each variant; other releases will ask for the key too."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(self._read(key))
        return found

    def _read(self, key: str) -> Iterator[tuple[int, str]]:
        """Give the lines of a key, which stand together."""
        number = bisect_right(self._first, key) - 1
        text = self._shard(number) if number >= 0 else ""
        # Each shard begins with a line end, so that its first key is found as all the others are; one search of text in
        # C is faster than to cut it into lines.
        head = f"\n{key}\t"
        at = text.find(head)
        while at >= 0 and text.startswith(head, at):
            end = text.index("\n", at + 1)
            mask, _, value = text[at + len(head) : end].partition("\t")
            yield int(mask), value
            at = end

    def _value(self, key: str, mask: int, text: str) -> Any:
        if (key, mask) not in self._values:
            # Kept by variant, not by release: a model that is judged in all releases parses each value once.
            self._values[key, mask] = json.loads(text)
        return self._values[key, mask]

    def _shard(self, number: int) -> str:
        if number not in self._shards:
            packed = self._data[self._offsets[number] : self._offsets[number + 1]]
            # json.dumps escapes all that is not ASCII: the fastest to decode, and a byte is a letter.
            self._shards[number] = zlib.decompress(packed).decode("ascii")
        return self._shards[number]

    def _named(self, mask: int) -> tuple[str, ...]:
        return tuple(release for release, bit in self._bits.items() if self._masks[mask] & bit)


def write_store(path: Path, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Write {release: {key: JSON value}} as a store, the same bytes for the same facts.

    A key holds no tab and no line end, no value is None.
    """
    masks: dict[int, int] = {}
    keys = sorted(set().union(*facts.values()))
    shards = list(_cut([(key, _entry(key, facts, masks)) for key in keys]))
    packed = [zlib.compress("".join(["\n", *(text for _, text in shard)]).encode("ascii"), 9) for shard in shards]
    header = {"releases": list(facts), "masks": list(masks), "first": [shard[0][0] for shard in shards]}
    head = zlib.compress(_dumps(header | {"sizes": [len(p) for p in packed]}).encode(), 9)
    path.write_bytes(_MAGIC + len(head).to_bytes(4, "big") + head + b"".join(packed))


def _entry(key: str, facts: Mapping[str, Mapping[str, Any]], masks: dict[int, int]) -> str:
    """Give the lines of one key; `masks` numbers the sets of releases in the order they are first met."""
    by_value: dict[str, int] = {}
    for i, release in enumerate(facts.values()):
        if key in release:
            text = _dumps(release[key])
            by_value[text] = by_value.get(text, 0) | 1 << i
    lines = [(masks.setdefault(mask, len(masks)), text) for text, mask in by_value.items()]
    return "".join(f"{key}\t{number}\t{text}\n" for number, text in lines)


def _cut(entries: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    shard: list[tuple[str, str]] = []
    size = 0
    for key, text in entries:
        shard.append((key, text))
        size += len(text)
        if size >= SHARD_BYTES:
            yield shard
            shard, size = [], 0
    if shard:
        yield shard


def _dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
