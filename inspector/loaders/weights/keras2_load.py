"""`model.load_weights` of Keras 2: which reader a path goes to, and what that raises.

Source: `Model.load_weights` (up to 2.11), `saving_api.load_weights` (2.12 and later).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.h5 import unopened
from inspector.loaders.keras2.weights import ModelLayer, fits, layer_events
from inspector.loaders.weights import files
from inspector.loaders.weights.keras2_convert import converted
from inspector.loaders.weights.places import layout_of, places
from inspector.terms.artifact import Format
from inspector.terms.finding import Location, Problem
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.loaders.keras_common.variables import Variable
    from inspector.loaders.weights.architecture import Part
    from inspector.loaders.weights.places import Place
    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import Hdf5File

_V3_SINCE = (2, 12)
_HDF5_SUFFIXES = (".h5", ".keras", ".hdf5")
_UNBUILT = (
    "Unable to load weights saved in HDF5 format into a subclassed Model which has not created its variables yet. "
    "Call the Model first, then load the weights."
)


def load_events(walk: Walk, model: Part, weights: Artifact) -> Iterator[Event]:
    """What `model.load_weights(path)` raises."""
    here = replace(walk, member=Path(weights.path).name)
    # The name chooses the reader (keras/src/saving/saving_api.py `load_weights`): `save_weights("x.h5")` and
    # `save_weights("x.weights.h5")` write different layouts, and renaming a file makes it unreadable.
    if walk.release >= _V3_SINCE and _goes_to_v3(weights):
        yield from _object_paths(here, model, weights)
    elif weights.path.endswith(_HDF5_SUFFIXES):
        yield from _by_layers(here, model, weights)
    # `_detect_save_format` in keras/src/saving/legacy/save.py: HDF5 suffixes first, then whatever a checkpoint reader
    # opens, then the variables of a SavedModel; the rest is tried as HDF5.
    elif weights.format in {Format.CHECKPOINT, Format.SAVED_MODEL}:
        from inspector.loaders.weights.restore import restore_events  # noqa: PLC0415 - cold start: checkpoints only

        yield from restore_events(here, model, weights, nontrivial=True)
    else:
        yield from _by_layers(here, model, weights)


def _goes_to_v3(weights: Artifact) -> bool:
    if weights.path.endswith(".keras"):
        return weights.is_zip and not weights.is_directory
    return weights.path.endswith(".weights.h5")


def _by_layers(walk: Walk, model: Part, weights: Artifact) -> Iterator[Event]:
    """The reader of `layer_names`: by order, whatever the names."""
    # keras/src/saving/legacy/save.py `load_weights` asks before it opens the file: a model without variables has
    # nothing to put values into.
    if not model.built:
        yield walk.problem("WGT112", model.name, "ValueError", _UNBUILT)
        return
    if weights.hdf5_error is not None:
        yield unopened(walk, weights.hdf5_error)
        return
    file = files.hdf5_of(weights)
    if file is None or weights.is_zip:
        yield walk.gap("the weights could not be read")
        return
    layers = [ModelLayer(part.name, _listed(part)) for part in model.parts]
    whole, refused = converted(model, files.as_whole_model(file))
    met = list(layer_events(walk, layers, whole, files.WHOLE_MODEL))
    # All layers are converted and counted before the first value is assigned.
    if refused is not None and not any(_is_counted(event) for event in met):
        details = {"expected": "weights of its kind", "found": refused.text}
        met = [walk.at(refused.path).problem("KER110", refused.layer, "ValueError", refused.text, **details)]
    yield from (_moved_back(event, file) for event in met)
    yield from unknown_shapes(walk, model)


def _is_counted(event: Event) -> bool:
    """Whether the event comes before values are assigned: anything but a shape that does not fit."""
    return isinstance(event, Problem) and not event.details.get("expected", "").startswith("(")


def _listed(part: Part) -> list[Variable] | None:
    made = part.variables()
    return None if made is None else list(made)


def _moved_back(event: Event, file: Hdf5File) -> Event:
    if not isinstance(event, Problem):
        return event
    place = event.location
    return replace(event, location=Location(place.member, files.moved_back(place.pointer, file)))


def unknown_shapes(walk: Walk, model: Part) -> Iterator[Event]:
    """A gap for each layer whose variables do not follow from the config: whether they fit cannot be said."""
    for part in model.parts:
        made = part.variables()
        if made is None:
            yield walk.at(part.name).gap(f"which variables {part.class_name} makes is not known")
        elif any(variable.shape is None or None in variable.shape for variable in made):
            yield walk.at(part.name).gap(f"the shapes of the variables of {part.class_name} do not follow")


def _object_paths(walk: Walk, model: Part, weights: Artifact) -> Iterator[Event]:
    """The reader of object paths: each object's own variables, first failure raised."""
    file = files.hdf5_of(weights)
    if file is None:
        yield unopened(walk, weights.hdf5_error or "(file signature not found)")
        return
    if "/vars" not in file.groups:
        text = texts.hdf5_open(walk.h5py, "object", "object 'vars' doesn't exist")
        rule = "WGT111" if files.is_classic(file) else "KER132"
        yield walk.problem(rule, "vars", "KeyError", repr(text), path="/vars", layout="layer_names")
        return
    # In Keras 2 the first object that does not fit ends the load, with what came before it already assigned.
    for place in places(model, layout_of(walk.release)):
        met = list(_place(walk, file, place))
        yield from met
        if any(isinstance(event, Problem) for event in met):
            return


def _place(walk: Walk, file: Hdf5File, place: Place) -> Iterator[Event]:
    """One object: as many variables as are stored, then each assigned in turn."""
    found = files.store(file, place.path) or []
    here = walk.at(f"{place.path}/vars")
    if place.variables is None:
        yield here.gap(f"which variables {place.class_name} makes is not known")
        return
    if len(found) != len(place.variables):
        names = [f"{place.name}/{variable.name}:0" for variable in place.variables]
        text = (
            f"Layer '{place.name}' expected {len(place.variables)} variables, but received {len(found)} variables "
            f"during loading. Expected: {names}"
        )
        yield here.problem(
            "KER110", place.name, "ValueError", text, expected=f"{len(names)} variables", found=str(len(found))
        )
        return
    yield from _assigned(walk, file, place)


def _assigned(walk: Walk, file: Hdf5File, place: Place) -> Iterator[Event]:
    for index, variable in enumerate(place.variables or ()):
        path = f"{place.path}/vars/{index}"
        dataset = file.datasets.get(f"/{path}")
        if dataset is None:
            text = texts.hdf5_open(walk.h5py, "object", f"object '{index}' doesn't exist")
            yield walk.at(path).problem("KER132", str(index), "KeyError", repr(text), path=path)
            return
        if variable.shape is None or not fits(variable.shape, dataset.shape):
            yield from _unfit(walk.at(path), place, variable, dataset.shape)
            return
        if None in variable.shape:
            yield walk.at(path).gap(f"the shape of {place.name}/{variable.name} does not follow from the config")


def _unfit(walk: Walk, place: Place, variable: Variable, found: tuple[int, ...]) -> Iterator[Event]:
    if variable.shape is None:
        yield walk.gap(f"the shape of {place.name}/{variable.name} does not follow from the config")
        return
    shape = tuple(-1 if dim is None else dim for dim in variable.shape)
    text = texts.shape_mismatch(walk.release, f"{place.name}/{variable.name}", shape, found)
    yield walk.problem("KER110", place.name, "ValueError", text, expected=str(shape), found=str(found))
