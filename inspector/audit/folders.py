"""The files of a model: strays that no loader reads, names that lead out, and tensors that do not add up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inspector.terms.artifact import Format
from inspector.terms.audit import Risk
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import TensorBundle, TensorEntry

# Files that take each other's place, the first one being what Python loads (loader_impl.parse_saved_model of
# TensorFlow, saving_lib._load_model_from_fileobj of Keras 3).
RIVALS = (("saved_model.pb", "saved_model.pbtxt", "saved_model.cpb"), ("model.weights.h5", "model.weights.npz"))
WARM_UP = "assets.extra/tf_serving_warmup_requests"
# By suffix: what it is, and how much harm lies in it for whoever uses it. A model needs none of them.
STRAYS = {
    "so": ("a native library", Risk.MEDIUM),
    "dll": ("a native library", Risk.MEDIUM),
    "dylib": ("a native library", Risk.MEDIUM),
    "exe": ("a program", Risk.MEDIUM),
    "pkl": ("a pickle, which runs code when it is read", Risk.MEDIUM),
    "pickle": ("a pickle, which runs code when it is read", Risk.MEDIUM),
    "joblib": ("a pickle, which runs code when it is read", Risk.MEDIUM),
    "dill": ("a pickle, which runs code when it is read", Risk.MEDIUM),
    "pt": ("a PyTorch file, most often a pickle", Risk.MEDIUM),
    "pth": ("a PyTorch file, most often a pickle", Risk.MEDIUM),
    "pyc": ("compiled Python", Risk.MEDIUM),
    "py": ("Python source", Risk.LOW),
    "sh": ("a script", Risk.LOW),
    "bat": ("a script", Risk.LOW),
    "ps1": ("a script", Risk.LOW),
    "zip": ("an archive", Risk.LOW),
    "tar": ("an archive", Risk.LOW),
    "gz": ("an archive", Risk.LOW),
    "tgz": ("an archive", Risk.LOW),
    "whl": ("a Python package", Risk.LOW),
}
# Keras 3.9 and later import from these alone: a package of that name beside the model is taken where the process
# starts in its folder (serialization_lib.py: `_retrieve_class_or_fn`).
TRUSTED_PACKAGES = ("keras", "keras_hub", "keras_cv", "keras_nlp", "tensorflow", "tf_keras")
# Bytes of one element in a bundle; the types that are not here have no fixed size.
WIDTHS = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2, "int8": 1,
    "uint64": 8, "uint32": 4, "uint16": 2, "uint8": 1, "bool": 1, "complex64": 8, "complex128": 16,
}  # fmt: skip


@record
class Fault:
    """A tensor of a bundle that does not add up: its key, how, and how bad that is."""

    key: str
    text: str
    risk: Risk


def tokens(artifact: Artifact) -> Iterator[str]:
    """Words for the files and names of the artifact."""
    if artifact.format in {Format.SAVED_MODEL, Format.KERAS} and next(strays(artifact), None):
        yield "member:stray"
    if artifact.has_member(WARM_UP):
        yield "member:warm-up"
    if next(rivals(artifact), None):
        yield "member:rival"
    if next(unsafe_assets(artifact), None):
        yield "asset:path"
    bundle = bundle_of(artifact)
    if bundle is not None and next(bundle_faults(bundle), None):
        yield "bundle:inconsistent"


def strays(artifact: Artifact) -> Iterator[tuple[str, str, Risk]]:
    """(member, what it is, risk) of files that have no place in a model."""
    for member in artifact.members:
        folder, _, _ = member.name.partition("/")
        # A single `keras.py` shadows the package as well as a folder does.
        if folder.removesuffix(".py") in TRUSTED_PACKAGES and member.name.endswith((".py", ".pyc", ".so")):
            yield member.name, f"of a package named as {folder.removesuffix('.py')}, which loaders import", Risk.HIGH
        elif (found := STRAYS.get(member.name.rpartition(".")[2].lower())) is not None:
            yield member.name, *found


def rivals(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """(the file that is loaded, another one that could be)."""
    for names in RIVALS:
        first, *rest = [name for name in names if artifact.has_member(name)] or [""]
        yield from ((first, name) for name in rest)


def unsafe_assets(artifact: Artifact) -> Iterator[tuple[str, str, Risk]]:
    """(file name, how it leads out, risk) of the assets that a MetaGraph names."""
    graphs = artifact.saved_model.meta_graphs if artifact.saved_model else ()
    for name in dict.fromkeys(name for graph in graphs for _, name in graph.assets):
        if name.startswith("/"):
            yield name, "is absolute", Risk.HIGH
        elif ".." in name.replace("\\", "/").split("/"):
            yield name, "leaves the assets folder", Risk.HIGH
        elif "://" in name or "\\" in name or name[1:2] == ":":
            # tf.io.gfile.join puts a URL behind a local folder as any other name (2.21.0): no host is asked.
            yield name, "is a URL or a path of Windows", Risk.MEDIUM


def bundle_of(artifact: Artifact) -> TensorBundle | None:
    """The variables of a SavedModel, or the checkpoint itself."""
    return artifact.saved_model.variables if artifact.saved_model else artifact.bundle


def bundle_faults(bundle: TensorBundle) -> Iterator[Fault]:
    """What in the index contradicts itself; files that are missing or too short are damage, and named there."""
    for key, entry in bundle.entries.items():
        if (text := _entry_fault(entry, len(bundle.shards))) is not None:
            yield Fault(key, text, Risk.MEDIUM)
        elif entry.dtype == "resource":
            yield Fault(key, "is a resource handle, which no checkpoint holds", Risk.MEDIUM)
    yield from _overlaps(bundle)


def _entry_fault(entry: TensorEntry, shards: int) -> str | None:
    if entry.sliced:
        return None
    if not 0 <= entry.shard < shards:
        return f"lies in shard {entry.shard} of {shards}"
    if entry.offset < 0 or entry.size < 0:
        return f"lies at byte {entry.offset} with {entry.size} bytes"
    width = WIDTHS.get(entry.dtype)
    needed = None if width is None else width * math.prod(entry.shape)
    # TensorFlow refuses it at restore ("Invalid size in bundle entry", tensor_bundle.cc, BundleReader::GetValue).
    if needed is not None and needed != entry.size:
        return f"needs {needed} bytes for {entry.dtype}{list(entry.shape)} and has {entry.size}"
    return None


def _overlaps(bundle: TensorBundle) -> Iterator[Fault]:
    """Tensors that share bytes: one that a scan approves may be part of another."""
    placed = sorted(((e.shard, e.offset, e.size, key) for key, e in bundle.entries.items() if e.size and not e.sliced))
    reach: dict[int, tuple[int, str]] = {}
    for shard, offset, size, key in placed:
        end, other = reach.get(shard, (0, ""))
        if offset < end:
            yield Fault(key, f"shares bytes with {other}", Risk.MEDIUM)
        reach[shard] = max((end, other), (offset + size, key))
