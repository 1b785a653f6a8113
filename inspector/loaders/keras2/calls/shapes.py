"""The outputs of built-in layers, exactly as Keras infers them: a size of None is one that Keras leaves open."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.calls.specs import CONVOLUTIONS, RECURRENT
from inspector.loaders.keras2.calls.tensors import UNKNOWN, Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.loaders.keras2.calls.tensors import Call, Shape

_UNCHANGED = frozenset(
    {
        "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "ThresholdedReLU", "Dropout",
        "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout",
        "AlphaDropout", "Masking", "Rescaling", "ActivityRegularization", "BatchNormalization",
        "BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization", "LayerNormalization",
        "GroupNormalization", "UnitNormalization", "Normalization", "RandomFlip", "RandomRotation", "RandomZoom",
        "RandomContrast", "RandomTranslation", "RandomBrightness",
    }
)  # fmt: skip
_MERGES = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})


def outputs(call: Call) -> list[Tensor]:
    """The tensors that the call puts out; one of unknown shape where they are not followed."""
    return [one if one.shape is None or _is_shape(one.shape) else UNKNOWN for one in _outputs(call)]


def _is_shape(shape: Shape) -> bool:
    """Configs may hold anything where a size should stand: what they are refused for is told elsewhere."""
    return all(size is None or isinstance(size, int) for size in shape)


def _outputs(call: Call) -> list[Tensor]:
    name = call.layer.class_name
    if name in _MERGES or name == "Concatenate":
        return [_merged(call) if name in _MERGES else _concatenated(call)]
    if not call.inputs or call.inputs[0].shape is None:
        return [UNKNOWN]
    if name in RECURRENT or name == "Bidirectional":
        return _recurrent(call) if name in RECURRENT else _bidirectional(call)
    return _of_one(call, name)


def _of_one(call: Call, name: str) -> list[Tensor]:
    """The output of a layer with one input and one output."""
    if name in _UNCHANGED:
        return call.inputs[:1] if len(call.inputs) == 1 else [UNKNOWN]
    if name in CONVOLUTIONS:
        return [Tensor(_convolved(call))]
    # What these say of their output depends on the release: a Reshape of open sizes up to 2.2, a volume without one.
    if (name == "Reshape" and call.release < (2, 3)) or (name == "UpSampling3D" and len(call.shape) != 5):  # noqa: PLR2004
        return [UNKNOWN]
    followed = _FOLLOWED.get(name.rstrip("123D") if name[-1:] == "D" else name)
    return [Tensor(followed(call.config, call.shape)) if followed is not None else UNKNOWN]


def _merged(call: Call) -> Tensor:
    """Inputs of one rank broadcast; those of another are first turned about, which is not followed."""
    shapes = [one.shape for one in call.inputs]
    known = [shape for shape in shapes if shape is not None]
    if not known or len(known) != len(shapes) or len({len(shape) for shape in known}) != 1:
        return UNKNOWN
    return Tensor(tuple(_broadcast(sizes) for sizes in zip(*known, strict=True)))


def _broadcast(sizes: tuple[int | None, ...]) -> int | None:
    """TensorFlow takes an open size for the other one, which must then be it, unless the other is 1."""
    wide = [size for size in sizes if size is not None and size != 1]
    if wide:
        return wide[0]
    return None if None in sizes else 1


def _concatenated(call: Call) -> Tensor:
    axis = call.config.get("axis", -1)
    shapes = [one.shape for one in call.inputs if one.shape is not None]
    if len(shapes) != len(call.inputs) or not shapes or len({len(shape) for shape in shapes}) != 1:
        return UNKNOWN
    if not isinstance(axis, int) or not -len(shapes[0]) <= axis < len(shapes[0]):
        return UNKNOWN
    sizes = [shape[axis] for shape in shapes]
    joined = [next((size for size in column if size is not None), None) for column in zip(*shapes, strict=True)]
    joined[axis] = None if None in sizes else sum(size for size in sizes if size is not None)
    return Tensor(tuple(joined))


def _recurrent(call: Call) -> list[Tensor]:
    config, shape = call.config, call.shape
    units = config.get("units")
    if not isinstance(units, int) or len(shape) != 3 or config.get("time_major"):  # noqa: PLR2004 - batch, time, size
        return [UNKNOWN]
    out = Tensor((shape[0], shape[1], units) if config.get("return_sequences") else (shape[0], units))
    if not config.get("return_state"):
        return [out]
    return [out, *[Tensor((shape[0], units))] * (2 if call.layer.class_name == "LSTM" else 1)]


def _bidirectional(call: Call) -> list[Tensor]:
    inner = call.config.get("layer")
    config = inner.get("config") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(config, dict) or str(inner.get("class_name")) not in RECURRENT:
        return [UNKNOWN]
    mode = call.config.get("merge_mode", "concat")
    units = config.get("units")
    if not isinstance(units, int) or config.get("return_state") or mode is None or config.get("time_major"):
        return [UNKNOWN]
    width = 2 * units if mode == "concat" else units
    return [Tensor((*call.shape[: 2 if config.get("return_sequences") else 1], width))]


def _convolved(call: Call) -> Shape | None:
    """A window slides over the inner axes; axes before them, which only plain convolutions take, stay."""
    name, config, shape = call.layer.class_name, call.config, call.shape
    rank = CONVOLUTIONS[name]
    if name.endswith("Transpose") or len(shape) < rank:
        return _transposed(config, shape) if len(shape) == rank else None
    channels = config.get("filters")
    first = config.get("data_format") == "channels_first"
    if name.startswith("Depthwise"):
        into, factor = shape[1 - rank if first else -1], config.get("depth_multiplier", 1)
        channels = into * factor if isinstance(into, int) and isinstance(factor, int) else None
    sides = windows(config, shape[len(shape) - rank + 2 :] if first else shape[len(shape) - rank + 1 : -1])
    lead = shape[: len(shape) - rank + 1]
    return None if sides is None else (*lead, channels, *sides) if first else (*lead, *sides, channels)


def _transposed(config: dict[str, Any], shape: Shape) -> Shape | None:
    """Each side grows by what the window needs. Source: conv_utils.deconv_output_length."""
    first = config.get("data_format") == "channels_first"
    sides: list[int | None] = []
    for at, length in enumerate(shape[2:] if first else shape[1:-1]):
        width, step, spread = (at_side(config.get(key, 1), at) for key in ("kernel_size", "strides", "dilation_rate"))
        numbers = (width, step, spread)
        if not all(isinstance(number, int) for number in numbers):
            return None
        if config.get("output_padding") is not None or config.get("padding") not in ("valid", "same", None):
            return None
        wide = (width - 1) * spread + 1
        grown = 0 if config.get("padding") == "same" else max(wide - step, 0)
        sides.append(None if length is None else length * step + grown)
    channels = config.get("filters")
    return (shape[0], channels, *sides) if first else (shape[0], *sides, channels)


def at_side(value: Any, side: int) -> Any:
    """A size that is given for all sides, or for each."""
    if isinstance(value, list | tuple):
        return value[side] if side < len(value) else None
    return value


def windows(config: dict[str, Any], sides: Shape, size_key: str = "kernel_size") -> Shape | None:
    """How many windows fit on each side; None where that is not followed."""
    found: list[int | None] = []
    default = 1 if size_key == "kernel_size" else 2
    for at, length in enumerate(sides):
        width, spread = at_side(config.get(size_key, default), at), at_side(config.get("dilation_rate", 1), at)
        step = at_side(config.get("strides") or (1 if size_key == "kernel_size" else config.get(size_key, 2)), at)
        if not all(isinstance(one, int) and one > 0 for one in (width, spread, step)):
            return None
        wide = (width - 1) * spread + 1 if size_key == "kernel_size" else width
        if length is None:
            found.append(None)
        elif config.get("padding", "valid") == "valid":
            found.append((length - wide) // step + 1)
        elif config.get("padding") in ("same", "causal"):
            found.append(-(-length // step))
        else:
            return None
    return tuple(found)


def _dense(config: dict[str, Any], shape: Shape) -> Shape | None:
    units = config.get("units")
    return (*shape[:-1], int(units)) if isinstance(units, int | float) else None


def _embedding(config: dict[str, Any], shape: Shape) -> Shape | None:
    size = config.get("output_dim")
    return (*shape, size) if isinstance(size, int) else None


def _flatten(_config: dict[str, Any], shape: Shape) -> Shape:
    sizes = [size for size in shape[1:] if size is not None]
    return (shape[0] if shape else None, prod(sizes) if len(sizes) == len(shape) - 1 else None)


def _reshape(config: dict[str, Any], shape: Shape) -> Shape | None:
    target = config.get("target_shape")
    if not isinstance(target, list) or not all(isinstance(size, int) for size in target):
        return None
    sizes = [size for size in shape[1:] if size is not None]
    if -1 not in target:
        return (shape[0], *target)
    known = prod(size for size in target if size != -1)
    rest = prod(sizes) // known if known and len(sizes) == len(shape) - 1 else None
    return (shape[0], *(rest if size == -1 else size for size in target))


def _permute(config: dict[str, Any], shape: Shape) -> Shape | None:
    dims = config.get("dims")
    if not isinstance(dims, list) or sorted(map(str, dims)) != [str(at + 1) for at in range(len(shape) - 1)]:
        return None
    return (shape[0], *(shape[at] for at in dims))


def _repeat(config: dict[str, Any], shape: Shape) -> Shape | None:
    times = config.get("n")
    return (shape[0], times, *shape[1:]) if isinstance(times, int) and len(shape) == 2 else None  # noqa: PLR2004


def _global(config: dict[str, Any], shape: Shape) -> Shape:
    first = config.get("data_format") == "channels_first"
    if not config.get("keepdims"):
        return (shape[0], shape[1] if first else shape[-1])
    ones = (1,) * (len(shape) - 2)
    return (shape[0], shape[1], *ones) if first else (shape[0], *ones, shape[-1])


def _pooled(config: dict[str, Any], shape: Shape) -> Shape | None:
    first = config.get("data_format") == "channels_first"
    sides = windows(config, shape[2:] if first else shape[1:-1], "pool_size")
    if sides is None:
        return None
    return (*shape[:2], *sides) if first else (shape[0], *sides, shape[-1])


def _sided(change: Callable[[dict[str, Any], int], int | None]) -> Callable[[dict[str, Any], Shape], Shape | None]:
    """A layer that changes the length of each side by itself."""

    def followed(config: dict[str, Any], shape: Shape) -> Shape | None:
        first = config.get("data_format") == "channels_first"
        sides = shape[2:] if first else shape[1:-1]
        found: list[int | None] = []
        for at, length in enumerate(sides):
            changed = change({**config, "length": length or 0, "sides": len(sides)}, at)
            if changed is None:
                return None
            found.append(None if length is None else changed)
        return (*shape[:2], *found) if first else (shape[0], *found, shape[-1])

    return followed


def _pair(value: Any, config: dict[str, Any], side: int) -> tuple[int, int] | None:
    """What is put before and behind a side."""
    if isinstance(value, list) and not (config["sides"] == 1 and len(value) == 2):  # noqa: PLR2004 - before and behind
        value = value[side] if side < len(value) else None
    pair = [value, value] if isinstance(value, int) else value
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, int) for one in pair):  # noqa: PLR2004
        return None
    return pair[0], pair[1]


def _padded(config: dict[str, Any], side: int) -> int | None:
    pair = _pair(config.get("padding"), config, side)
    return None if pair is None else int(config["length"]) + sum(pair)


def _cropped(config: dict[str, Any], side: int) -> int | None:
    pair = _pair(config.get("cropping"), config, side)
    return None if pair is None else max(int(config["length"]) - sum(pair), 0)


def _enlarged(config: dict[str, Any], side: int) -> int | None:
    factor = at_side(config.get("size", 2), side)
    return int(config["length"]) * factor if isinstance(factor, int) else None


def _attention(_config: dict[str, Any], _shape: Shape) -> Shape | None:
    return None


_FOLLOWED: dict[str, Callable[[dict[str, Any], Shape], Shape | None]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat,
    **dict.fromkeys(("GlobalMaxPooling", "GlobalAveragePooling"), _global),
    **dict.fromkeys(("MaxPooling", "AveragePooling"), _pooled),
    "ZeroPadding": _sided(_padded),
    "Cropping": _sided(_cropped),
    "UpSampling": _sided(_enlarged),
}
