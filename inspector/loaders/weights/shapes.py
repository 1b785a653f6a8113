"""Output shapes beyond those that the loaders' models follow: merges, wrappers, and layers that keep their channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.shapes import output_shape
from inspector.loaders.weights.more_variables import reshaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Shape = tuple[int | None, ...] | None
_MERGES = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
# Their output has the channels of the input; the sides are not followed.
_KEEP_CHANNELS = frozenset(
    {f"{kind}{rank}D" for kind in ("ZeroPadding", "Cropping", "UpSampling") for rank in (1, 2, 3)}
    | {"RandomCrop", "RandomHeight", "RandomWidth", "Resizing", "CenterCrop"}
)
_SAME = _MERGES | {
    "MultiHeadAttention", "Attention", "AdditiveAttention", "Masking", "Normalization", "InputLayer", "RandomFlip",
    "RandomRotation", "RandomZoom", "RandomContrast", "RandomBrightness", "RandomTranslation",
}  # fmt: skip


def layer_output(class_name: str, config: dict[str, Any], given: Sequence[Shape]) -> Shape:
    """The shape of a layer's output, batch first, for the shapes of its inputs; None where it is not followed."""
    first = given[0]
    if class_name == "Concatenate":
        return _concatenated(config, given)
    if first is None or class_name in _SAME:
        return first
    if class_name in _KEEP_CHANNELS:
        return _channels_kept(config, first, first[-1])
    special = _SPECIAL.get(class_name)
    return special(config, first) if special is not None else _convolved(class_name, config, first)


def _einsum(config: dict[str, Any], given: tuple[int | None, ...]) -> Shape:
    shape = config.get("output_shape")
    sizes = [shape] if isinstance(shape, int) else list(shape or ())
    return (given[0], *sizes) if None not in sizes else None


def _convolved(class_name: str, config: dict[str, Any], given: tuple[int | None, ...]) -> Shape:
    """Convolutions of other kinds slide their window as `Conv` does."""
    rank = class_name[-2:]
    if class_name.startswith("ConvLSTM"):
        # The step axis is no side for the window: it is taken out, and comes back where sequences are returned.
        shape = output_shape(f"Conv{rank}", config, (given[0], *given[2:]))
        return (shape[0], given[1], *shape[1:]) if shape and config.get("return_sequences") else shape
    if class_name.startswith("SeparableConv"):
        return output_shape(f"Conv{rank}", config, given)
    if class_name.startswith("DepthwiseConv"):
        channels, factor = given[-1], config.get("depth_multiplier", 1)
        filters = channels * factor if channels and isinstance(factor, int) else None
        return output_shape(f"Conv{rank}", {**config, "filters": filters}, given)
    if class_name.endswith("Transpose"):
        return _channels_kept(config, given, config.get("filters"))
    return output_shape(class_name, config, given)


def _channels_kept(config: dict[str, Any], given: tuple[int | None, ...], channels: int | None) -> Shape:
    if config.get("data_format") == "channels_first":
        return None
    return (given[0], *(None for _ in given[1:-1]), channels)


def _concatenated(config: dict[str, Any], given: Sequence[Shape]) -> Shape:
    # One input of unknown shape leaves the joined axis unknown, and with it the kernel of whatever follows.
    axis = config.get("axis", -1)
    shapes = [shape for shape in given if shape is not None]
    if len(shapes) != len(given) or not isinstance(axis, int) or not -len(shapes[0]) <= axis < len(shapes[0]):
        return None
    sizes = [shape[axis] for shape in shapes if len(shape) == len(shapes[0])]
    joined = list(shapes[0])
    joined[axis] = sum(size or 0 for size in sizes) if None not in sizes else None
    return tuple(joined)


def _of_network(given: tuple[int | None, ...], config: dict[str, Any]) -> Shape:
    """A model for each step: the shapes of a Sequential follow one after the other."""
    shape: Shape = (given[0], *given[2:])
    for layer in config.get("layers") or ():
        inner = layer.get("config") if isinstance(layer, dict) else None
        if not isinstance(inner, dict) or layer.get("inbound_nodes"):
            return None
        if layer.get("class_name") != "InputLayer":
            shape = layer_output(str(layer.get("class_name")), inner, [shape])
    return None if shape is None else (shape[0], given[1], *shape[1:])


def inner_shape(wrapper: str, given: Shape) -> Shape:
    """The shape that the layer inside a wrapper is called with."""
    if wrapper == "TimeDistributed" and given is not None:
        return (given[0], *given[2:])
    return given


def _wrapped(class_name: str, config: dict[str, Any], given: Shape) -> Shape:
    inner = config.get("layer")
    if given is None or not isinstance(inner, dict) or not isinstance(inner.get("config"), dict):
        return None
    name = str(inner.get("class_name"))
    if name in {"Sequential", "Functional", "Model"}:
        return _of_network(given, inner["config"])
    shape = layer_output(name, inner["config"], [inner_shape(class_name, given)])
    if shape is None:
        return None
    if class_name == "TimeDistributed":
        return (shape[0], given[1], *shape[1:])
    last = shape[-1]
    # Both halves put out the same shape; every other `merge_mode` adds, multiplies or averages them
    # (keras/src/layers/rnn/bidirectional.py).
    return (*shape[:-1], last * 2 if last else None) if config.get("merge_mode") == "concat" else shape


def _time_distributed(config: dict[str, Any], given: tuple[int | None, ...]) -> Shape:
    return _wrapped("TimeDistributed", config, given)


def _bidirectional(config: dict[str, Any], given: tuple[int | None, ...]) -> Shape:
    return _wrapped("Bidirectional", config, given)


_SPECIAL: dict[str, Callable[[dict[str, Any], tuple[int | None, ...]], Shape]] = {
    "Reshape": reshaped,
    "EinsumDense": _einsum,
    "TimeDistributed": _time_distributed,
    "Bidirectional": _bidirectional,
}
