"""The members of a zip archive, read in place: nothing is ever extracted."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.artifact import Member
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.tree.interface import Span
from inspector.tree.zip_layout import end_record, oddities

if TYPE_CHECKING:
    from typing import IO, Self

    from inspector.terms.audit import Oddity

# A `.keras` file has three members and one per asset; more is a bomb or no model.
MEMBER_LIMIT = 10_000
# zipfile makes an object of 500 bytes and more of every entry before it can be asked how many there are.
DIRECTORY_LIMIT = 4 * 2**20
# Configs compress about 20 to 1, weights 2 to 1, and zeros 1000 to 1; a small archive that claims gigabytes is a bomb.
RATIO_LIMIT = 100
RATIO_FROM = 256 * 2**20
# Size of the fixed part of a member's local header, and where its two length fields stand (PKWARE APPNOTE 4.3.7).
LOCAL_HEADER = 30
_CHUNK = 2**20
# What zipfile raises over archives that are broken, encrypted, or packed by a method that it has not.
# ValueError: a place before the file's beginning, or a name that is no UTF-8 and says that it is.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


class ZipTree:
    """The files of the zip archive at `path`; MalformedArtifactError where its directory can't be read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = Path(path).name
        self._refuse_large_directory()
        try:
            self._zip = zipfile.ZipFile(path)
        except BROKEN as error:
            raise MalformedArtifactError(self.name, str(error)) from error
        # An entry whose name ends in a slash is a folder (zipfile.ZipInfo.is_dir), which holds nothing to read.
        self._infos = [info for info in self._zip.infolist() if not info.filename.endswith("/")]
        if len(self._infos) > MEMBER_LIMIT:
            raise LimitError(self.name, f"more than {MEMBER_LIMIT} members")
        # Of entries of one name the last counts, as in ZipFile.NameToInfo: what Keras opens by name is that one.
        self._by_name = {info.filename: info for info in self._infos if not _leaves(info.filename)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _refuse_large_directory(self) -> None:
        with Path(self.path).open("rb") as file:
            end = end_record(file, Path(self.path).stat().st_size)
        if end is not None and end.directory_bytes > DIRECTORY_LIMIT:
            raise LimitError(self.name, f"a zip directory of more than {DIRECTORY_LIMIT} bytes")

    def oddities(self) -> tuple[Oddity, ...]:
        """What no normal writer makes: names, headers and places that readers of zip files disagree about."""
        with Path(self.path).open("rb") as file:
            return tuple(oddities(self._zip, file, Path(self.path).stat().st_size, self.name))

    def members(self) -> tuple[Member, ...]:
        """Every file with its size, sorted by name."""
        return tuple(Member(name, info.file_size) for name, info in sorted(self._by_name.items()))

    def has(self, name: str) -> bool:
        """Whether a member of that name is there."""
        return name in self._by_name

    def read(self, name: str, limit: int) -> bytes:
        """The member's content, checksum verified; LimitError over `limit` bytes, KeyError where it is missing."""
        content = self.head(name, limit + 1)
        if len(content) > limit:
            raise LimitError(name, f"larger than {limit} bytes")
        return content

    def head(self, name: str, count: int) -> bytes:
        """The first `count` bytes (fewer where the member is shorter); MalformedArtifactError where they are broken."""
        with self._open(name) as file:
            return _read(file, count, name)

    def copy(self, name: str, target: IO[bytes] | None, limit: int) -> None:
        """Stream a member into `target`, None to verify its checksum alone; LimitError over `limit` bytes."""
        if self._by_name[name].file_size > limit:
            raise LimitError(name, f"larger than {limit} bytes")
        done = 0
        with self._open(name) as file:
            while chunk := _read(file, _CHUNK, name):
                done += len(chunk)
                if done > limit:
                    raise LimitError(name, f"larger than {limit} bytes")
                if target is not None:
                    target.write(chunk)

    def _open(self, name: str) -> IO[bytes]:
        info = self._by_name[name]
        if info.file_size > RATIO_FROM and info.file_size > RATIO_LIMIT * max(1, info.compress_size):
            raise LimitError(name, f"{info.compress_size} bytes that claim to hold {info.file_size}")
        try:
            return self._zip.open(info)
        except BROKEN as error:
            raise MalformedArtifactError(name, str(error), info.header_offset) from error

    def span(self, name: str) -> Span | None:
        """Where the member's bytes lie in the archive file; None where they are compressed or encrypted."""
        info = self._by_name[name]
        # A directory that is said to begin later than it does puts members before the file.
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.header_offset < 0:
            return None
        with Path(self.path).open("rb") as file:
            file.seek(info.header_offset)
            header = file.read(LOCAL_HEADER)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        return Span(self.path, info.header_offset + LOCAL_HEADER + lengths, info.file_size)


def is_zip(path: str) -> bool:
    """Whether Python's zipfile takes the file for an archive: the test that Keras' loaders make."""
    return zipfile.is_zipfile(path)


def _leaves(name: str) -> bool:
    return not name or name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\0" in name


def _read(file: IO[bytes], count: int, name: str) -> bytes:
    try:
        return file.read(count)
    except BROKEN as error:
        raise MalformedArtifactError(name, str(error)) from error
