"""What every reader of a format starts from: the file as loaders see it, and the damage that its first bytes show."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.artifact import Artifact, Damage, DamageKind, Format
from inspector.terms.errors import ReaderDiedError
from inspector.terms.finding import Gap, Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.terms.errors import LimitError, MalformedArtifactError

# What a suffix makes loaders take a file for; used only where the bytes can't say.
FORMAT_OF_SUFFIX = {
    ".keras": Format.KERAS,
    ".h5": Format.KERAS_H5,
    ".hdf5": Format.KERAS_H5,
    ".hdf": Format.KERAS_H5,
    ".pb": Format.GRAPH_DEF,
    ".pbtxt": Format.GRAPH_DEF,
    ".json": Format.KERAS_JSON,
    ".meta": Format.META_GRAPH,
    ".index": Format.CHECKPOINT,
    ".ckpt": Format.CHECKPOINT,
    ".tflite": Format.TFLITE,
}
HEAD = 4096
_LFS = b"version https://git-lfs.github.com/spec/"
# The HDF5 and zip signatures were made to show what text-mode copies do to line ends.
_MANGLED = (b"\x89HDF\n\x1a\n", b"\x89HDF\r\r\n\x1a", b"\x89HDF\r\n\x1a\r\n", b"\xef\xbf\xbdHDF")


@record
class Source:
    """A file or folder as the user named it; `head` are a file's first bytes."""

    path: str
    is_directory: bool
    head: bytes
    size: int

    @property
    def name(self) -> str:
        """The last part of the path: the member name of a single file."""
        return Path(self.path).absolute().name

    @property
    def suffix(self) -> str:
        """The suffix in its own case, `.h5`; loaders compare it so."""
        return Path(self.name).suffix


def source(path: str) -> Source:
    """Look at a path; OSError where it can't be opened."""
    where = Path(path)
    if where.is_dir():
        return Source(path, is_directory=True, head=b"", size=0)
    if not where.is_file():
        raise OSError(errno.EINVAL, "neither a file nor a folder", path)
    with where.open("rb") as file:
        return Source(path, is_directory=False, head=file.read(HEAD), size=where.stat().st_size)


def damage_of(head: bytes, size: int, member: str) -> Damage | None:
    """The damage that the first bytes alone show: nothing there, an LFS pointer, a web page, changed line ends."""
    if size == 0:
        return Damage(member, DamageKind.EMPTY, "the file is empty", 0)
    if head.startswith(_LFS):
        return Damage(
            member, DamageKind.LFS_POINTER, f"a Git LFS pointer{_lfs_size(head)} stands in place of the file", 0
        )
    # A download that wants a login, or a name that is gone, ends as a page under the model's name.
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return Damage(member, DamageKind.HTML, "a web page stands in place of the file", 0)
    if head.startswith(_MANGLED):
        return Damage(member, DamageKind.CRLF, "line ends were changed: the file was copied as text", 4)
    return None


def _lfs_size(head: bytes) -> str:
    for line in head.decode("ascii", "replace").splitlines():
        if line.startswith("size "):
            return f" (the real file has {line[5:].strip()[:20]} bytes)"
    return ""


def malformed(error: MalformedArtifactError, kind: DamageKind = DamageKind.CORRUPT) -> Damage:
    """The damage of an error; libhdf5's and zipfile's words say where bytes end too early."""
    cut = ("truncated file", "File is not a zip file", "EOF")
    found = DamageKind.TRUNCATED if any(word in error.reason for word in cut) else kind
    return Damage(error.member, found, error.reason, error.offset)


def over_limit(error: LimitError) -> Gap:
    """The gap of what was too large to read."""
    return Gap(Location(error.member), error.reason, fatal=isinstance(error, ReaderDiedError))


def unreadable(place: Source, damage: Damage) -> Artifact:
    """An artifact of which only the damage is known; its suffix says which loaders will be asked to open it."""
    # Loaders dispatch on the suffix too, and fail in their own words over what they then find.
    found = FORMAT_OF_SUFFIX.get(place.suffix.lower(), Format.UNKNOWN)
    if place.name.lower().endswith(".weights.h5"):
        found = Format.WEIGHTS_H5
    return bare(place, found, damage=(damage,))


def bare(place: Source, found: Format, *, damage: tuple[Damage, ...] = (), gaps: tuple[Gap, ...] = ()) -> Artifact:
    """An artifact with nothing but what loaders dispatch on."""
    return Artifact(
        path=place.path,
        format=found,
        is_directory=place.is_directory,
        suffix=place.suffix,
        magic=place.head[:8],
        damage=damage,
        gaps=gaps,
        size=place.size,
    )
