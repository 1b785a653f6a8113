"""What is odd about weights in an `.npz`: arrays of objects, which are pickles, and entries that are no arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.codec import npy
from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Location
from inspector.tree.inner import inner_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.tree.interface import Tree


def oddities(tree: Tree, member: str) -> tuple[Oddity, ...]:
    """One for each entry that no writer of plain arrays makes; places are the entries of the archive."""
    try:
        return tuple(_entries(tree, member))
    except (MalformedArtifactError, LimitError):
        return ()  # no archive at all, which whoever reads it says


def _entries(tree: Tree, member: str) -> Iterator[Oddity]:
    for name, head in inner_entries(tree, member):
        try:
            # By its content: NumPy takes any entry that begins so for an array, whatever its name.
            found = npy.header(head, name)
        except MalformedArtifactError as error:
            yield Oddity("npz-no-array", Location(member, name), {"reason": error.reason})
            continue
        if found.holds_objects:
            yield Oddity("npz-object-array", Location(member, name), {"dtype": found.dtype})
