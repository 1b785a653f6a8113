"""Checkpoints by their prefix: TensorBundles (`PREFIX.index` with shards), and the one-file V1 form of old releases."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from inspector.codec import pbtxt, sstable
from inspector.formats.meta_graph_views import meta_graph
from inspector.formats.tensor_bundle import read_bundle
from inspector.formats.whole_proto import read_whole
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format, Producer
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Gap, Location
from inspector.terms.record import replace

if TYPE_CHECKING:
    from inspector.tree.interface import Tree

FORMAT = Format.CHECKPOINT
STATE = "checkpoint"  # the text proto that names the newest prefix of a folder
MAX_STATE_BYTES = 1 << 20  # a few names; thousands are never kept
_INDEX = ".index"


def detect(tree: Tree) -> bool:
    """Files of a bundle, the state file that names one, or a single V1 table."""
    names = [member.name for member in tree.members()]
    return STATE in names or any(name.endswith(_INDEX) for name in names) or _is_v1(tree, names)


def read(tree: Tree, path: str) -> Artifact:
    """The bundle that `path` names: a prefix, its index or shard, or a folder whose state file or index decides."""
    names = {member.name for member in tree.members()}
    prefix = prefix_of(tree, path, names)
    artifact = Artifact(
        path=path,
        format=FORMAT,
        is_directory=Path(path).is_dir(),
        suffix=Path(path).suffix,
        magic=b"",
        members=tree.members(),
    )
    if f"{prefix}{_INDEX}" in names:
        bundle, damage, gaps = read_bundle(tree, prefix)
        made_by = _producer(tree, prefix)
        return replace(artifact, bundle=bundle, producer=made_by, damage=tuple(damage), gaps=tuple(gaps))
    if prefix in names and _is_v1(tree, [prefix]):
        reason = "a V1 checkpoint (one table of slices, the form before TensorFlow 0.12): its tensors are not read"
        return replace(artifact, gaps=(Gap(Location(prefix), reason),))
    missing = Damage(f"{prefix}{_INDEX}", DamageKind.MISSING, "the index of the checkpoint is not here")
    return replace(artifact, damage=(missing,))


def _producer(tree: Tree, prefix: str) -> Producer:
    """What wrote it: a bundle does not say, the MetaGraph that TF1's Saver leaves beside it does."""
    if not tree.has(f"{prefix}.meta"):
        return Producer()
    whole = read_whole(tree, f"{prefix}.meta", "tensorflow.MetaGraphDef", text=False)
    return Producer(tensorflow=meta_graph(whole.message).tensorflow_version or None if whole.message else None)


def prefix_of(tree: Tree, path: str, names: set[str]) -> str:
    """The prefix that is meant, relative to the tree."""
    base = Path(path).name
    if base.endswith(_INDEX):
        return base.removesuffix(_INDEX)
    # A shard may be named by mistake, as by a shell's completion: its prefix is what every loader wants.
    if ".data-" in base:
        return base.rpartition(".data-")[0]
    if f"{base}{_INDEX}" in names or base in names:
        return base
    only = [name.removesuffix(_INDEX) for name in sorted(names) if name.endswith(_INDEX)]
    return _newest(tree, names) or (only[-1] if only else base)


def _newest(tree: Tree, names: set[str]) -> str | None:
    """What the state file names, as far as it lies in the same folder."""
    if STATE not in names:
        return None
    try:
        state = pbtxt.parse("tensorflow.CheckpointState", tree.read(STATE, MAX_STATE_BYTES), STATE)
    except (MalformedArtifactError, LimitError):
        return None  # the loader looks for the index then, as we do
    # The state may hold the absolute path of the machine that trained the model; what was copied from there lies beside
    # it.
    newest = PurePosixPath(state.model_checkpoint_path).name
    return newest if f"{newest}{_INDEX}" in names else None


def _is_v1(tree: Tree, names: list[str]) -> bool:
    """A table that stands alone, not as the index of a bundle."""
    # By its end: LevelDB's magic number stands in the last eight bytes, and nothing tells a table by its first.
    return len(names) == 1 and sstable.is_table(_tail(tree, names[0]))


def _tail(tree: Tree, name: str) -> bytes:
    """The last bytes of a member."""
    try:
        span = tree.span(name)
    except LimitError:
        return b""
    if span is None or span.length < sstable.FOOTER_BYTES:
        return b""
    with Path(span.path).open("rb") as file:
        file.seek(span.offset + span.length - sstable.FOOTER_BYTES)
        return file.read(sstable.FOOTER_BYTES)
