"""Fills in what a config does not say: the model's own file shows which variables a custom layer has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras2.weights import listed
from inspector.loaders.keras_common.variables import Variable
from inspector.loaders.weights import files
from inspector.loaders.weights.places import Layout, layers_with_paths
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.loaders.weights.architecture import Holder, Part
    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import Hdf5File

_LAYOUTS = (Layout(), Layout(files.OLD_FOLDER, counted_twice=True), Layout(files.OLD_FOLDER))


def filled(model: Part, artifact: Artifact) -> Part:
    """The model with the variables of layers that its config leaves open, as its own weights list them."""
    file = files.hdf5_of(artifact)
    # Only what the config leaves open is filled in: where both speak, the config counts, since the runtime that loads
    # makes its variables from it and not from the file.
    if file is None or not _is_open(model):
        return model
    if files.is_classic(file):
        return _by_name(model, files.as_whole_model(file))
    # No attribute of the file says which release wrote it: the layout under which most layers are found is the
    # writer's.
    layout = max(_LAYOUTS, key=lambda layout: _hits(model, layout, file))
    paths = {id(part): path for path, part in layers_with_paths(model, layout)}
    return _by_path(model, file, paths)


def _is_open(part: Part) -> bool:
    """Whether its variables, or the size of any, are not known."""
    made = part.variables()
    return made is None or any(variable.shape is None or None in variable.shape for variable in made)


def _hits(model: Part, layout: Layout, file: Hdf5File) -> int:
    return sum(f"/{path}/vars" in file.groups for path, _ in layers_with_paths(model, layout))


def _by_name(model: Part, file: Hdf5File) -> Part:
    """From a list of layers: in that order they are assigned."""
    parts = []
    for part in model.parts:
        group = f"{files.WHOLE_MODEL}/{part.name}"
        found = [file.datasets.get(f"{group}/{name}") for name in listed(file, group, "weight_names")]
        if not _is_open(part) or part.is_network or group not in file.groups or None in found:
            parts.append(part)
            continue
        made = tuple(Variable(one.path.rpartition("/")[2].partition(":")[0], one.shape) for one in found if one)
        parts.append(replace(part, holders=(_holder(part, "", made),)))
    return replace(model, parts=tuple(parts))


def _by_path(model: Part, file: Hdf5File, paths: Mapping[int, str]) -> Part:
    """From object paths: every object below the layer that holds variables."""
    parts = []
    for part in model.parts:
        if part.is_network:
            parts.append(_by_path(part, file, paths))
            continue
        path = paths.get(id(part), "")
        if not _is_open(part) or f"/{path}/vars" not in file.groups:
            parts.append(part)
            continue
        holders = tuple(_holder(part, attribute, made) for attribute, made in _stored(file, path))
        # The order in which the objects were made is not in the file.
        parts.append(replace(part, holders=holders, is_ordered=len([h for h in holders if h.variables]) < 2))  # noqa: PLR2004
    return replace(model, parts=tuple(parts))


def _stored(file: Hdf5File, path: str) -> list[tuple[str, tuple[Variable, ...]]]:
    """(attribute, variables) of each object at or below a path."""
    found = []
    for group in file.groups:
        if group.endswith("/vars") and f"{group}/".startswith(f"/{path}/"):
            owner = group.removesuffix("/vars")
            names = sorted(files.store(file, owner.strip("/")) or (), key=lambda name: (len(name), name))
            made = tuple(Variable(name, file.datasets[f"{group}/{name}"].shape) for name in names)
            found.append((owner[len(path) + 2 :], made))
    return found


def _holder(part: Part, attribute: str, made: tuple[Variable, ...]) -> Holder:
    first = part.holders[0]
    name = attribute.rpartition("/")[2] or part.name
    return replace(first, attribute=attribute, name=name, variables=made)
