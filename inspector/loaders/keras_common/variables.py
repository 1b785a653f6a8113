"""The variables that built-in layers of Keras 3 make for their config and input shape.

A class that is not here has unknown variables: its weights are then taken as they lie in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.loaders.keras_common.things import Shape

Config = dict[str, Any]


@record
class Variable:
    """A variable: its name, its shape (None for a dimension, or for all of it, where that does not follow)."""

    name: str
    shape: tuple[int | None, ...] | None
    trainable: bool = True


def own_variables(class_name: str, config: Mapping[str, Any], given: Shape | None) -> list[Variable] | None:
    """The variables that a layer itself holds, in the order of its `vars`; None where the class is not known here."""
    if class_name in WEIGHTLESS:
        return []
    made = _MADE.get(class_name)
    # `enable_lora` puts two factors beside the kernel (keras/src/layers/core/dense.py): what is stored then is not
    # followed.
    if made is None or config.get("lora_rank"):
        return None
    return made(dict(config), given)


# Built-in layers without variables of their own (random layers keep the state of their generator elsewhere).
WEIGHTLESS = frozenset(
    {
        "InputLayer", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Dropout", "SpatialDropout1D",
        "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Masking",
        "Rescaling", "ActivityRegularization", "Identity", "Flatten", "Reshape", "Permute", "RepeatVector",
        "Lambda", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot",
        "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
        "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalAveragePooling1D",
        "GlobalAveragePooling2D", "GlobalAveragePooling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
        "Cropping1D", "Cropping2D", "Cropping3D", "UpSampling1D", "UpSampling2D", "UpSampling3D",
        "UnitNormalization", "TimeDistributed", "Bidirectional", "LSTM", "GRU", "SimpleRNN", "RNN",
        "StackedRNNCells",
    }
)  # fmt: skip


def _last(given: Shape | None) -> int | None:
    return given[-1] if given else None


def _bias(config: Config, size: Any) -> list[Variable]:
    return [Variable("bias", (size,))] if config.get("use_bias", True) else []


def _dense(config: Config, given: Shape | None) -> list[Variable]:
    units = config.get("units")
    return [Variable("kernel", (_last(given), units)), *_bias(config, units)]


def _embedding(config: Config, _given: Shape | None) -> list[Variable]:
    return [Variable("embeddings", (config.get("input_dim"), config.get("output_dim")))]


def _channels(config: Config, given: Shape | None) -> int | None:
    """The size of the channel axis; None where the place of that axis, or its size, is not known."""
    # Without a format it is that of the user's keras.json, channels last in every one that was not changed.
    order = config.get("data_format") or "channels_last"
    if not given or order not in {"channels_last", "channels_first"}:
        return None
    return given[-1] if order == "channels_last" else given[1]


def _window(config: Config, rank: int) -> tuple[int | None, ...]:
    size = config.get("kernel_size")
    if isinstance(size, int):
        return (size,) * rank
    return tuple(size) if isinstance(size, list | tuple) and len(size) == rank else (None,) * rank


def _conv(rank: int) -> Callable[[Config, Shape | None], list[Variable]]:
    def made(config: Config, given: Shape | None) -> list[Variable]:
        channels, groups = _channels(config, given), config.get("groups") or 1
        into = channels // groups if channels and isinstance(groups, int) else None
        filters = config.get("filters")
        return [Variable("kernel", (*_window(config, rank), into, filters)), *_bias(config, filters)]

    return made


def _conv_transpose(rank: int) -> Callable[[Config, Shape | None], list[Variable]]:
    def made(config: Config, given: Shape | None) -> list[Variable]:
        filters = config.get("filters")
        return [
            # Transposed: the kernel's last two axes change places
            # (keras/src/layers/convolutional/base_conv_transpose.py).
            Variable("kernel", (*_window(config, rank), filters, _channels(config, given))),
            *_bias(config, filters),
        ]

    return made


def _depthwise(rank: int) -> Callable[[Config, Shape | None], list[Variable]]:
    def made(config: Config, given: Shape | None) -> list[Variable]:
        channels, factor = _channels(config, given), config.get("depth_multiplier", 1)
        total = channels * factor if channels and isinstance(factor, int) else None
        return [Variable("kernel", (*_window(config, rank), channels, factor)), *_bias(config, total)]

    return made


def _separable(rank: int) -> Callable[[Config, Shape | None], list[Variable]]:
    def made(config: Config, given: Shape | None) -> list[Variable]:
        channels, factor = _channels(config, given), config.get("depth_multiplier", 1)
        total = channels * factor if channels and isinstance(factor, int) else None
        filters = config.get("filters")
        window = _window(config, rank)
        pointwise = Variable("pointwise_kernel", (*(1 for _ in window), total, filters))
        return [Variable("depthwise_kernel", (*window, channels, factor)), pointwise, *_bias(config, filters)]

    return made


def _batch_norm(config: Config, given: Shape | None) -> list[Variable] | None:
    if config.get("renorm"):
        return None
    axis = config.get("axis", -1)
    size = given[axis] if given and isinstance(axis, int) and -len(given) <= axis < len(given) else None
    names = [name for name, key in (("gamma", "scale"), ("beta", "center")) if config.get(key, True)]
    made = [Variable(name, (size,)) for name in names]
    return [*made, *(Variable(name, (size,), trainable=False) for name in ("moving_mean", "moving_variance"))]


def _scale_and_center(config: Config, given: Shape | None) -> list[Variable]:
    # `rms_scaling` always has a scale and never a center.
    scaled = {**config, "scale": True, "center": False} if config.get("rms_scaling") else config
    names = [name for name, key in (("gamma", "scale"), ("beta", "center")) if scaled.get(key, True)]
    axes = config.get("axis", -1)
    axes = [axes] if isinstance(axes, int) else axes
    shape = None
    if given and isinstance(axes, list | tuple) and all(-len(given) <= axis < len(given) for axis in axes):
        shape = tuple(given[axis] for axis in axes)
    return [Variable(name, shape) for name in names]


def _root_mean(config: Config, given: Shape | None) -> list[Variable]:
    axes = config.get("axis", -1)
    axes = sorted(axes) if isinstance(axes, list | tuple) else [axes]
    known = given and all(isinstance(axis, int) and -len(given) <= axis < len(given) for axis in axes)
    return [Variable("scale", tuple(given[axis] for axis in axes) if given and known else None)]


def _einsum(config: Config, _given: Shape | None) -> list[Variable]:
    names = ["kernel", "bias"] if config.get("bias_axes") is not None else ["kernel"]
    return [Variable(name, None) for name in names]


def _prelu(_config: Config, _given: Shape | None) -> list[Variable]:
    return [Variable("alpha", None)]


def _cell(gates: int) -> Callable[[Config, Shape | None], list[Variable]]:
    """A recurrent cell of that many gates; a GRU with reset_after has its bias in two rows."""

    def made(config: Config, given: Shape | None) -> list[Variable]:
        units = config.get("units")
        width = gates * units if isinstance(units, int) else None
        # keras/src/layers/rnn/gru.py: with `reset_after` the input and the recurrent kernel have a bias each, as in
        # cuDNN.
        rows = (2,) if gates == 3 and config.get("reset_after", True) else ()  # noqa: PLR2004 - GRU
        found = [Variable("kernel", (_last(given), width)), Variable("recurrent_kernel", (units, width))]
        return [*found, Variable("bias", (*rows, width))] if config.get("use_bias", True) else found

    return made


CELL_OF = {"LSTM": "LSTMCell", "GRU": "GRUCell", "SimpleRNN": "SimpleRNNCell"}
_MADE: dict[str, Callable[[Config, Shape | None], list[Variable] | None]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    "EinsumDense": _einsum,
    "PReLU": _prelu,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _scale_and_center,
    "GroupNormalization": _scale_and_center,
    "RMSNormalization": _root_mean,
    "LSTMCell": _cell(4),
    "GRUCell": _cell(3),
    "SimpleRNNCell": _cell(1),
    **{f"Conv{rank}D": _conv(rank) for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _conv_transpose(rank) for rank in (1, 2, 3)},
    **{f"DepthwiseConv{rank}D": _depthwise(rank) for rank in (1, 2)},
    **{f"SeparableConv{rank}D": _separable(rank) for rank in (1, 2)},
}
