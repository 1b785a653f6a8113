"""Holds a weights file against a model with no runtime in sight: what is missing, extra, of another shape or order."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

from inspector.loaders.keras2.weights import listed
from inspector.loaders.weights import files
from inspector.loaders.weights.architecture import architecture
from inspector.loaders.weights.places import Layout, Place, layout_of, places
from inspector.loaders.weights.restore import bundle_of, root_of, slots, tensors
from inspector.terms.fit import Fit, FitRow, Standing
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.loaders.weights.architecture import Part
    from inspector.terms.artifact import Artifact
    from inspector.terms.fit import Shape
    from inspector.terms.graph import TensorBundle
    from inspector.terms.keras import Hdf5File

_LAYOUTS = (Layout(), Layout(files.OLD_FOLDER, counted_twice=True), Layout(files.OLD_FOLDER))


@record
class _Listed:
    """A layer with weights, in the model or in the file: its variables' names and shapes (None: not known)."""

    name: str
    variables: tuple[tuple[str, Shape], ...] | None

    @property
    def signature(self) -> tuple[Shape, ...]:
        """What makes two layers look alike."""
        return tuple(shape for _, shape in self.variables or ())


def compare(weights: Artifact, model: Artifact, release: tuple[int, ...] | None = None) -> Fit | None:
    """How they stand to each other; None where either cannot be read that far.

    `release` is that of the Keras that will match them; without one they are matched as the file itself does.
    """
    parts = architecture(model)
    bundle, file = bundle_of(weights), files.hdf5_of(weights)
    if parts is None or (bundle is None and file is None):
        return None
    # The way in which values find their variables is that of the file: by object path in a checkpoint, by order in a
    # list of layers, by the path of attributes else. What is "missing" or "extra" means another thing in each.
    if bundle is not None:
        return Fit(model.path, "object path in the checkpoint", tuple(_by_key(parts, bundle, release)))
    if file is None:
        return None
    if files.is_classic(file):
        return Fit(model.path, "order of the layers", tuple(_by_order(parts, files.as_whole_model(file))))
    return Fit(model.path, "object path", tuple(_by_path(parts, file, release)))


def _row(model: tuple[str, Shape] | None, stored: tuple[str, Shape] | None) -> FitRow:
    """A variable against a stored value; either may be absent."""
    name, wanted = model or ("", None)
    at, found = stored or ("", None)
    if stored is None:
        return FitRow(Standing.MISSING, name, wanted, "", None)
    if model is None:
        return FitRow(Standing.EXTRA, "", None, at, found)
    return FitRow(_standing(wanted, found), name, wanted, at, found)


def _standing(wanted: Shape, found: Shape) -> Standing:
    if wanted is None or found is None:
        return Standing.UNKNOWN
    pairs = zip(wanted, found, strict=False)
    if len(wanted) != len(found) or any(a is not None and a != b for a, b in pairs):
        return Standing.SHAPE
    return Standing.UNKNOWN if None in wanted else Standing.SAME


def _by_key(model: Part, bundle: TensorBundle, release: tuple[int, ...] | None) -> Iterator[FitRow]:
    stored = tensors(bundle, root_of(bundle))
    found = set[str]()
    keras3 = any("_layers/" in key for key in stored) if release is None else release >= (3,)
    wanted = list(slots(model, keras3=keras3))
    for slot in wanted:
        if slot.variable is None:
            inside = [key for key in stored if key.startswith(f"{slot.key}/")]
            found.update(inside)
            yield FitRow(Standing.UNKNOWN, slot.owner, None, ", ".join(inside), None)
            continue
        entry = stored.get(slot.key)
        found.add(slot.key)
        yield _row(
            (f"{slot.owner}/{slot.variable.name}", slot.variable.shape),
            None if entry is None else (slot.key, entry.shape),
        )
    for key, entry in stored.items():
        # Optimizers, metrics and the save counter lie beside the layers in every checkpoint: to call them extra would
        # drown what matters.
        if key not in found and "layer" in key.split("/")[0]:
            yield _row(None, (key, entry.shape))


def _by_path(model: Part, file: Hdf5File, release: tuple[int, ...] | None) -> Iterator[FitRow]:
    # Keras 3 looks for the folder of older releases too.
    layouts = _LAYOUTS if release is None or release >= (3,) else (layout_of(release),)
    wanted = max((list(places(model, layout)) for layout in layouts), key=lambda found: _hits(found, file))
    taken = set[str]()
    for place in wanted:
        yield from _at_place(place, file, taken)
    for path, dataset in file.datasets.items():
        # The same of `/optimizer/vars` and `/metrics`, which no layer of the model waits for.
        if path not in taken and path.split("/")[1] in files.FOLDERS:
            yield _row(None, (path, dataset.shape))


def _hits(found: list[Place], file: Hdf5File) -> int:
    return sum(f"/{place.path}/vars" in file.groups for place in found)


def _at_place(place: Place, file: Hdf5File, taken: set[str]) -> Iterator[FitRow]:
    path = files.place_in(file, place.path)
    inside = {f"/{path}/vars/{name}" for name in files.store(file, path) or ()}
    taken.update(inside)
    if place.variables is None:
        yield FitRow(Standing.UNKNOWN, place.name, None, f"/{path}", None)
        return
    for index, variable in enumerate(place.variables):
        at = f"/{path}/vars/{index}"
        dataset = file.datasets.get(at)
        yield _row((f"{place.name}/{variable.name}", variable.shape), None if dataset is None else (at, dataset.shape))
        inside.discard(at)
    for at in sorted(inside):
        yield _row(None, (at, file.datasets[at].shape))


def _by_order(model: Part, file: Hdf5File) -> Iterator[FitRow]:
    wanted = [_wanted(part) for part in model.parts if part.variables() != ()]
    known = (_stored(file, name) for name in listed(file, files.WHOLE_MODEL, "layer_names"))
    stored = [layer for layer in known if layer.variables]
    # The same names in another order load without a word where shapes agree, into the wrong layers: that is worth
    # saying by itself, above any difference of shapes.
    if _reordered(wanted, stored):
        yield from _order_rows(wanted, stored)
        return
    for mine, theirs in _aligned(wanted, stored):
        yield from _layer_rows(mine, theirs)


def _wanted(part: Part) -> _Listed:
    made = part.variables()
    return _Listed(part.name, None if made is None else tuple((v.name, v.shape) for v in made))


def _stored(file: Hdf5File, name: str) -> _Listed:
    group = f"{files.WHOLE_MODEL}/{name}"
    weights = listed(file, group, "weight_names")
    known = [(weight, file.datasets.get(f"{group}/{weight}")) for weight in weights]
    return _Listed(name, tuple((weight, None if found is None else found.shape) for weight, found in known))


def _reordered(wanted: Sequence[_Listed], stored: Sequence[_Listed]) -> bool:
    """Whether both have the same layers by name, in another order."""
    mine, theirs = [layer.name for layer in wanted], [layer.name for layer in stored]
    return mine != theirs and sorted(mine) == sorted(theirs)


def _order_rows(wanted: Sequence[_Listed], stored: Sequence[_Listed]) -> Iterator[FitRow]:
    places_of = {layer.name: index for index, layer in enumerate(stored)}
    for index, layer in enumerate(wanted):
        other = places_of[layer.name]
        theirs = stored[other]
        if index == other:
            yield from _layer_rows(layer, theirs)
        else:
            yield FitRow(Standing.ORDER, f"#{index} {layer.name}", None, f"#{other} {theirs.name}", None)


def _aligned(wanted: Sequence[_Listed], stored: Sequence[_Listed]) -> Iterator[tuple[_Listed | None, _Listed | None]]:
    """Layers that belong together: by place where there are as many, else by the shapes that they share."""
    if len(wanted) == len(stored):
        yield from zip(wanted, stored, strict=True)
        return
    # By shapes, because names tell nothing here: Keras numbers layers anew in each process (`dense_1`, `dense_2`).
    matcher = SequenceMatcher(
        None, [one.signature for one in wanted], [one.signature for one in stored], autojunk=False
    )
    for _, a, b, c, d in matcher.get_opcodes():
        yield from zip_longest(wanted[a:b], stored[c:d])


def _layer_rows(mine: _Listed | None, theirs: _Listed | None) -> Iterator[FitRow]:
    if mine is not None and mine.variables is None:
        yield FitRow(Standing.UNKNOWN, mine.name, None, theirs.name if theirs else "", None)
        return
    left = [(f"{mine.name}/{name}", shape) for name, shape in mine.variables or ()] if mine else []
    right = [(f"{theirs.name}/{name}", shape) for name, shape in theirs.variables or ()] if theirs else []
    for one, other in zip_longest(left, right):
        yield _row(one, other)
