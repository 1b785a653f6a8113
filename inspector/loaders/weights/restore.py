"""What restoring a checkpoint raises: tensors are matched by object path, and only shapes are held against each other.

Variables that no tensor matches keep their values and nothing is said, unless the caller asserts on the status.
Source: `Checkpoint.restore` and `load_weights` of each release.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.loaders.graph.bound import size_text
from inspector.terms.artifact import DamageKind, Format
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.loaders.keras_common.variables import Variable
    from inspector.loaders.weights.architecture import Part
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Problem
    from inspector.terms.graph import TensorBundle, TensorEntry, TensorFault

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
# TensorFlow 2.9 is the first to say which tensor does not fit.
_SAID_SINCE = (2, 9)
# From this release on the exception names the variable, before it the checkpoint's key.
_BY_NAME_SINCE = (2, 11)
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
# Eager errors name the op's function from this release on.
_OP_NAMED_SINCE = (2, 10)
# What `tf.train.Checkpoint(model=model)` puts before the model's own paths.
NAMED_ROOT = "model/"
_NOTHING = (
    "Nothing except the root object matched a checkpointed value. Typically this means that the checkpoint does not "
    "match the Python program. The following objects have no matching checkpointed value: "
)
_NO_DEPENDENCIES = (
    "Nothing to load. No dependencies have been added to "
    "<keras.src.engine.sequential.Sequential object at 0x7f0000000000> yet."
)


@record
class Slot:
    """A variable of the model at its object path; `owner` is the layer's name."""

    key: str
    owner: str
    class_name: str
    variable: Variable | None


def bundle_of(weights: Artifact) -> TensorBundle | None:
    """The checkpoint: the file itself, or the variables of a SavedModel."""
    if weights.format is Format.SAVED_MODEL:
        return weights.saved_model.variables if weights.saved_model else None
    return weights.bundle


def tensors(bundle: TensorBundle, root: str) -> dict[str, TensorEntry]:
    """Tensors that are variables' values, by the object path below that root, in the key's own order."""
    return {
        plain(key[len(root) : -len(VALUE)]): entry
        for key, entry in bundle.entries.items()
        if key.startswith(root) and key.endswith(VALUE) and "/.OPTIMIZER_SLOT/" not in key
    }


def plain(path: str) -> str:
    """A path without the steps that Keras 3 adds: one for a Sequential's inner model, underscores of attributes."""
    path = path.replace("_functional/", "").replace("_operations/", "_layers/")
    return re.sub(r"(?:_|adapt_)(kernel|embeddings|mean|variance)$", r"\1", path) if "_layers/" in path else path


def root_of(bundle: TensorBundle) -> str:
    """Where the model stands in the checkpoint: under the name `model`, or as the root itself."""
    return NAMED_ROOT if any(key.startswith(NAMED_ROOT) for key in bundle.entries) else ""


def slots(model: Part, *, keras3: bool, prefix: str = "") -> Iterator[Slot]:
    """The model's variables by object path: `layer_with_weights-N` in Keras 2, `_layers/N` in Keras 3."""
    counted = 0
    # A Sequential's input layer is among its layers there, and `parts` leave it out.
    offset = 1 if model.class_name == "Sequential" else 0
    for index, part in enumerate(model.parts):
        has_weights = part.variables() != ()
        step = f"_layers/{index + offset}" if keras3 else f"layer_with_weights-{counted}"
        counted += has_weights
        if not has_weights or not model.built:
            continue
        if part.is_network:
            yield from slots(part, keras3=keras3, prefix=f"{prefix}{step}/")
        else:
            yield from _of_part(part, f"{prefix}{step}")


def _of_part(part: Part, path: str) -> Iterator[Slot]:
    for holder in part.holders:
        at = f"{path}/{holder.attribute}".rstrip("/")
        if holder.variables is None:
            yield Slot(at, part.name, holder.class_name, None)
        for variable in holder.variables or ():
            yield Slot(f"{at}/{variable.name}", part.name, holder.class_name, variable)


def restore_events(
    walk: Walk, model: Part, weights: Artifact, *, nontrivial: bool = False, keras3: bool = False
) -> Iterator[Event]:
    """What the restore raises; `nontrivial` is the assertion of `load_weights` that anything but the root matched."""
    bundle = bundle_of(weights)
    if bundle is None:
        yield from _no_index(walk, weights, wrapped=not nontrivial)
        return
    # tensorflow/python/checkpoint/checkpoint.py reads the object graph before it looks at any variable: without it
    # nothing else is told.
    if OBJECT_GRAPH in bundle.faults:
        yield _no_object_graph(walk, weights, bundle.faults[OBJECT_GRAPH])
        return
    # `load_weights` restores the model itself, `tf.train.Checkpoint(model=model)` an object that has it as a child: the
    # same files, one path step apart.
    root = "" if nontrivial else root_of(bundle)
    stored = tensors(bundle, root)
    if nontrivial and not any("layer" in key.split("/")[0] for key in stored):
        text, rule = (_NOTHING, "WGT113") if model.built else (_NO_DEPENDENCIES, "WGT112")
        yield walk.problem(rule, model.name, "AssertionError", text, count="all")
        return
    before = f"{model.name}/" if keras3 and model.class_name == "Sequential" else ""
    naming = _Naming(root, walk.release, before)
    wanted = list(slots(model, keras3=keras3))
    # Values are read in one batch before any is assigned, so that a damaged tensor wins over a shape that does not fit.
    faults = _faults_met(bundle, {slot.key for slot in wanted}, root)
    if faults:
        yield _fault(walk, bundle, faults, sum(slot.key in stored for slot in wanted))
        return
    yield from _matched(walk, wanted, stored, naming)


def _matched(walk: Walk, wanted: list[Slot], stored: Mapping[str, TensorEntry], naming: _Naming) -> Iterator[Event]:
    """Each tensor in the checkpoint's order against the variable at its path."""
    by_key = {slot.key: slot for slot in wanted if slot.variable is not None}
    unknown = [slot for slot in wanted if slot.variable is None]
    # In the checkpoint's order, not the model's: the first mismatch in the file is what is raised.
    for key, entry in stored.items():
        here = walk.at(f"{naming.root}{key}")
        for slot in unknown:
            if key.startswith(f"{slot.key}/"):
                yield here.gap(f"which variables {slot.class_name} makes is not known")
        slot_here = by_key.get(key)
        if slot_here is None or slot_here.variable is None:
            continue
        shape = slot_here.variable.shape
        if shape is None or (len(shape) == len(entry.shape) and None in shape):
            yield here.gap(f"the shape of {slot_here.owner}/{slot_here.variable.name} does not follow from the config")
        elif shape != entry.shape:
            text = naming.mismatch(slot_here, shape, entry.shape)
            details = {"expected": str(shape), "found": str(entry.shape)}
            yield here.problem("KER110", slot_here.owner, "ValueError", text, **details)
            return


@record
class _Naming:
    """How the exception names a variable: by its key in the checkpoint, or by its own name."""

    root: str
    release: tuple[int, ...]
    before: str

    def mismatch(self, slot: Slot, shape: tuple[int | None, ...], found: tuple[int, ...]) -> str:
        """The text of the ValueError for a tensor of another shape."""
        if self.release < _SAID_SINCE:
            return f"Shapes {shape} and {found} are incompatible"
        variable = f"{slot.owner}/{slot.variable.name if slot.variable else ''}:0"
        name = f"{self.root}{slot.key}{VALUE}" if self.release < _BY_NAME_SINCE else f"{self.before}{variable}"
        return (
            f"Received incompatible tensor with shape {found} when attempting to restore variable with shape {shape} "
            f"and name {name}."
        )


def _no_index(walk: Walk, weights: Artifact, *, wrapped: bool) -> Iterator[Event]:
    """No index, or one that is no table. `restore` adds where it was, `load_weights` does not."""
    damage = next(iter(weights.damage), None)
    if damage is None:
        yield walk.gap("the checkpoint could not be read")
        return
    # An index of other bytes is opened, and refused by the table reader; only one that is not there is a NotFoundError,
    # which `Checkpoint.restore` rewords.
    if damage.kind is not DamageKind.MISSING:
        text = "not an sstable (bad magic number)"
        yield walk.problem("SMD121", damage.member, "OpError", text, reason=damage.reason)
        return
    text = f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {weights.path}"
    if wrapped:
        text = (
            f"Error when restoring from checkpoint or SavedModel at {weights.path}: {text}\nPlease double-check that "
            "the path is correct. You may be missing the checkpoint suffix (e.g. the '-1' in 'path/to/ckpt-1')."
        )
    yield walk.problem("SMD121", damage.member, "NotFoundError", text, reason=damage.reason)


def _no_object_graph(walk: Walk, weights: Artifact, fault: TensorFault) -> Problem:
    """The object graph is a tensor like others, and is read first."""
    texts = {
        "missing": ("OpError", f"{weights.path}.data-00000-of-00001; No such file or directory"),
        "short": ("IndexError", "Read less bytes than requested"),
        "checksum": ("OpError", _checksum_text(weights.path, 0, fault)),
        "lengths": ("OpError", lengths_text(fault)),
        "size": ("OpError", size_text(OBJECT_GRAPH, fault)),
    }
    kind, text = texts[fault.kind]
    return walk.problem("SMD121", OBJECT_GRAPH, kind, text, reason=f"its object graph: {fault.kind}")


def lengths_text(fault: TensorFault) -> str:
    """What is said of the lengths of a string tensor that do not match their checksum."""
    return f"The length checksum does not match: expected {fault.stored:08d} but actual is {fault.calculated:08d}"


def _checksum_text(prefix: str, size: int, fault: TensorFault) -> str:
    return (
        f"TensorBundle at {prefix} shard 0 ({size} bytes): Checksum does not match: stored {fault.stored} vs. "
        f"calculated on the restored bytes {fault.calculated}"
    )


def _faults_met(bundle: TensorBundle, wanted: set[str], root: str) -> list[str]:
    """The faulty tensors that a variable of the model waits for; others are never read."""
    return [
        key
        for key in bundle.faults
        if key.startswith(root) and key.endswith(VALUE) and plain(key[len(root) : -len(VALUE)]) in wanted
    ]


def _fault(walk: Walk, bundle: TensorBundle, keys: list[str], count: int) -> Problem:
    """All tensors that match are read in one RestoreV2."""
    key = keys[0]
    fault, size = bundle.faults[key], bundle.entries[key].size
    kinds = {
        "missing": ("NotFoundError", f"{bundle.prefix}: No such file or directory"),
        "short": ("OutOfRangeError", "Read less bytes than requested"),
        "checksum": ("DataLossError", _checksum_text(bundle.prefix, size, fault)),
        "lengths": ("DataLossError", lengths_text(fault)),
        "size": ("DataLossError", size_text(key, fault)),
    }
    kind, text = kinds[fault.kind]
    if walk.release >= _OP_NAMED_SINCE:
        device = "/job:localhost/replica:0/task:0/device:CPU:0"
        text = f"{{{{function_node __wrapped__RestoreV2_dtypes_{count}_device_{device}}}}} {text}"
    return walk.at(key).problem("SMD121", key, kind, f"{text} [Op:RestoreV2]", reason=f"tensor {key}: {fault.kind}")
