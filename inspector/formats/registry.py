"""Which reader a path belongs to: told by content first (magic bytes, members), by suffix only for damaged files."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.formats.common import Source, bare, damage_of, source, unreadable
from inspector.terms.artifact import UNJUDGED, Artifact, Damage, DamageKind, Format
from inspector.terms.errors import LimitError, UsageError
from inspector.terms.finding import Gap, Location
from inspector.terms.record import replace
from inspector.tree.local import LocalTree

if TYPE_CHECKING:
    from inspector.terms.audit import Oddity
    from inspector.tree.interface import Tree

ZIP_MAGIC = b"PK\x03\x04"
# A folder is taken for what its first marker says; any one of a row's names is enough.
# The order matters where a folder has several: a TF1 hub module holds a saved_model.pb too, and a folder that was
# trained in holds a `checkpoint` beside what was exported from it.
FOLDER_MARKERS: tuple[tuple[Format, tuple[str, ...]], ...] = (
    (Format.TF_HUB_MODULE, ("tfhub_module.pb",)),
    (Format.SAVED_MODEL, ("saved_model.pb", "saved_model.pbtxt", "saved_model.cpb")),
    (Format.SAVED_MODEL, ("keras_metadata.pb", "variables/variables.index", "fingerprint.pb")),
    (Format.KERAS, ("model.weights.h5", "model.weights.npz", "model.weights.json")),
    (Format.CHECKPOINT, ("checkpoint",)),
)
MESSAGE_OF_SUFFIX = {
    ".pb": Format.GRAPH_DEF,
    ".pbtxt": Format.GRAPH_DEF,
    ".meta": Format.META_GRAPH,
    ".index": Format.CHECKPOINT,
}
_LOCK_SUFFIXES = {".txt", ".in", ".pip", ".lock"}
_PIN = re.compile(rb"^[A-Za-z0-9][\w.-]{0,80}(?:\[[\w,-]{0,80}\])?==\d", re.MULTILINE)
SUPPORTED_TEXT = "SavedModel folder, .keras, .h5, .weights.h5, checkpoint, GraphDef .pb, architecture .json"


def detect_and_read(path: str) -> Artifact:
    """The artifact at that path, whatever state it is in; UsageError where there is no model to speak of."""
    # pathlib takes it for the current folder.
    if not path:
        raise UsageError("MODEL is empty")
    try:
        if not Path(path).exists():
            return _of_prefix(path)
        place = source(path)
        return _of_folder(place) if place.is_directory else _of_file(place)
    except OSError as error:  # no right to read it, a name that is too long, a link in circles, a disk that fails
        raise UsageError(f"{error.filename or path}: {error.strerror}") from error


def _of_prefix(path: str) -> Artifact:
    """A checkpoint is named by the prefix of its files, which is no file itself."""
    # As tf.train.Checkpoint.restore takes it: `ckpt-1` for `ckpt-1.index` and `ckpt-1.data-00000-of-00001`.
    if not Path(path + ".index").exists():
        raise UsageError(f"no such file or folder: {path}")
    return _delegate(Format.CHECKPOINT, LocalTree(str(Path(path).parent)), prefix_place(path))


def prefix_place(path: str) -> Source:
    """The place of a prefix: no file of that name is there."""
    return Source(path, is_directory=False, head=b"", size=0)


def _of_folder(place: Source) -> Artifact:
    tree = LocalTree(place.path)
    try:
        names = [member.name for member in tree.members()]
    except LimitError as error:
        raise UsageError(f"{place.path}: {error.reason}; name the model itself") from error
    for found, markers in FOLDER_MARKERS:
        if any(name in markers for name in names):
            return _delegate(found, tree, place)
    return _of_unmarked(place, tree, names)


def _of_unmarked(place: Source, tree: LocalTree, names: list[str]) -> Artifact:
    if "config.json" in names and ("metadata.json" in names or place.suffix == ".keras"):
        return _delegate(Format.KERAS, tree, place)
    if any(name.startswith("variables/") for name in names):
        return _delegate(Format.SAVED_MODEL, tree, place)
    if any(name.endswith(".index") and "/" not in name for name in names):
        return _delegate(Format.CHECKPOINT, tree, place)
    # TensorFlow.js writes this name beside its shards of weights.
    if "model.json" in names:
        return replace(_of_file(source(str(Path(place.path, "model.json")))), path=place.path)
    if place.suffix == ".keras":
        return _delegate(Format.KERAS, tree, place)
    raise UsageError(f"{place.path} holds no model: {_models_below(names)}")


def _models_below(names: list[str]) -> str:
    inside = [name for name in names if name.endswith((".keras", ".h5", ".hdf5", "saved_model.pb", ".tflite"))]
    more = f" and {len(inside) - 3} more" if len(inside) > 3 else ""  # noqa: PLR2004 - enough to go on
    return f"name one of those inside it ({', '.join(inside[:3])}{more})" if inside else f"looked for {SUPPORTED_TEXT}"


def _of_file(place: Source) -> Artifact:
    from inspector.codec.hdf5 import NO_SIGNATURE, SIGNATURE  # noqa: PLC0415 - cold start: folders need it not

    if place.head.startswith(SIGNATURE):
        return _keras_h5(place)
    # Before damage is looked for: a message that begins like another file is still what its loader is given by name.
    if (found := _message_by_name(place)) is not None:
        return _of_message(found, place)
    if (seen := damage_of(place.head, place.size, place.name)) is not None:
        return replace(unreadable(place, seen), hdf5_error=NO_SIGNATURE)
    return _by_first_bytes(place)


def _by_first_bytes(place: Source) -> Artifact:
    if place.head.startswith(ZIP_MAGIC):
        return _of_zip(place)
    # The file identifier of FlatBuffers stands behind the first offset (tensorflow/lite/schema: file_identifier
    # "TFL3").
    if place.head[4:8] == b"TFL3":
        return _delegate(Format.TFLITE, LocalTree(place.path), place)
    if place.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return _of_json(place)
    return _of_yaml(place) or _of_hidden(place)


def _of_yaml(place: Source) -> Artifact | None:
    from inspector.formats import keras_yaml  # noqa: PLC0415 - cold start

    return keras_yaml.read_file(place) if keras_yaml.detect(place) else None


def _keras_h5(place: Source) -> Artifact:
    from inspector.formats import keras_h5  # noqa: PLC0415 - cold start: one format's reader at a time

    return keras_h5.read_file(place)


def _of_zip(place: Source) -> Artifact:
    from inspector.formats import keras_zip  # noqa: PLC0415 - cold start
    from inspector.tree.archive import is_zip  # noqa: PLC0415 - cold start

    if is_zip(place.path):
        return keras_zip.read_file(place)
    damage = Damage(place.name, DamageKind.TRUNCATED, "the zip archive ends before its directory", place.size)
    return _undirected(place, damage)


def _undirected(place: Source, damage: Damage) -> Artifact:
    """A file that is broken as what it is; HDF5 may still lie inside it where libhdf5 looks."""
    from inspector.codec import hdf5  # noqa: PLC0415 - cold start
    from inspector.tree.interface import Span  # noqa: PLC0415 - cold start

    offset = hdf5.signature_offset(Span(place.path, 0, place.size))
    broken = unreadable(place, damage)
    found = Format.KERAS if broken.format is Format.UNKNOWN and place.head.startswith(ZIP_MAGIC) else broken.format
    error = hdf5.NO_SIGNATURE if offset is None else None
    return replace(broken, format=found, hdf5_signature_offset=offset, hdf5_error=error)


def _of_json(place: Source) -> Artifact:
    from inspector.formats import keras_json  # noqa: PLC0415 - cold start

    return keras_json.read_file(place)


def _message_by_name(place: Source) -> Format | None:
    """Messages that TensorFlow saves bear no signature: their name says which, even of a broken one."""
    if place.name in {"saved_model.pb", "saved_model.pbtxt"}:
        return Format.SAVED_MODEL
    if ".data-" in place.name:
        return Format.CHECKPOINT
    return MESSAGE_OF_SUFFIX.get(place.suffix.lower())


def _of_message(found: Format, place: Source) -> Artifact:
    """A SavedModel is its folder, and a checkpoint all files of its prefix."""
    folder = str(Path(place.path).parent)
    if found is Format.SAVED_MODEL:
        return _of_folder(source(folder))
    return _delegate(found, LocalTree(folder if found is Format.CHECKPOINT else place.path), place)


def _of_hidden(place: Source) -> Artifact:
    """HDF5 behind a user block, a zip behind other bytes, else no model: loaders still dispatch on the suffix."""
    from inspector.formats import graph_def  # noqa: PLC0415 - cold start
    from inspector.tree.archive import is_zip  # noqa: PLC0415 - cold start

    # A comment begins text protos too: without this every `pip freeze` with a header would be a broken graph.
    if place.suffix.lower() in _LOCK_SUFFIXES and _PIN.search(place.head):
        lock = "it looks like a lock file: did you mean --against?"
        return unreadable(place, Damage(place.name, DamageKind.WRONG_FORMAT, lock, 0))
    reason = f"no model format begins with the bytes {place.head[:8].hex(' ')}"
    broken = _undirected(place, Damage(place.name, DamageKind.WRONG_FORMAT, reason, 0))
    if is_zip(place.path):
        return _of_zip(place)
    if broken.hdf5_signature_offset is not None:
        return _keras_h5(place)
    tree = LocalTree(place.path)
    return _delegate(Format.GRAPH_DEF, tree, place) if graph_def.detect(tree) else broken


def _delegate(found: Format, tree: Tree, place: Source) -> Artifact:
    """Hand over to the format's reader; a format without one is named, and what it holds stays a gap."""
    if found is Format.KERAS and place.is_directory:
        from inspector.formats import keras_zip  # noqa: PLC0415 - cold start

        return _with_oddities(keras_zip.read_folder(tree, place), tree)
    reader = READERS.get(found)
    if reader is None:
        reason = f"{UNJUDGED[found]}; it is known by its first bytes, and its contents are neither read nor judged"
        return replace(bare(place, found, gaps=(Gap(Location(place.name), reason),)), members=tree.members())
    artifact: Artifact = importlib.import_module(reader).read(tree, place.path)
    return _with_oddities(replace(artifact, format=found, size=place.size), tree)


def _with_oddities(artifact: Artifact, tree: Tree) -> Artifact:
    """With what the folder itself holds that no model has: links that leave it are gaps, for nobody looked behind."""
    odd = tuple(oddity for oddity in tree.oddities() if _belongs(oddity, artifact))
    outside = tuple(Gap(o.location, "a link that leaves the model: not followed") for o in odd if o.kind == "link-out")
    return replace(artifact, oddities=artifact.oddities + odd, gaps=artifact.gaps + outside)


def _belongs(oddity: Oddity, artifact: Artifact) -> bool:
    """A checkpoint that is named by its prefix is not the whole folder that it lies in."""
    if artifact.format is not Format.CHECKPOINT or artifact.is_directory:
        return True
    prefix = Path(artifact.path).name.partition(".index")[0].partition(".data-")[0]
    return oddity.location.member.startswith(prefix)


READERS = {
    Format.SAVED_MODEL: "inspector.formats.saved_model",
    Format.TF_HUB_MODULE: "inspector.formats.saved_model",  # a TF1 hub module is a SavedModel beside a marker file
    Format.GRAPH_DEF: "inspector.formats.graph_def",
    Format.CHECKPOINT: "inspector.formats.checkpoint",
    Format.META_GRAPH: "inspector.formats.meta_graph",
}
