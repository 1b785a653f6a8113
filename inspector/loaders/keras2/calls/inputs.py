"""The tensors that a model begins with, and what making them raises. Source: InputLayer.__init__."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls import names
from inspector.loaders.keras2.calls.tensors import KERAS_TENSORS_SINCE, UNKNOWN, Tensor
from inspector.loaders.keras_common.failure import LoadFailure

if TYPE_CHECKING:
    from inspector.loaders.keras2.walk import Walk

_REWORDED_SINCE = (2, 12)
# Other keys that an input's shape may come from.
_SHAPES = frozenset({"batch_shape", "input_shape", "shape", "batch_size", "type_spec", "input_tensor"})


def made(walk: Walk, config: dict[str, Any], pointer: str) -> Tensor:
    """The input's tensor; one without a shape has no rank."""
    refused = names.input_refused(walk, str(config.get("name") or ""), pointer)
    if refused is not None:
        raise refused
    shape = config.get("batch_input_shape")
    given = "batch_input_shape" in config or not _SHAPES & config.keys()
    if not shape and given and not isinstance(shape, str):
        return Tensor(rankless=True) if walk.release >= KERAS_TENSORS_SINCE else UNKNOWN
    if not isinstance(shape, list):
        return UNKNOWN
    wrong = next((size for size in shape if not _is_size(size)), None)
    if wrong is not None:
        raise _refused(walk, config, wrong, pointer)
    return UNKNOWN if config.get("sparse") or config.get("ragged") else Tensor(tuple(shape))


def _is_size(value: object) -> bool:
    return value is None or (isinstance(value, int) and value >= 0)


def _refused(walk: Walk, config: dict[str, Any], size: object, pointer: str) -> LoadFailure:
    """A size that is none. Source: tf.compat.v1.Dimension."""
    kind, text = "ValueError", f"Dimension {size} must be >= 0"
    if not isinstance(size, int):
        kind = "TypeError"
        got = f"got value {str(size)!r} with type {str(type(size))!r}"
        text = f"Dimension value must be integer or None or have an __index__ method, {got}"
    if walk.release < KERAS_TENSORS_SINCE and walk.release >= (2, 3):
        text = f"Error converting shape to a TensorShape: {text}."
    if walk.release >= _REWORDED_SINCE and "units" not in config:
        kind, text = "TypeError", texts.deserializing("InputLayer", config, text)
    details = {"class": "InputLayer", "key": "batch_input_shape", "value": repr(size)}
    name = str(config.get("name"))
    return LoadFailure(kind, text, "KER103", name, f"{pointer}/batch_input_shape", details)
