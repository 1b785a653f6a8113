"""Archives inside an archive or folder (`model.weights.npz`): their directory, and the first bytes of entries."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Location
from inspector.tree.archive import BROKEN, DIRECTORY_LIMIT
from inspector.tree.zip_layout import end_record, oddities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from inspector.tree.interface import Span, Tree

# Stored archives are read where they lie; a compressed one must be held in memory.
PACKED_LIMIT = 64 * 2**20
# NumPy writes headers of 128 bytes and limits its own reader to 10,000 (numpy.lib.format, `max_header_size`).
HEAD_BYTES = 10_000


class _Window(io.RawIOBase):
    """A stretch of a file as a file of its own."""

    def __init__(self, span: Span) -> None:
        self._file = Path(span.path).open("rb")  # noqa: SIM115 - lives as long as the window
        self._span, self._at = span, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, where: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._span.length}[whence]
        if base + where < 0:
            raise OSError("a place before the start")
        self._at = base + where
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._span.length - self._at)
        self._file.seek(self._span.offset + self._at)
        content = self._file.read(left if size is None or size < 0 else min(size, left))
        self._at += len(content)
        return content

    def close(self) -> None:
        self._file.close()
        super().close()


def _open(tree: Tree, name: str) -> tuple[IO[bytes], int]:
    """The member as a file, and its size."""
    span = tree.span(name)
    if span is not None:
        return _Window(span), span.length  # type: ignore[return-value]
    content = tree.read(name, PACKED_LIMIT)
    return io.BytesIO(content), len(content)


def inner_entries(tree: Tree, name: str) -> Iterator[tuple[str, bytes]]:
    """(entry, its first HEAD_BYTES) of the archive that the member is, in the order of its directory.

    MalformedArtifactError where it is none or an entry is broken, LimitError where it is too large.
    """
    file, size = _open(tree, name)
    with file, _archive(file, size, name) as archive:
        for info in archive.infolist():
            try:
                with archive.open(info) as entry:
                    head = entry.read(HEAD_BYTES)
            except BROKEN as error:
                raise MalformedArtifactError(name, f"{info.filename}: {error}") from error
            yield info.filename, head


def inner_oddities(tree: Tree, name: str) -> tuple[Oddity, ...]:
    """What is odd about the archive that the member is; places are entries of it."""
    try:
        file, size = _open(tree, name)
        with file, _archive(file, size, name) as archive:
            found = tuple(oddities(archive, file, size, ""))
    except (MalformedArtifactError, LimitError):
        return ()  # no archive at all, which whoever reads it says
    return tuple(Oddity(odd.kind, Location(name, odd.location.member), odd.details) for odd in found)


def _archive(file: IO[bytes], size: int, name: str) -> zipfile.ZipFile:
    end = end_record(file, size)
    if end is not None and end.directory_bytes > DIRECTORY_LIMIT:
        raise LimitError(name, f"a zip directory of more than {DIRECTORY_LIMIT} bytes")
    try:
        return zipfile.ZipFile(file)
    except BROKEN as error:
        raise MalformedArtifactError(name, str(error)) from error
