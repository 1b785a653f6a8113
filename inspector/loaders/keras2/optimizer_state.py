"""The optimizer's variables in a `.keras` file of Keras 2.13 to 2.15 and tf_keras: by number, of the model's shapes.

Source: `Optimizer.load_own_variables`; another number of variables is a warning, and none is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.weights import fits, missing_object, model_layers, stored_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.keras import Hdf5File, KerasModel

_VARS = "/optimizer/vars"
_SINCE = (2, 13)
# Optimizers that make both slots of a variable before those of the next one.
_IN_PAIRS = frozenset({"Adam", "AdamW", "Adamax", "Nadam", "Adadelta", "Ftrl"})
Shape = tuple[int | None, ...]


def optimizer_events(walk: Walk, model: KerasModel) -> Iterator[Event]:
    """What reading the state of a compiled model's optimizer raises."""
    file, config = model.hdf5, model.compile_config
    optimizer = config.get("optimizer") if isinstance(config, dict) else None
    if file is None or walk.release < _SINCE or "legacy" in str(optimizer):
        return
    count = sum(1 for one in (*file.datasets, *file.groups) if one.rpartition("/")[0] == _VARS)
    shapes = _trainable(model.config, walk.release)
    # The first variable counts the steps; the slots come after it, as many for each variable of the model.
    if shapes and count > 1 and (count - 1) % len(shapes) == 0:
        yield from _read(walk, file, [(), *_slots(str(_name(optimizer)), shapes, count - 1)])


def _read(walk: Walk, file: Hdf5File, wanted: Sequence[Shape]) -> Iterator[Event]:
    for index, shape in enumerate(wanted):
        path = f"{_VARS}/{index}"
        found = stored_shape(file, path)
        if found is None:
            yield missing_object(walk, path, str(index))
            return
        # Which slot stands where is not known of every optimizer: no variable of the model may have that shape.
        if any(fits(one, found) for one in (wanted[1:] if index else wanted[:1])):
            continue
        expected = tuple(-1 if size is None else size for size in shape)
        text = texts.shape_mismatch(walk.release, f"slot/{index}", expected, found)
        yield walk.at(path.strip("/")).problem(
            "KER110", "optimizer", "ValueError", text, expected=str(expected), found=str(found)
        )
        return


def _slots(name: str, shapes: Sequence[Shape], count: int) -> list[Shape]:
    times = count // len(shapes)
    return [shape for shape in shapes for _ in range(times)] if name in _IN_PAIRS else list(shapes) * times


def _name(optimizer: Any) -> Any:
    return optimizer.get("class_name") if isinstance(optimizer, dict) else optimizer


def _trainable(model: Any, release: tuple[int, int]) -> list[Shape]:
    """The shapes of the model's trainable variables; none where one of them is not known."""
    parts = model_layers(model, release)
    if any(part.made is None for part in parts):
        return []
    found = [v.shape for part in parts if not part.is_frozen for v in part.made or () if v.trainable]
    return [shape for shape in found if shape is not None] if all(shape is not None for shape in found) else []
