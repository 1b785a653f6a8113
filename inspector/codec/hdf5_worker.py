"""The isolated process that opens HDF5 files: native code meets untrusted bytes only here.

Run as a script with `-I`; reads one JSON request a line on standard input, writes one JSON answer a line on standard
output. Datasets' data is never read, links are reported and never followed.
"""

from __future__ import annotations

import importlib
import io
import json
import math
import os
import resource
import sys
import time
import zipfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# numpy and h5py map about 1 GiB of address space; the largest known model_config is under 30 MB.
MEMORY_LIMIT = 4 * 2**30
# Reading the tree of a file with 10,000 datasets takes about 1 CPU second. A few wrong bytes make libhdf5 search on
# for ever.
CPU_SECONDS = 4
# A packed member of 1 GiB takes as much to unpack.
UNPACK_SECONDS = 4
# The largest published Keras models have about 5,000 weights, each in up to two groups of its own.
OBJECT_LIMIT = 100_000
# Keras writes none at all.
LINK_LIMIT = 1_000
# Nested models nest groups; `layers/functional/layers/...` of Keras 3 adds two levels each.
DEPTH_LIMIT = 64
# A virtual layout is reported by its first sources; none is ever opened.
SOURCE_LIMIT = 100
# model_config, training_config and the weight names of one model stay far below; both sides hold it in memory.
TEXT_LIMIT = 32 * 2**20
# What one file may take beyond what the process has already: all of its text, as JSON too. Texts of variable
# length may all lie at one place, so that a file of 1 MB declares gigabytes of them.
FILE_MEMORY = 320 * 2**20
OVER_MEMORY = "its attributes need more memory than those of any model"
_NO_MEMORY = "memory allocation failed"  # libhdf5's words
_STATM = "/proc/self/statm"  # Linux alone: elsewhere the limit of the process stands


class Window(io.RawIOBase):
    """A stretch of a file as a file of its own, so that a stored member of an archive is not copied."""

    def __init__(self, path: str, offset: int, length: int) -> None:
        super().__init__()
        self._file = Path(path).open("rb")  # noqa: SIM115 - lives as long as the window
        self._offset, self._length, self._at = offset, length, 0

    def readable(self) -> bool:
        """True: RawIOBase wants it said."""
        return True

    def seekable(self) -> bool:
        """True: RawIOBase wants it said."""
        return True

    def seek(self, where: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place of the stretch."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = base + where
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, up to the end of the stretch."""
        count = max(0, min(len(buffer), self._length - self._at))
        self._file.seek(self._offset + self._at)
        chunk = self._file.read(count)
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)

    def close(self) -> None:
        """Close the file behind it."""
        self._file.close()
        super().close()


class Walk:
    """Collects one file's tree."""

    def __init__(self, h5py: Any) -> None:
        self.h5py = h5py
        self.groups: list[str] = []
        self.attributes: dict[str, dict[str, Any]] = {}
        self.datasets: dict[str, Any] = {}
        self.links: list[list[str]] = []
        self.broken: list[list[str]] = []
        self.objects = 0
        self.seen: dict[int, str] = {}
        self.text = 0

    def answer(self) -> dict[str, Any]:
        """What was collected, as JSON values."""
        names = ("groups", "attributes", "datasets", "links", "broken")
        return {name: getattr(self, name) for name in names}

    def group(self, group: Any, path: str, depth: int) -> None:
        """Collect a group and what is below; one that was seen before, or that contains itself, is a link."""
        self._count(path, depth)
        first = self.seen.setdefault(self.h5py.h5o.get_info(group.id).addr, path)
        if first != path:
            self._add_link(path, "hard", first)
            return
        self.groups.append(path)
        self._attributes(group, path)
        for name in group:
            below = f"{path.rstrip('/')}/{_name(name)}"
            try:
                self._link(group, name, below, depth + 1)
            except (KeyError, OSError, RuntimeError, ValueError, TypeError, OverflowError) as error:
                self._count(below, depth)
                self.broken.append([below, _text(error)])

    def _count(self, path: str, depth: int) -> None:
        self.objects += 1
        if self.objects > OBJECT_LIMIT:
            raise OverLimitError(path, f"more than {OBJECT_LIMIT} objects")
        if depth > DEPTH_LIMIT:
            raise OverLimitError(path, f"groups nested deeper than {DEPTH_LIMIT}")

    def _link(self, group: Any, name: str, path: str, depth: int) -> None:
        raw = name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")
        kind = group.id.links.get_info(raw).type
        if kind == self.h5py.h5l.TYPE_HARD:
            self._object(self.h5py.h5o.open(group.id, raw), path, depth)
        elif kind == self.h5py.h5l.TYPE_SOFT:
            self._add_link(path, "soft", _name(group.id.links.get_val(raw)))
        elif kind == self.h5py.h5l.TYPE_EXTERNAL:
            self._add_link(path, "external", ":".join(map(_name, group.id.links.get_val(raw))))
        else:
            self._count(path, depth)
            self.broken.append([path, f"a link of type {kind}"])

    def _add_link(self, path: str, kind: str, target: str) -> None:
        self.links.append([path, kind, target])
        if len(self.links) > LINK_LIMIT:
            raise OverLimitError(path, f"more than {LINK_LIMIT} links")

    def _object(self, identifier: Any, path: str, depth: int) -> None:
        if isinstance(identifier, self.h5py.h5d.DatasetID):
            self._dataset(identifier, path, depth)
        elif isinstance(identifier, self.h5py.h5g.GroupID):
            self.group(self.h5py.Group(identifier), path, depth)

    def _dataset(self, dataset: Any, path: str, depth: int) -> None:
        """A dataset by its low-level identifier: h5py's own object takes twice the time."""
        self._count(path, depth)
        properties = dataset.get_create_plist()
        files = range(properties.get_external_count())
        external = [properties.get_external(index)[0].decode("utf-8", "replace") for index in files]
        virtual = properties.get_layout() == self.h5py.h5d.VIRTUAL
        null = dataset.get_space().get_simple_extent_type() == self.h5py.h5s.NULL
        shape = None if null else list(dataset.shape)
        row = [_dtype(dataset), shape, dataset.get_storage_size(), external, virtual]
        self.datasets[path] = row + self._rare(dataset.get_type(), properties, virtual=virtual)
        if self.h5py.h5a.get_num_attrs(dataset):
            self._attributes(self.h5py.Dataset(dataset), path)

    def _rare(self, kind: Any, properties: Any, *, virtual: bool) -> list[Any]:
        """Bytes of one element, files behind a virtual layout, filters, and whether elements point elsewhere."""
        sources = range(properties.get_virtual_count()) if virtual else range(0)
        files = {str(properties.get_virtual_filename(index)) for index in islice(sources, SOURCE_LIMIT)}
        filters = [properties.get_filter(index)[0] for index in range(properties.get_nfilters())]
        pointing = {self.h5py.h5t.REFERENCE: "reference", self.h5py.h5t.VLEN: "vlen"}
        return [kind.get_size(), sorted(files), filters, pointing.get(kind.get_class(), "")]

    def _attributes(self, thing: Any, path: str) -> None:
        if self.h5py.h5a.get_num_attrs(thing.id):
            self.attributes[path] = {_name(name): self._attribute(thing, name, path) for name in thing.attrs}

    def _attribute(self, thing: Any, name: str, path: str) -> list[Any]:
        try:
            identifier = thing.attrs.get_id(name)
            self._spend(identifier.get_type().get_size() * math.prod(identifier.shape or ()), path)
            value = _plain(thing.attrs[name])
        except (KeyError, OSError, RuntimeError, ValueError, TypeError, OverflowError) as error:
            if _NO_MEMORY in _text(error):
                raise OverLimitError(path, OVER_MEMORY) from error
            self.broken.append([f"{path}@{_name(name)}", _text(error)])
            return [None, "other"]
        if isinstance(value, str):
            self._spend(len(value), path)
        return [value, self._string_type(identifier)]

    def _spend(self, count: int, path: str) -> None:
        self.text += count
        if self.text > TEXT_LIMIT:
            raise OverLimitError(path, f"attributes of more than {TEXT_LIMIT} bytes")

    def _string_type(self, identifier: Any) -> str | None:
        kind = identifier.get_type()
        if not isinstance(kind, self.h5py.h5t.TypeStringID):
            return "other" if isinstance(kind, self.h5py.h5t.TypeVlenID) else None
        if not kind.is_variable_str():
            return "fixed-bytes"
        return "variable-bytes" if kind.get_cset() == self.h5py.h5t.CSET_ASCII else "variable-string"


class OverLimitError(Exception):
    """The file is larger than what is read: path and reason."""


def _name(name: Any) -> str:
    """A name as text: h5py hands over bytes where it is no UTF-8."""
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else str(name)


def _text(error: BaseException) -> str:
    return str(error.args[0] if isinstance(error, KeyError) and error.args else error)


def _dtype(dataset: Any) -> str:
    try:
        return str(dataset.dtype.name)
    except (TypeError, ValueError):
        return "unknown"


def _plain(value: Any) -> Any:
    """A value as JSON knows it; text is str, whatever else is its repr."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if value is None or type(value) in (str, int, float, bool):
        return value
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if type(value).__name__ == "Empty" else repr(value)


def _answer(request: dict[str, Any], h5py: Any) -> dict[str, Any]:
    walk = Walk(h5py)
    try:
        with _source(request) as source, h5py.File(source, "r") as file:
            walk.group(file, "/", 0)
    except OverLimitError as error:
        return {**walk.answer(), "limit": list(error.args)}
    except MemoryError:
        return {**walk.answer(), "limit": ["/", OVER_MEMORY]}
    except (OSError, RuntimeError, ValueError, KeyError, OverflowError) as error:
        return {"error": _text(error), "type": type(error).__name__}
    return walk.answer()


class _Path:
    """A path as a context manager: libhdf5 opens it itself."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> str:
        return self.path

    def __exit__(self, *_: object) -> None:
        return


def _source(request: dict[str, Any]) -> Any:
    if "member" in request:  # compressed: nothing is written to a disk, so it is unpacked here
        with zipfile.ZipFile(request["path"]) as archive:
            return io.BytesIO(archive.read(request["member"]))
    whole = request["offset"] == 0 and request["length"] == Path(request["path"]).stat().st_size
    return _Path(request["path"]) if whole else Window(request["path"], request["offset"], request["length"])


def _allow(request: dict[str, Any]) -> None:
    """Give the next request its CPU time and memory: the limits of the process count from its start."""
    seconds = CPU_SECONDS + UNPACK_SECONDS * ("member" in request)
    soft, hard = int(time.process_time()) + seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))
    if "member" not in request and Path(_STATM).exists():  # a packed file is held in memory as well
        pages = int(Path(_STATM).read_text(encoding="ascii").split()[0])
        memory, top = pages * resource.getpagesize() + FILE_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (memory if top < 0 else min(memory, top), top))


def _requests() -> Iterator[dict[str, Any]]:
    for line in sys.stdin:
        yield json.loads(line)


def main() -> None:
    """Serve until standard input ends. The arguments are where this package and h5py lie: `-I` knows neither."""
    sys.path.extend(sys.argv[1:])
    limits = importlib.import_module("inspector.isolate.limits")
    h5py = importlib.import_module("h5py")
    limits.limit(memory=MEMORY_LIMIT, cpu_seconds=None)
    importlib.import_module("inspector.isolate.sandbox").confine(starts_programs=False)
    for request in _requests():
        _allow(request)
        sys.stdout.write(json.dumps(_answer(request, h5py)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
