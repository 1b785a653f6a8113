"""Finds the models below a folder: by markers and names as a loader would, and by content where a name says nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.formats.registry import FOLDER_MARKERS, ZIP_MAGIC
from inspector.terms.artifact import Format
from inspector.terms.errors import UsageError
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

# Looking at names takes 5 µs each: a folder of more entries is a disk, not a collection of models.
ENTRY_LIMIT = 1_000_000
_SUFFIXES = {".keras", ".h5", ".hdf5", ".pb", ".pbtxt", ".tflite"}
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HEAD = 4096  # an architecture names its class, a TensorFlow.js model its topology, within the first lines
_TAIL = 65536  # the directory of a `.keras` archive of 1,000 members
_JSON_KEYS = (b'"class_name"', b'"modelTopology"')
_ZIP_NAMES = (b"config.json", b"model.weights.")


@record
class Below:
    """What lies below a folder: paths of models, how many other files, folders that could not be opened."""

    models: tuple[str, ...]
    others: int
    closed: tuple[str, ...]


def models_below(folder: str) -> Below:
    """The models, sorted; a file counts as one. UsageError where nothing of that name is there.

    Links to files are followed, links to folders are not: they lead in circles.
    """
    if not _is_folder(folder):
        return Below((folder,), 0, ())
    models: list[str] = []
    closed: list[str] = []
    others = seen = 0
    for place, folders, files in os.walk(folder, onerror=lambda error: closed.append(str(error.filename))):
        seen += len(folders) + len(files)
        if seen > ENTRY_LIMIT:
            raise UsageError(f"{folder}: more than {ENTRY_LIMIT} files: name a smaller folder")
        whole = _is_model(place, folders, files)
        if whole:
            models.append(place)
            # os.walk goes on with what is left in the list (its documentation, `topdown`).
            folders.clear()  # the rest is part of it
            continue
        found = list(_single(place, files))
        models += found
        others += len(files) - len(found)
    return Below(tuple(sorted(models)), others, tuple(sorted(closed)))


def _is_folder(path: str) -> bool:
    """Whether it is a folder; a file, or the prefix of a checkpoint, is not. UsageError for none of them."""
    if not path:
        raise UsageError("MODEL is empty")
    try:
        if Path(path).is_dir():
            return True
        found = Path(path).exists() or Path(path + ".index").exists()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    if not found:
        raise UsageError(f"no such file or folder: {path}")
    return False


def _is_model(place: str, folders: list[str], files: list[str]) -> bool:
    """Whether the folder itself is one model: a SavedModel, a TF1 Hub module, an unpacked `.keras`."""
    names = {*files, *("variables/variables.index" for name in folders if name == "variables" and _has_index(place))}
    marked = any(not names.isdisjoint(marks) for kind, marks in FOLDER_MARKERS if kind is not Format.CHECKPOINT)
    return marked or {"config.json", "metadata.json"} <= names or (place.endswith(".keras") and "config.json" in names)


def _has_index(place: str) -> bool:
    return Path(place, "variables", "variables.index").exists()


def _single(place: str, files: list[str]) -> Iterator[str]:
    """Files that are a model each; of a checkpoint its prefix."""
    names = set(files)
    for name in files:
        path, (stem, suffix) = os.path.join(place, name), os.path.splitext(name)  # noqa: PTH118, PTH122 - texts
        if suffix == ".index" and any(other.startswith(f"{stem}.data-") for other in names):
            yield path.removesuffix(suffix)
        elif suffix == ".meta" and f"{stem}.index" in names:
            continue  # the graph of that checkpoint
        elif suffix.lower() in _SUFFIXES or _has_content(path):
            yield path


def _has_content(path: str) -> bool:
    """Whether a file of another name is a model by its first bytes; what cannot be opened is left to the reader."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(_HEAD)
            if head.startswith(ZIP_MAGIC):
                file.seek(-min(_TAIL, os.fstat(file.fileno()).st_size), os.SEEK_END)
                tail = file.read(_TAIL)
                return all(name in tail for name in _ZIP_NAMES)
    except OSError:
        return False
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    is_json = text.startswith(b"{") and any(key in text for key in _JSON_KEYS)
    return is_json or head.startswith(_HDF5) or head[4:8] == b"TFL3"
