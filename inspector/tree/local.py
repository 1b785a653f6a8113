"""Files on this machine: a folder, or one file as a tree of one member."""

from __future__ import annotations

import os
from pathlib import Path

from inspector.terms.artifact import Member
from inspector.terms.errors import LimitError
from inspector.tree.interface import Span

# A SavedModel has tens of files, a sharded checkpoint some thousands; a folder of more is no model but a disk.
MEMBER_LIMIT = 20_000
# The deepest real layout is assets.extra/... of a SavedModel, three levels down; links could make a walk endless.
DEPTH_LIMIT = 12


class LocalTree:
    """The files below `root`; where `root` is a file, that file alone under its own name."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)
        self.name = self.root.absolute().name
        self._members: tuple[Member, ...] | None = None
        self._is_file = self.root.is_file()

    def members(self) -> tuple[Member, ...]:
        """Every file with its size, sorted by name; raises LimitError over the count limit."""
        if self._members is None:
            found = [self._single()] if self._is_file else list(self._walk(str(self.root), "", 0))
            self._members = tuple(sorted(found, key=lambda member: member.name))
        return self._members

    def _single(self) -> Member:
        return Member(self.name, self.root.stat().st_size)

    def _walk(self, folder: str, prefix: str, depth: int) -> list[Member]:
        if depth > DEPTH_LIMIT:
            raise LimitError(prefix, f"folders nested deeper than {DEPTH_LIMIT}")
        found: list[Member] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    found += self._walk(entry.path, f"{prefix}{entry.name}/", depth + 1)
                elif entry.is_file():
                    found.append(Member(prefix + entry.name, entry.stat().st_size))
                if len(found) > MEMBER_LIMIT:
                    raise LimitError(prefix, f"more than {MEMBER_LIMIT} files")
        return found

    def _path(self, name: str) -> Path:
        """The local path of a member; KeyError for a name that leaves the tree or is not there."""
        if name.startswith("/") or ".." in name.split("/"):
            raise KeyError(name)
        path = self.root / name
        if self._is_file and name == self.name:
            path = self.root
        if not path.is_file():
            raise KeyError(name)
        return path

    def has(self, name: str) -> bool:
        """Whether a file of that name is there."""
        try:
            return bool(self._path(name))
        except KeyError:
            return False

    def read(self, name: str, limit: int) -> bytes:
        """The file's whole content; LimitError where it is larger than `limit` bytes, KeyError where it is missing."""
        content = self.head(name, limit + 1)
        if len(content) > limit:
            raise LimitError(name, f"larger than {limit} bytes")
        return content

    def head(self, name: str, count: int) -> bytes:
        """The first `count` bytes (fewer where the file is shorter)."""
        with self._path(name).open("rb") as file:
            return file.read(count)

    def local_path(self, name: str) -> str | None:
        """Where the file lies on this machine."""
        return str(self._path(name))

    def span(self, name: str) -> Span | None:
        """The whole file."""
        path = self._path(name)
        return Span(str(path), 0, path.stat().st_size)
