"""What restoring a checkpoint raises: tensors are matched by object path, and only shapes are held against each other.

Variables that no tensor matches keep their values and nothing is said, unless the caller asserts on the status.
Source: `Checkpoint.restore` and `load_weights` of each release.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.terms.artifact import DamageKind, Format
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.loaders.keras_common.variables import Variable
    from inspector.loaders.weights.architecture import Part
    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import TensorBundle, TensorEntry

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
# TensorFlow 2.9 is the first to say which tensor does not fit.
_SAID_SINCE = (2, 9)
# From this release on the exception names the variable, before it the checkpoint's key.
_BY_NAME_SINCE = (2, 11)
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
    if bundle is None or bundle.faults:
        yield from _unreadable(walk, weights)
        return
    root = "" if nontrivial else root_of(bundle)
    stored = tensors(bundle, root)
    if nontrivial and not any("layer" in key.split("/")[0] for key in stored):
        text, rule = (_NOTHING, "WGT113") if model.built else (_NO_DEPENDENCIES, "WGT112")
        yield walk.problem(rule, model.name, "AssertionError", text, count="all")
        return
    before = f"{model.name}/" if keras3 and model.class_name == "Sequential" else ""
    naming = _Naming(root, walk.release, before)
    yield from _matched(walk, list(slots(model, keras3=keras3)), stored, naming)


def _matched(walk: Walk, wanted: list[Slot], stored: Mapping[str, TensorEntry], naming: _Naming) -> Iterator[Event]:
    """Each tensor in the checkpoint's order against the variable at its path."""
    by_key = {slot.key: slot for slot in wanted if slot.variable is not None}
    unknown = [slot for slot in wanted if slot.variable is None]
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


def _unreadable(walk: Walk, weights: Artifact) -> Iterator[Event]:
    """An index or a shard that is missing or broken."""
    for damage in weights.damage:
        missing = damage.kind is DamageKind.MISSING
        kind = "NotFoundError" if missing else "DataLossError"
        text = (
            f"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for {weights.path}"
            if missing
            else f"Unable to open table file {damage.member}: Data loss: {damage.reason}"
        )
        yield walk.problem("SMD121", damage.member, kind, text, reason=damage.reason)
        return
    yield walk.gap("the checkpoint could not be read")
