"""What stands in a zip archive that no normal writer makes: places where two readers of it can disagree."""

from __future__ import annotations

import posixpath
import stat
import struct
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING

from inspector.terms.audit import Oddity
from inspector.terms.finding import Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

# Keras' own guard for extraction (saving_lib.py, 3.15.1): more than 256 MiB, and more than 100 times what is stored.
BOMB_FROM = 256 * 2**20
BOMB_RATIO = 100
# The older one, for members that are read into memory (3.12.3 and 3.15.0).
MEMBER_BOMB_FROM = 2**32
# The record at the end of an archive, and how far from the end a comment lets it stand (APPNOTE 4.3.16).
_END = b"PK\x05\x06"
# Before it, in archives of ZIP64, a locator of 20 bytes and the wide record of 56, which overrules it (APPNOTE 4.3.14).
_END64, _LOCATOR, _END64_BYTES, _LOCATOR_BYTES = b"PK\x06\x06", b"PK\x06\x07", 56, 20
_END_BYTES = 22
_COMMENT_MAX = 65_535
_LOCAL = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
# Behind an entry's data a writer that cannot seek leaves a descriptor: signature, checksum, two sizes of 8 bytes.
_DESCRIPTOR_BYTES = 24
_IN_ZIP64 = 0xFFFFFFFF
_ENCRYPTED, _DESCRIPTOR_FOLLOWS, _UTF8 = 1, 8, 0x800
_EXTRA_ZIP64, _EXTRA_UNICODE_PATH = 0x0001, 0x7075


@record
class End:
    """The end record that Python's zipfile goes by: where it stands, what follows it, and the directory it declares."""

    offset: int
    comment: int
    directory_bytes: int


def end_record(file: IO[bytes], size: int) -> End | None:
    """As `zipfile._EndRecData` finds it: in the last 22 bytes, else the last signature that a comment may follow."""
    tail_at = max(0, size - _END_BYTES - _COMMENT_MAX)
    file.seek(tail_at)
    tail = file.read(_END_BYTES + _COMMENT_MAX)
    # zipfile trusts a record without a comment at the very end before it searches: a comment that ends in such a record
    # makes another directory of the same file.
    last = tail[-_END_BYTES:]
    plain = last.startswith(_END) and last.endswith(b"\0\0")
    at = len(tail) - _END_BYTES if plain else tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        return None
    directory_bytes, _, comment = struct.unpack_from("<LLH", tail, at + 12)
    return End(tail_at + at, comment, _wide_directory(file, tail_at + at) or directory_bytes)


def _wide_directory(file: IO[bytes], end: int) -> int:
    """The size of the directory by the ZIP64 record, where zipfile takes one; else 0."""
    start = end - _LOCATOR_BYTES - _END64_BYTES
    if start < 0:
        return 0
    file.seek(start)
    both = file.read(_LOCATOR_BYTES + _END64_BYTES)
    is_wide = both.startswith(_END64) and both[_END64_BYTES:].startswith(_LOCATOR)
    return int(struct.unpack_from("<Q", both, 40)[0]) if is_wide else 0


@record
class _Entry:
    """One entry by both its headers; `end` is where its data stop."""

    info: zipfile.ZipInfo
    name: bytes
    flags: int
    method: int
    sizes: tuple[int, int]
    end: int


def oddities(archive: zipfile.ZipFile, file: IO[bytes], size: int, member: str) -> Iterator[Oddity]:
    """Everything that is odd about the archive; `member` names the archive itself. Reads headers alone."""
    infos, directory = archive.filelist, max(0, min(archive.start_dir, size))
    yield from _names(infos)
    placed = (info for info in infos if 0 <= info.header_offset < size)
    entries = [entry for info in placed if (entry := _entry(info, file)) is not None]
    yield from _claims(infos, size, member)
    for entry in entries:
        yield from _one(entry)
    yield from _layout(entries, directory, file, member)
    yield from _outside(directory, entries, file, size, member)


def _odd(kind: str, member: str, **details: object) -> Oddity:
    return Oddity(kind, Location(member), {key: str(value) for key, value in details.items()})


def _names(infos: list[zipfile.ZipInfo]) -> Iterator[Oddity]:
    """Names that two entries share, that differ only where file systems do not see it, or that lead elsewhere."""
    exact: dict[str, int] = {}
    folded: dict[str, str] = {}
    for info in infos:
        name = info.filename
        exact[name] = exact.get(name, 0) + 1
        first = folded.setdefault(posixpath.normpath(name).casefold(), name)
        if first != name:
            yield _odd("zip-alias-name", name, other=first)
        if (how := _unsafe(info)) is not None:
            yield _odd("zip-unsafe-name", name, how=how)
        other = _unicode_path(info.extra)
        if other is not None and other != info.orig_filename:
            yield _odd("zip-unicode-path", name, other=other)
    yield from (_odd("zip-duplicate-name", name, count=count) for name, count in exact.items() if count > 1)


def _unsafe(info: zipfile.ZipInfo) -> str | None:
    """Why a name is no plain relative path."""
    name = info.orig_filename
    if "\0" in name:
        # ZipInfo cuts the name there, the C library of other tools may not.
        return "holds a NUL, where Python cuts it"
    if name.startswith("/"):
        return "is absolute"
    if ".." in name.replace("\\", "/").split("/"):
        return "leaves its folder"
    # ZipInfo turns os.sep into "/" (its constructor): on Linux the name stays as it is, on Windows it becomes folders.
    if "\\" in name:
        return "holds a backslash, which Windows takes for a separator"
    if name[1:2] == ":" and name[:1].isalpha():
        return "names a drive"
    return "is empty" if not name else None


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The (kind, content) of each extra field, as far as they are whole."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _unicode_path(extra: bytes) -> str | None:
    """Info-ZIP's second name for an entry (APPNOTE 4.6.9): newer Pythons and most other tools go by it."""
    found = next((content for kind, content in _extras(extra) if kind == _EXTRA_UNICODE_PATH), None)
    return None if found is None else found[5:].decode("utf-8", "replace")


def _claims(infos: list[zipfile.ZipInfo], size: int, member: str) -> Iterator[Oddity]:
    """Entries that claim to unpack to far more than they store, alone or (sharing their bytes) together."""
    bombs = [info for info in infos if _is_bomb(info.file_size, info.compress_size)]
    for info in bombs:
        kind = "zip-bomb" if info.file_size > MEMBER_BOMB_FROM else "zip-extract-bomb"
        yield _odd(kind, info.filename, declared=info.file_size, stored=info.compress_size)
    total = sum(info.file_size for info in infos)
    if not bombs and _is_bomb(total, size):
        yield _odd("zip-extract-bomb", member, declared=total, stored=size)


def _is_bomb(declared: int, stored: int) -> bool:
    return declared > BOMB_FROM and declared > BOMB_RATIO * stored


def _entry(info: zipfile.ZipInfo, file: IO[bytes]) -> _Entry | None:
    """The entry with its local header; None where none stands at its place (opening it fails then)."""
    file.seek(info.header_offset)
    head = file.read(_LOCAL_HEADER.size)
    if len(head) < _LOCAL_HEADER.size or not head.startswith(_LOCAL):
        return None
    _, _, flags, method, _, _, _, stored, full, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(head)
    name, extra = file.read(name_bytes), file.read(extra_bytes)
    stored, full = _wide(stored, full, extra)
    start = info.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
    return _Entry(info, name, flags, method, (stored, full), start + info.compress_size)


def _wide(stored: int, full: int, extra: bytes) -> tuple[int, int]:
    """The sizes of a local header, taken from its ZIP64 field where they stand there."""
    field = next((content for kind, content in _extras(extra) if kind == _EXTRA_ZIP64), b"")
    if _IN_ZIP64 not in {stored, full} or len(field) < struct.calcsize("<QQ"):
        return stored, full
    wide_full, wide_stored = struct.unpack_from("<QQ", field)
    return (wide_stored if stored == _IN_ZIP64 else stored), (wide_full if full == _IN_ZIP64 else full)


def _one(entry: _Entry) -> Iterator[Oddity]:
    """What one entry's own headers say."""
    info = entry.info
    if (info.flag_bits | entry.flags) & _ENCRYPTED:
        yield _odd("zip-encrypted", info.filename)
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        yield _odd("zip-method", info.filename, method=info.compress_type)
    if stat.S_ISLNK(info.external_attr >> 16):
        yield _odd("zip-symlink", info.filename)
    for what, central, local in _differences(entry):
        yield _odd("zip-header-mismatch", info.filename, what=what, central=central, local=local)


def _differences(entry: _Entry) -> Iterator[tuple[str, object, object]]:
    """(what, in the directory, in the local header) where the two headers disagree. Python goes by the directory."""
    info = entry.info
    # Without the flag names are of code page 437 (APPNOTE, appendix D), and zipfile decodes both headers by it.
    name = entry.name.decode("utf-8" if entry.flags & _UTF8 else "cp437", "replace")
    # zipfile opens no such entry ("File name in directory ... and header ... differ"); other unpackers go by one of the
    # two.
    if name != info.orig_filename:
        yield "name", info.orig_filename, name
    if entry.method != info.compress_type:
        yield "compression method", info.compress_type, entry.method
    # With a descriptor behind the data the local header has zeros (APPNOTE 4.4.4, bit 3).
    sizes = (info.compress_size, info.file_size)
    if entry.sizes != sizes and not (entry.flags & _DESCRIPTOR_FOLLOWS and entry.sizes == (0, 0)):
        yield "size", sizes, entry.sizes


def _layout(entries: list[_Entry], directory: int, file: IO[bytes], member: str) -> Iterator[Oddity]:
    """Entries that share bytes, and bytes between them that belong to none."""
    placed = sorted(entries, key=lambda entry: entry.info.header_offset)
    for before, after in pairwise(placed):
        if before.end > after.info.header_offset:
            # Python from 3.11.8 and 3.12.2 on refuses to open such an entry (https://github.com/python/cpython/issues/109858).
            yield _odd("zip-overlap", after.info.filename, other=before.info.filename)
    ends = [(entry, following.info.header_offset) for entry, following in pairwise(placed)]
    ends += [(placed[-1], directory)] if placed else []
    for entry, following in ends:
        yield from _between(entry, following, file, member)


def _between(entry: _Entry, following: int, file: IO[bytes], member: str) -> Iterator[Oddity]:
    start = entry.end + (_DESCRIPTOR_BYTES if entry.info.flag_bits & _DESCRIPTOR_FOLLOWS else 0)
    if following <= start:
        return
    file.seek(entry.end)
    holds = _LOCAL in file.read(min(following - entry.end, 1 << 20))
    kind = "zip-hidden-entry" if holds else "zip-hidden-bytes"
    yield _odd(kind, member, count=following - start, after=entry.info.filename)


def _outside(directory: int, entries: list[_Entry], file: IO[bytes], size: int, member: str) -> Iterator[Oddity]:
    """What stands before the first entry and behind the end record, and further end records."""
    first = min((entry.info.header_offset for entry in entries), default=directory)
    # zipfile allows for bytes before the archive: it adds the difference to every offset (_RealGetContents, `concat`),
    # so that a file may begin as another format and still be a model.
    if first > 0:
        yield _odd("zip-prefix", member, count=first)
    end = end_record(file, size)
    if end is None:
        return
    if end.comment:
        yield _odd("zip-comment", member, count=end.comment)
    after = size - end.offset - _END_BYTES - end.comment
    if after > 0:
        yield _odd("zip-suffix", member, count=after)
    behind = max(0, size - _END_BYTES - _COMMENT_MAX, *(min(entry.end, size) for entry in entries))
    file.seek(behind)
    ends = file.read(size - behind).count(_END)
    if ends > 1:
        yield _odd("zip-several-ends", member, count=ends)
