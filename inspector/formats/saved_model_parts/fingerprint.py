"""`fingerprint.pb`: hashes of a SavedModel's parts, from TensorFlow 2.11 on. No loader minds if it is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.formats.whole_proto import read_whole
from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError
from inspector.terms.finding import Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.artifact import Damage
    from inspector.tree.interface import Tree

MEMBER = "fingerprint.pb"
MAX_BYTES = 1 << 16  # five hashes and a UUID take 100 bytes
# The hash takes 60 ms for this much; the indexes of the largest public models have some 100 kB.
MAX_HASHED_BYTES = 1 << 20
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
    # Damage without a verdict: a SavedModel loads the same with a broken fingerprint.
    damage += whole.damage
    return None if whole.message is None else {name: getattr(whole.message, name) for name in _HASHES}


def mismatch(tree: Tree, hashes: Mapping[str, int] | None, index: str) -> Iterator[Oddity]:
    """Whether the index of the variables is not the one that was hashed when the model was saved.

    `checkpoint_hash` is Fingerprint64 of its bytes, as in 320 of 320 folders of TensorFlow 2.11 to 2.21. No loader of
    TensorFlow compares them, and one who changes both is not found: this shows what was changed without that care.
    """
    expected = hashes and hashes.get("checkpoint_hash")
    if not expected or not tree.has(index):
        return
    try:
        data = tree.read(index, MAX_HASHED_BYTES)
    except LimitError:
        return
    from inspector.codec.farmhash import fingerprint64  # noqa: PLC0415 - cold start: TensorFlow before 2.11 has none

    actual = fingerprint64(data)
    if actual != expected:
        yield Oddity("fingerprint-mismatch", Location(index), {"expected": str(expected), "actual": str(actual)})
