"""Files on this machine: a folder, or one file as a tree of one member."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.artifact import Member
from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError
from inspector.terms.finding import Location
from inspector.tree.interface import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# A SavedModel has tens of files, a sharded checkpoint some thousands; a folder of more is no model but a disk.
MEMBER_LIMIT = 20_000
# Links inside the folder can name its folders over and over: as many visits as a model has folders, many times over.
FOLDER_LIMIT = 2_000
# The deepest real layout is assets.extra/... of a SavedModel, three levels down; links could make a walk endless.
DEPTH_LIMIT = 12
# A file that stores a hundredth of what it claims was never written whole: reading it costs memory for nothing.
SPARSE_FROM = 256 * 2**20
SPARSE_RATIO = 100
_BLOCK = 512  # what st_blocks counts in, on every system
_OUTSIDE = "a link that leaves the model: it is not followed"
_SPECIAL = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}


class LocalTree:
    """The files below `root`; where `root` is a file, that file alone under its own name.

    Links are followed inside the folder only: what lies behind another is there for `has`, but reading it raises
    LimitError. Pipes and devices are no members, and are never opened.
    """

    def __init__(self, root: str) -> None:
        self.root = Path(root)
        self.name = self.root.absolute().name
        self._members: tuple[Member, ...] | None = None
        self._oddities: list[Oddity] = []
        self._has_links = True
        self._folders = self._entries = 0
        self._is_file = self.root.is_file()

    def members(self) -> tuple[Member, ...]:
        """Every file with its size, sorted by name; raises LimitError over the count limit."""
        if self._members is None:
            self._oddities.clear()
            self._folders = self._entries = 0
            found = [self._single()] if self._is_file else list(self._walk(str(self.root), "", 0))
            self._members = tuple(sorted(found, key=lambda member: member.name))
            self._has_links = any(oddity.kind.startswith("link-") for oddity in self._oddities)
        return self._members

    def oddities(self) -> tuple[Oddity, ...]:
        """Links, pipes, devices and files with holes, as the walk over the folder met them."""
        self.members()
        return tuple(self._oddities)

    def _single(self) -> Member:
        found = self.root.stat()
        self._note_sparse(self.name, found)
        return Member(self.name, found.st_size)

    def _walk(self, folder: str, prefix: str, depth: int) -> Iterator[Member]:
        self._folders += 1
        if depth > DEPTH_LIMIT:
            raise LimitError(prefix, f"folders nested deeper than {DEPTH_LIMIT}")
        if self._folders > FOLDER_LIMIT:
            raise LimitError(prefix, f"more than {FOLDER_LIMIT} folders")
        with os.scandir(folder) as entries:
            for entry in entries:
                self._entries += 1
                if self._entries > MEMBER_LIMIT:
                    raise LimitError(prefix, f"more than {MEMBER_LIMIT} files")
                yield from self._entry(entry, prefix + entry.name, depth)

    def _entry(self, entry: os.DirEntry[str], name: str, depth: int) -> Iterator[Member]:
        """The members that an entry of a folder stands for."""
        # A link counts before what it leads to: `is_dir` and `is_file` of scandir follow it.
        is_enterable = True
        if entry.is_symlink():
            if not _leads(entry.path):
                self._note("link-broken", name, target=str(Path(entry.path).readlink()))
                return
            is_enterable = self._note_link(entry, name)
        if entry.is_dir():
            if is_enterable:
                yield from self._walk(entry.path, f"{name}/", depth + 1)
        elif entry.is_file():
            found = entry.stat()
            if found.st_size > SPARSE_FROM:
                self._note_sparse(name, found)
            yield Member(name, found.st_size)
        else:
            self._note_special(entry, name)

    def _note_link(self, entry: os.DirEntry[str], name: str) -> bool:
        """Note a link; False for one that must not be entered, for it leads out of the folder or back up."""
        target = str(Path(entry.path).readlink())
        real = os.path.realpath(entry.path)
        if not self._is_inside(real):
            self._note("link-out", name, target=target)
            return False
        is_loop = Path(entry.path).is_relative_to(real) or os.path.realpath(Path(entry.path).parent).startswith(
            real + "/"
        )
        self._note("link-loop" if is_loop else "link-inside", name, target=target)
        return not is_loop

    def _note_special(self, entry: os.DirEntry[str], name: str) -> None:
        what = _SPECIAL.get(stat.S_IFMT(entry.stat().st_mode))
        if what is not None:
            self._note("special-file", name, what=what)

    def _note_sparse(self, name: str, found: os.stat_result) -> None:
        if _is_sparse(found):
            self._note("sparse-file", name, declared=found.st_size, stored=found.st_blocks * _BLOCK)

    def _note(self, kind: str, name: str, **details: object) -> None:
        self._oddities.append(Oddity(kind, Location(name), {key: str(value) for key, value in details.items()}))

    def _is_inside(self, real: str) -> bool:
        """Whether a path without links lies in the folder, or in the store that a Hugging Face download links to.

        There every file of `snapshots/REVISION` is a link to `../../blobs/HASH`
        (https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
        """
        root = Path(os.path.realpath(self.root))
        snapshots = next((folder for folder in (root, *root.parents) if folder.parent.name == "snapshots"), None)
        homes = [root] if snapshots is None else [root, snapshots.parent.parent / "blobs"]
        return any(Path(real).is_relative_to(home) for home in homes)

    def _path(self, name: str) -> Path:
        """The local path of a member; KeyError where it is not there or leaves the tree, LimitError behind a link."""
        if name.startswith("/") or ".." in name.split("/"):
            raise KeyError(name)
        path = self.root / name
        if self._is_file and name == self.name:
            path = self.root
        if not path.is_file():
            raise KeyError(name)
        if self._has_links and not self._is_file and not self._is_inside(os.path.realpath(path)):
            raise LimitError(name, _OUTSIDE)
        return path

    def has(self, name: str) -> bool:
        """Whether a file of that name is there."""
        try:
            return bool(self._path(name))
        except KeyError:
            return False
        except LimitError:
            return True

    def read(self, name: str, limit: int) -> bytes:
        """The file's whole content; LimitError where it is larger than `limit` bytes, KeyError where it is missing."""
        found = self._path(name).stat()
        if found.st_size > limit:
            raise LimitError(name, f"larger than {limit} bytes")
        if _is_sparse(found):
            raise LimitError(name, f"{found.st_blocks * _BLOCK} bytes that claim to be {found.st_size}")
        content = self.head(name, limit + 1)
        if len(content) > limit:
            raise LimitError(name, f"larger than {limit} bytes")
        return content

    def head(self, name: str, count: int) -> bytes:
        """The first `count` bytes (fewer where the file is shorter)."""
        with self._path(name).open("rb") as file:
            # Python makes room for all that it is asked for: 2 GiB for the head of a file of some bytes.
            return file.read(min(count, os.fstat(file.fileno()).st_size))

    def span(self, name: str) -> Span | None:
        """The whole file."""
        path = self._path(name)
        return Span(str(path), 0, path.stat().st_size)


def _leads(link: str) -> bool:
    """Whether anything that may be looked at is behind a link, which may lead nowhere or round in circles."""
    try:
        Path(link).stat()
    except OSError:
        return False
    return True


def _is_sparse(found: os.stat_result) -> bool:
    return found.st_size > SPARSE_FROM and found.st_size > SPARSE_RATIO * found.st_blocks * _BLOCK
