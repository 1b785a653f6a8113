"""Assets: files that the graph reads when it loads (vocabularies); the MetaGraph lists them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.artifact import Damage, DamageKind
from inspector.terms.errors import LimitError

if TYPE_CHECKING:
    from inspector.terms.graph import SavedModel
    from inspector.tree.interface import Tree

FOLDER = "assets"  # saved_model/constants.py: ASSETS_DIRECTORY
_LFS = b"version https://git-lfs"


def damage(tree: Tree, model: SavedModel) -> list[Damage]:
    """Listed assets that are not there, are empty, or are git-LFS pointers (which load, and become the vocabulary)."""
    names = {name: None for graph in model.meta_graphs for _, name in graph.assets}
    # Looked at by name, not opened: vocabularies may have gigabytes, and only their first bytes can give them away.
    sizes = {member.name: member.size for member in tree.members()}
    found = (_damage(tree, f"{FOLDER}/{name}", sizes) for name in names)
    return [item for item in found if item is not None]


def _damage(tree: Tree, member: str, sizes: dict[str, int]) -> Damage | None:
    if member not in sizes:
        return Damage(member, DamageKind.MISSING, "the SavedModel names this asset")
    if sizes[member] == 0:
        return Damage(member, DamageKind.EMPTY, "the asset is empty", 0)
    try:
        head = tree.head(member, len(_LFS))
    except LimitError:  # a link that leaves the folder, which the tree notes itself
        return None
    if head == _LFS:
        return Damage(member, DamageKind.LFS_POINTER, "a git-LFS pointer stands in place of the asset", 0)
    return None
