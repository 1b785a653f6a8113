"""The shape of what built-in layers put out, as far as it follows from their config (None: not followed)."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.loaders.keras_common.things import Shape

Config = dict[str, Any]
_UNCHANGED = frozenset(
    {
        "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Dropout", "SpatialDropout1D",
        "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Masking",
        "Rescaling", "ActivityRegularization", "Identity", "BatchNormalization", "LayerNormalization",
        "GroupNormalization", "UnitNormalization", "Normalization",
    }
)  # fmt: skip


def output_shape(class_name: str, config: Config, given: Shape | None) -> Shape | None:
    """The output's shape, batch first, of a layer with one input of that shape."""
    if class_name == "InputLayer":
        # `batch_shape` in files of Keras 3, `batch_input_shape` in those of Keras 2, which Keras 3 takes as well
        # (keras/src/layers/core/input_layer.py).
        declared = config["batch_shape"] if "batch_shape" in config else config.get("batch_input_shape")
        # An empty dict has no sizes either.
        return tuple(declared) if isinstance(declared, list | tuple | dict) else None
    if given is None:
        return None
    if class_name in _UNCHANGED:
        return given
    followed = _FOLLOWED.get(class_name)
    return followed(config, given) if followed is not None else None


def _dense(config: Config, given: Shape) -> Shape:
    return (*given[:-1], config.get("units"))


def _embedding(config: Config, given: Shape) -> Shape:
    return (*given, config.get("output_dim"))


def _flatten(_config: Config, given: Shape) -> Shape:
    # An unknown side makes the whole product unknown, not one that is smaller.
    sizes = [size for size in given[1:] if size is not None]
    return (given[0], prod(sizes) if len(sizes) == len(given) - 1 else None)


def _reshape(config: Config, given: Shape) -> Shape | None:
    target = config.get("target_shape")
    if not isinstance(target, list | tuple):
        return None
    return (given[0], *(size if size != -1 else None for size in target))


def _repeat(config: Config, given: Shape) -> Shape:
    return (given[0], config.get("n"), *given[1:])


def _recurrent(config: Config, given: Shape) -> Shape | None:
    if config.get("return_state"):
        return None
    units = config.get("units")
    return (given[0], given[1], units) if config.get("return_sequences") else (given[0], units)


def _global_pool(config: Config, given: Shape) -> Shape | None:
    if config.get("keepdims") or config.get("data_format") == "channels_first":
        return None
    return (given[0], given[-1])


def _window_conv(config: Config, given: Shape) -> Shape | None:
    return _windowed(config, given, config.get("kernel_size"), config.get("strides"), config.get("filters"))


def _window_pool(config: Config, given: Shape) -> Shape | None:
    return _windowed(config, given, config.get("pool_size"), config.get("strides"), given[-1])


def _windowed(config: Config, given: Shape, size: Any, strides: Any, channels: Any) -> Shape | None:
    """The output of a sliding window over the inner axes, channels last."""
    rank = len(given) - 2
    dilation = config.get("dilation_rate", 1)
    if config.get("data_format") == "channels_first" or config.get("padding") not in {"same", "valid"}:
        return None
    sides: list[int | None] = []
    for i in range(rank):
        width, step, spread = _at(size, i), _at(strides or size, i), _at(dilation, i)
        length = given[1 + i]
        if length is None or not isinstance(width, int) or not isinstance(step, int) or step < 1:
            sides.append(None)
        # Rounded up; with `valid` only windows that lie wholly inside count (keras/src/ops/operation_utils.py
        # `compute_conv_output_shape`).
        elif config["padding"] == "same":
            sides.append(-(-length // step))
        else:
            sides.append((length - (width - 1) * (spread or 1) - 1) // step + 1)
    return (given[0], *sides, channels)


def _at(value: Any, index: int) -> Any:
    if isinstance(value, list | tuple):
        return value[index] if index < len(value) else None
    return value


_FOLLOWED: dict[str, Callable[[Config, Shape], Shape | None]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "RepeatVector": _repeat,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "SimpleRNN": _recurrent,
    **{f"Global{kind}Pooling{rank}D": _global_pool for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": _window_pool for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Conv{rank}D": _window_conv for rank in (1, 2, 3)},
}
