"""`load_weights_from_hdf5_group`: weights of an `.h5` by the order of its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras3 import quantized
from inspector.loaders.keras3.lookup import LOOKUPS
from inspector.loaders.keras3.native_weights import HOLDING, MODELS, assign_error, expected_of, fits, holders, layers_of
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.hdf5_errors import (
    NO_CAST,
    NO_NUMBER,
    attributes_error,
    is_opaque,
    is_text,
    object_error,
)
from inspector.loaders.keras_common.hdf5_guards import absent_raw_file, link_at, raw_file_text, refusal, refuses_links
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing
    from inspector.loaders.keras_common.variables import Variable
    from inspector.terms.keras import Hdf5File

ROOT = "/model_weights"


@record
class _Saved:
    """A layer of the file with weights: its name and theirs."""

    name: str
    weights: list[str]


def load(session: Session, model: Thing, file: Hdf5File) -> None:
    """Raise what loading the weights raises."""
    if ROOT in file.groups:
        _check_untracked(session, model, file)
    layers = [(layer.name, variables_of(session, layer)) for layer in layers_of(model)]
    if model.custom is not None and not model.custom.source and not layers:
        # Only its sources tell what its from_config builds; layers that a constructor makes have no weights yet.
        layers = [(one.name, None) for one in _saved(session, file)] if ROOT in file.groups else []
    load_layers(session, (model.name, model.class_name), layers, file)


def _check_untracked(session: Session, model: Thing, file: Hdf5File) -> None:
    """Keras 2 counts a `tf.Variable` that a layer keeps, alone or in a tf.Module, among its weights; Keras 3 does not.

    The names of variables begin alike, so that only the sources of the class tell them from its own weights.
    """
    untracked = {layer.name: layer.custom.variables for layer in layers_of(model) if layer.custom is not None}
    if not any(untracked.values()) or not (session.artifact.producer.keras or "").startswith("2."):
        return
    saved = _saved(session, file)
    left = [len(one.weights) - untracked.get(one.name, 0) for one in saved]
    if min(left, default=1) <= 0:
        raise _layer_count(sum(count > 0 for count in left), len(saved))
    for index, (one, count) in enumerate(zip(saved, left, strict=True)):
        if count != len(one.weights):
            raise _weight_count((index, one.name, count), one)


def load_layers(
    session: Session,
    model: tuple[str, str],
    layers: list[tuple[str, list[Variable] | None]],
    file: Hdf5File,
    weighted: frozenset[str] = frozenset(),
) -> None:
    """The same for a model by its name and class, and its layers by name and variables (None: not known).

    `weighted` names layers that have some variables for certain.
    """
    if ROOT not in file.groups:
        raise _missing_object(session, "model_weights", ROOT)
    # Matching is by order, not by name (`load_weights_from_hdf5_group`): a renamed layer loads, and two swapped layers
    # of one shape load wrongly without a word.
    saved = _saved(session, file)
    known = all(variables is not None for _, variables in layers)
    # Layers without weights count on neither side: Dropout may come and go between writer and reader.
    filtered = [(layer, variables) for layer, variables in layers if variables is None or variables]
    if not known:
        _check_range(filtered, weighted, len(saved))
        # A layer of unknown variables counts where the file has weights under its name.
        named = {one.name for one in saved} | weighted
        filtered = [(layer, variables) for layer, variables in filtered if variables or layer in named]
    if len(filtered) != len(saved) and known:
        raise _layer_count(len(filtered), len(saved))
    for index, found in enumerate(saved):
        # Every dataset is read before the count of a layer's weights is held against it
        # (`load_subset_weights_from_hdf5_group`), so a link or a missing dataset wins over a wrong number.
        for weight in found.weights:
            _check_dataset(session, file, f"{ROOT}/{found.name}", weight)
        if len(filtered) == len(saved):
            layer, variables = filtered[index]
            if variables is not None:
                _check_layer(session, model, file, (index, layer, variables, found))


def _check_range(layers: list[tuple[str, list[Variable] | None]], weighted: frozenset[str], found: int) -> None:
    """How many layers have weights at least, and at most: those of unknown variables may have none."""
    least = sum(1 for layer, variables in layers if variables or layer in weighted)
    if not least <= found <= len(layers):
        raise _layer_count(least if found < least else len(layers), found)


def _saved(session: Session, file: Hdf5File) -> list[_Saved]:
    saved = []
    _readable(session, file, ROOT)
    for name in names(file, ROOT, "layer_names"):
        group = f"{ROOT}/{name}"
        if group not in file.groups:
            link = link_at(file, group)
            raise _link(session, link.kind, group) if link else _missing_object(session, name, group)
        _readable(session, file, group)
        weights = names(file, group, "weight_names")
        if weights:
            saved.append(_Saved(name, weights))
    return saved


def _readable(session: Session, file: Hdf5File, group: str) -> None:
    """Asking for an attribute reads all that the group has: a damaged one raises whatever is asked for."""
    text = attributes_error(file, group, session.h5py)
    if text is not None:
        raise LoadFailure("RuntimeError", text, "KER110", group, group, {"expected": "attributes", "found": text})


def names(file: Hdf5File, group: str, attribute: str) -> list[str]:
    """A list of names, which long lists keep in numbered attributes."""
    attributes = file.attributes.get(group, {})
    keys = [attribute] if attribute in attributes else []
    while not keys or keys[0] != attribute:
        key = f"{attribute}{len(keys)}"
        if key not in attributes:
            break
        keys.append(key)
    values = [attributes[key].value for key in keys]
    return [str(name) for value in values if isinstance(value, list | tuple) for name in value]


def variables_of(session: Session, layer: Thing) -> list[Variable] | None:
    """All variables of a layer, with those of what it wraps; None where they are not known."""
    if layer.class_name in MODELS:
        return _joined([variables_of(session, one) for one in layers_of(layer)])
    if layer.facts is None or layer.class_name in LOOKUPS:
        # Variables of lookup layers are TensorFlow's own, which Keras 3 does not count.
        return None if layer.facts is None else []
    inner = layer.inner.get("layer")
    if layer.class_name == "TimeDistributed" and inner is not None:
        inner.built = inner.built or layer.built
        return variables_of(session, inner)
    if layer.class_name in HOLDING:
        return _held(session, layer)
    if layer.inner:
        return None
    known = expected_of(layer, layer.build_shape)
    return known if known is not None else quantized.listed(session.release, layer, layer.build_shape)


def _held(session: Session, layer: Thing) -> list[Variable] | None:
    """The variables of the objects inside a layer, trainable ones first; None where they are not all known."""
    if not layer.built:
        return []
    found = holders(session, layer)
    return _joined([None if one.variables is None else list(one.variables) for one in found]) if found else None


def _joined(parts: list[list[Variable] | None]) -> list[Variable] | None:
    """Variables of several layers: trainable ones first, as weights of a model stand in a file."""
    found = [variable for part in parts if part is not None for variable in part]
    if any(part is None for part in parts):
        return None
    return [v for v in found if v.trainable] + [v for v in found if not v.trainable]


def _layer_count(expected: int, found: int) -> LoadFailure:
    text = (
        "Layer count mismatch when loading weights from file. "
        f"Model expected {expected} layers, found {found} saved layers."
    )
    details = {"expected": f"{expected} layers", "found": f"{found} layers"}
    return LoadFailure("ValueError", text, "KER110", "the model", ROOT, details)


def _check_layer(
    session: Session, model: tuple[str, str], file: Hdf5File, place: tuple[int, str, list[Variable], _Saved]
) -> None:
    """One layer: as many weights as it has variables, and of their shapes."""
    index, layer, variables, saved = place
    at = f"{ROOT}/{saved.name}"
    if len(variables) != len(saved.weights):
        raise _weight_count((index, layer, len(variables)), saved)
    for variable, weight in zip(variables, saved.weights, strict=True):
        # Shapes are asked for weight by weight, each before its own assignment: the first that does not fit is named,
        # and earlier ones are already set.
        dataset = file.datasets.get(f"{at}/{weight}")
        words = dataset is not None and is_text(dataset)
        # The shape is asked for before the values are converted since 3.6.
        if words and session.release < (3, 6):
            raise _no_number(layer, f"{at}/{weight}")
        # numpy makes an array of the names in a group.
        shape = dataset.shape if dataset is not None else (_children(file, f"{at}/{weight}"),)
        if not fits(variable.shape, shape):
            path = f"{layer}/{variable.name}"
            if model[1] == "Sequential":
                path = f"{model[0]}/{path}"
            details = {"expected": str(variable.shape), "found": str(shape)}
            text = _shape_text(session, (index, layer, path), variable, shape)
            raise LoadFailure("ValueError", text, "KER110", layer, f"{at}/{weight}", details)
        if words:
            raise _no_number(layer, f"{at}/{weight}")
        if dataset is not None and is_opaque(dataset):
            details = {"expected": "numbers", "found": dataset.dtype}
            raise LoadFailure("ValueError", NO_CAST, "KER110", layer, f"{at}/{weight}", details)


def _weight_count(place: tuple[int, str, int], saved: _Saved) -> LoadFailure:
    index, layer, count = place
    text = (
        f"Weight count mismatch for layer #{index} (named {layer} in the current model, {saved.name} in the "
        f"save file). Layer expects {count} weight(s). Received {len(saved.weights)} saved weight(s)"
    )
    details = {"expected": f"{count} weights", "found": f"{len(saved.weights)} weights"}
    return LoadFailure("ValueError", text, "KER110", layer, f"{ROOT}/{saved.name}", details)


def _no_number(layer: str, path: str) -> LoadFailure:
    return LoadFailure("ValueError", NO_NUMBER, "KER110", layer, path, {"expected": "numbers", "found": "words"})


def _children(file: Hdf5File, group: str) -> int:
    """How many objects a group holds."""
    inside = (*file.groups, *file.datasets)
    return sum(1 for path in inside if path.startswith(f"{group}/") and "/" not in path[len(group) + 1 :])


def _shape_text(session: Session, place: tuple[int, str, str], variable: Variable, found: tuple[int, ...]) -> str:
    index, name, path = place
    if session.release < (3, 6):
        return assign_error(variable, found, path)
    return (
        f"Shape mismatch in layer #{index} (named {name})for weight {path}. Weight expects shape {variable.shape}. "
        f"Received saved weight with shape {found}"
    )


def _check_dataset(session: Session, file: Hdf5File, group: str, name: str) -> None:
    """One dataset: there, in the file itself, and of a kind that the release reads."""
    path = f"{group}/{name}"
    refused = refusal(session.release, file, path, name) if refuses_links(session.release) else None
    if refused is not None:
        raise LoadFailure("ValueError", refused, "KER116", name, path, {"found": refused})
    link = link_at(file, path)
    if link is not None and link.kind == "external":
        raise _link(session, link.kind, path)
    found = file.datasets.get(path)
    broken = object_error(file, path, session.h5py)
    if broken is not None:
        details = {"expected": "a dataset", "found": broken}
        raise LoadFailure("KeyError", repr(broken), "KER110", name, path, details)
    raw = absent_raw_file(found, session.runtime.assumed_files)
    if raw is not None:
        raise LoadFailure("OSError", raw_file_text(session.h5py), "KER133", raw, path, {"target": raw})
    if found is None and path in file.groups and session.hardened:
        text = "Invalid H5 file, expected Dataset, received <class 'h5py._hl.group.Group'>"
        raise LoadFailure("ValueError", text, "KER110", name, path, {"expected": "a dataset", "found": "a group"})
    if found is None and path not in file.groups:
        raise _missing_object(session, name, path)


def _link(session: Session, kind: str, path: str) -> LoadFailure:
    shown = "ExternalLink" if kind == "external" else "SoftLink"
    details = {"expected": "data in the file", "found": shown}
    if session.hardened:
        return LoadFailure("ValueError", f"Not allowed: H5 file with {shown}", "KER110", path, path, details)
    text = "'Unable to synchronously open object (file signature not found)'"
    return LoadFailure("KeyError", text, "KER110", path, path, details)


def _missing_object(session: Session, name: str, path: str) -> LoadFailure:
    """A group or dataset that is named but not there."""
    details = {"expected": name, "found": "nothing"}
    last = name.rpartition("/")[2] or name
    if refuses_links(session.release):  # `safe_get_h5_group` asks before it opens
        # 3.15.0 asks for the whole path at once, the others walk it.
        shown = name if session.release == (3, 15, 0) else last
        return LoadFailure("KeyError", repr(shown), "KER110", name, path, details)
    text = f"\"Unable to synchronously open object (object '{last}' doesn't exist)\""
    return LoadFailure("KeyError", text, "KER110", name, path, details)
