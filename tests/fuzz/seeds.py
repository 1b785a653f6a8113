"""What fuzzing starts from: the small ones among the committed artifacts, locks and sources, and the hostile cases."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import pkgutil
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import hostile

FIXTURES = Path(__file__).parents[2] / "fixtures"
# A seed is changed, written and read thousands of times: a small one shows as much as a large one.
SIZE_LIMIT = 40_000
Files = dict[str, bytes]  # of one artifact; a file alone has the one name


@functools.cache
def artifacts() -> tuple[tuple[str, Files], ...]:
    """Every small artifact: the name of its file or folder, and its files."""
    found: dict[str, Files] = {}
    for archive in ("loads/artifacts.tar.xz", "weights/artifacts.tar.xz"):
        with tarfile.open(FIXTURES / archive) as tar:
            for entry in tar:
                if entry.isfile():
                    _file(found, f"{archive}/{entry.name}", tar.extractfile(entry).read())  # type: ignore[union-attr]
    for path in sorted((FIXTURES / "classic").rglob("*")):
        if path.is_file():
            _file(found, str(path.relative_to(FIXTURES)), path.read_bytes())
    rows = [(key, files) for key, files in found.items() if sum(map(len, files.values())) <= SIZE_LIMIT]
    return (*_sampled(rows), *_hostile())


def _file(found: dict[str, Files], path: str, data: bytes) -> None:
    """Sort a file into its artifact: the folder `cnn`, `x.savedmodel`, `x.keras`, or the file itself."""
    parts = path.split("/")
    for place, part in enumerate(parts[:-1]):
        if part.endswith((".savedmodel", ".keras", ".ckpt")) or (parts[0] == "classic" and place == 2):
            found.setdefault("/".join(parts[: place + 1]), {})["/".join(parts[place + 1 :])] = data
            return
    head, _, ending = parts[-1].rpartition(".")
    if ending in ("index", "meta") or ending.startswith("data-"):  # a checkpoint: named by its prefix
        path = "/".join([*parts[:-1], head])
    found.setdefault(path, {})[parts[-1]] = data


def _sampled(rows: list[tuple[str, Files]]) -> list[tuple[str, Files]]:
    """One of each name: releases write the same model much alike."""
    kept: dict[tuple[str, bool], tuple[str, Files]] = {}
    for path, files in rows:
        name = path.rpartition("/")[2]
        kept.setdefault((name, "damaged" in path), (name, files))
    return list(kept.values())


def _hostile() -> list[tuple[str, Files]]:
    found = []
    for module in sorted(m.name for m in pkgutil.iter_modules(hostile.__path__) if m.name.endswith("_cases")):
        for case in importlib.import_module(f"hostile.{module}").CASES:
            with contextlib.suppress(Exception), tempfile.TemporaryDirectory() as folder:  # their own test tells
                found += _read(Path(case.make(Path(folder))))
    return found


def _read(made: Path) -> list[tuple[str, Files]]:
    """The artifact, unless it is a bomb."""
    paths = [made] if made.is_file() else [path for path in sorted(made.rglob("*")) if path.is_file()]
    if sum(path.stat().st_size for path in paths) > SIZE_LIMIT:
        return []
    names = [path.name if path == made else str(path.relative_to(made)) for path in paths]
    return [(made.name, dict(zip(names, (path.read_bytes() for path in paths), strict=True)))]


def of_kind(*endings: str) -> list[tuple[str, Files]]:
    """The artifacts whose name, or one of whose files, ends so."""
    return [row for row in artifacts() if row[0].endswith(endings) or any(name.endswith(endings) for name in row[1])]


def members(*endings: str) -> list[bytes]:
    """Files of artifacts by the end of their name, each content once."""
    found = [data for _, files in artifacts() for name, data in files.items() if name.endswith(endings)]
    return list(dict.fromkeys(found))


def hdf5_files() -> list[bytes]:
    """HDF5 files, alone and out of `.keras` archives."""
    return list(dict.fromkeys([*members(".h5", ".hdf5"), *zipped("model.weights.h5")]))


def zipped(member: str) -> list[bytes]:
    """A member of every `.keras` archive that has it."""
    found = []
    for data in members(".keras"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                found.append(archive.read(member))
        except Exception:  # noqa: BLE001, S112 - damaged on purpose
            continue
    return list(dict.fromkeys(found))


def locks() -> list[tuple[str, Files]]:
    """Lock files of every type, with their names."""
    paths = [path for path in sorted((FIXTURES / "locks").rglob("*")) if path.is_file()]
    return [(path.name, {path.name: path.read_bytes()}) for path in paths if path.stat().st_size <= SIZE_LIMIT]


def sources() -> list[tuple[str, Files]]:
    """Python files with custom classes."""
    return [(path.name, {path.name: path.read_bytes()}) for path in sorted((FIXTURES / "custom/sources").glob("*.py"))]


def bytecodes() -> list[bytes]:
    """Marshalled functions of many Pythons."""
    dumped: Any = json.loads((FIXTURES / "bytecode" / "dumped.json").read_text())
    found: list[str] = []
    _texts(dumped, found)
    from inspector.codec.bytecode import decode  # noqa: PLC0415 - the seeds of one harness

    return [decode(text) for text in dict.fromkeys(found)]


def _texts(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _texts(below, found)
