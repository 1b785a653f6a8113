"""The interface of every file tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.terms.artifact import Member
    from inspector.terms.audit import Oddity


@record
class Span:
    """Bytes of a local file: `length` bytes from `offset` of the file at `path`."""

    path: str
    offset: int
    length: int


class Tree(Protocol):
    """A set of named files. Names are relative, with `/`, never absolute and never containing `..`."""

    def members(self) -> tuple[Member, ...]:
        """Every file with its size, sorted by name; raises LimitError over the count limit."""

    def oddities(self) -> tuple[Oddity, ...]:
        """What the tree itself holds that no normal writer makes."""

    def has(self, name: str) -> bool:
        """Whether a file of that name is there."""

    def read(self, name: str, limit: int) -> bytes:
        """The file's whole content; LimitError where it is larger than `limit` bytes, KeyError where it is missing."""

    def head(self, name: str, count: int) -> bytes:
        """The first `count` bytes (fewer where the file is shorter)."""

    def span(self, name: str) -> Span | None:
        """The file's bytes as they lie in a local file; None where they are compressed."""
