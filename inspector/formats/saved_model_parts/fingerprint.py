"""`fingerprint.pb`: hashes of a SavedModel's parts, from TensorFlow 2.11 on. No loader minds if it is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.formats.whole_proto import read_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.artifact import Damage
    from inspector.tree.interface import Tree

MEMBER = "fingerprint.pb"
MAX_BYTES = 1 << 16  # five hashes and a UUID take 100 bytes
_HASHES = (
    "saved_model_checksum",
    "graph_def_program_hash",
    "signature_def_hash",
    "saved_object_graph_hash",
    "checkpoint_hash",
)


def read(tree: Tree, damage: list[Damage]) -> Mapping[str, int] | None:
    """The hashes by field name, None where the file is missing or broken (which is added to `damage`)."""
    if not tree.has(MEMBER):
        return None
    whole = read_whole(tree, MEMBER, "tensorflow.FingerprintDef", limit=MAX_BYTES)
    damage += whole.damage
    return None if whole.message is None else {name: getattr(whole.message, name) for name in _HASHES}
