"""The path at which each object of a model is looked for in files of object paths, in the order of the walk.

Source: `saving_lib._load_state` of each release.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from inspector.loaders.keras_common.names import snake_case
from inspector.loaders.weights.files import OLD_FOLDER
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.variables import Variable
    from inspector.loaders.weights.architecture import Holder, Part


@record
class Place:
    """An object with variables: its path in the file, and what it is. `variables` is None where not known."""

    path: str
    name: str
    class_name: str
    variables: tuple[Variable, ...] | None
    built: bool = True


@record
class Layout:
    """How a release names and walks: the folder of layers, whether one with weights counts twice, the order."""

    folder: str = "layers"
    counted_twice: bool = False
    backwards: bool = False


def layout_of(release: tuple[int, ...]) -> Layout:
    """The layout of a release. Keras 2.15 walks attributes backwards (`sorted(..., reverse=True)`)."""
    if release >= (3,):
        return Layout()
    if release >= (2, 15):
        return Layout(backwards=True)
    # Up to 2.13 a layer with weights stands in the walked dict a second time, as `layer_with_weights-N`.
    return Layout(OLD_FOLDER, counted_twice=release < (2, 14))


def places(model: Part, layout: Layout, prefix: str = "", *, built: bool = True) -> Iterator[Place]:
    """Every object below a model that holds variables, or might."""
    built = built and model.built
    for name, part in named(model.parts, layout):
        path = f"{prefix}{layout.folder}/{name}"
        if part.is_network:
            yield from places(part, layout, f"{path}/", built=built)
            continue
        holders = sorted(part.holders, key=lambda holder: holder.attribute, reverse=layout.backwards)
        # A layer whose parts hold all variables is still asked for its own (`load_own_variables` of none), and fails
        # where the file has any under its name.
        if all(holder.attribute for holder in holders):
            yield Place(path, part.name, part.class_name, (), built and part.built)
        for holder in holders:
            at = f"{path}/{holder.attribute}".rstrip("/")
            yield Place(at, holder.name, holder.class_name, _made(holder, built=built), built and part.built)


def layers_with_paths(model: Part, layout: Layout, prefix: str = "") -> Iterator[tuple[str, Part]]:
    """Every layer below a model with its path."""
    for name, part in named(model.parts, layout):
        path = f"{prefix}{layout.folder}/{name}"
        yield path, part
        yield from layers_with_paths(part, layout, f"{path}/")


def _made(holder: Holder, *, built: bool) -> tuple[Variable, ...] | None:
    return holder.variables if built else ()


def named(parts: tuple[Part, ...], layout: Layout) -> Iterator[tuple[str, Part]]:
    """The layers with their names in the file: class in snake case, numbered from the second on."""
    used: Counter[str] = Counter()
    for part in parts:
        stem = snake_case(part.class_name)
        # By the class's name in snake case (`naming.to_snake_case`), never by the layer's own: renamed layers load, and
        # a class that was renamed does not.
        number = used[stem]
        yield (f"{stem}_{number}" if number else stem), part
        used[stem] += 2 if layout.counted_twice and part.variables() != () else 1
