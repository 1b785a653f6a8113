"""The variables that common layers make for their config and input, and the shape of what they put out.

Only what follows from a config without running it; a layer that is not here has unknown variables (None), and so has one
whose input's shape is unknown where that decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Dim = int | None
Shape = tuple[Dim, ...] | None


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a layer makes: its name below the layer's, and its shape (None: dimension not known)."""

    name: str
    shape: tuple[Dim, ...]


Config = "Mapping[str, Any]"
# Layers without variables whose output has the shape of their input.
_UNCHANGED = frozenset(
    {
        "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "ThresholdedReLU", "Dropout", "SpatialDropout1D",
        "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Masking", "Rescaling",
        "ActivityRegularization", "Identity",
    }
)  # fmt: skip
# Layers without variables whose output's shape is not followed.
_WEIGHTLESS = frozenset(
    {
        "InputLayer", "Flatten", "Reshape", "Permute", "RepeatVector", "Lambda", "Add", "Subtract", "Multiply", "Average",
        "Maximum", "Minimum", "Concatenate", "Dot", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D",
        "AveragePooling2D", "AveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D",
        "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "ZeroPadding1D", "ZeroPadding2D",
        "ZeroPadding3D", "Cropping1D", "Cropping2D", "Cropping3D", "UpSampling1D", "UpSampling2D", "UpSampling3D",
        "TFOpLambda", "SlicingOpLambda",
    }
)  # fmt: skip


def variables(class_name: str, config: Mapping[str, Any], given: Shape) -> list[Variable] | None:
    """The layer's variables in the order in which HDF5 files hold them; None where they are not known."""
    if class_name in _UNCHANGED or class_name in _WEIGHTLESS:
        return []
    made = _VARIABLES.get(class_name)
    return None if made is None else made(config, given)


def output(class_name: str, config: Mapping[str, Any], given: Shape) -> Shape:
    """The shape of the layer's output, batch first; None where it is not followed."""
    if class_name in _UNCHANGED or class_name == "BatchNormalization" or class_name == "LayerNormalization":
        return given
    if class_name == "InputLayer" or given is None:
        declared = config.get("batch_input_shape") or config.get("batch_shape")
        given = tuple(declared) if isinstance(declared, list) else given
    if class_name == "InputLayer":
        return given
    if class_name == "Dense" and given is not None:
        return (*given[:-1], config.get("units"))
    if class_name == "Embedding" and given is not None:
        return (*given, config.get("output_dim"))
    if class_name == "Flatten" and given is not None:
        return (given[0], _product(given[1:]))
    return None


def _product(dims: tuple[Dim, ...]) -> Dim:
    total = 1
    for dim in dims:
        if dim is None:
            return None
        total *= dim
    return total


def _last(given: Shape) -> Dim:
    return given[-1] if given else None


def _bias(config: Mapping[str, Any], size: Dim) -> list[Variable]:
    return [Variable("bias", (size,))] if config.get("use_bias", True) else []


def _dense(config: Mapping[str, Any], given: Shape) -> list[Variable]:
    units = config.get("units")
    return [Variable("kernel", (_last(given), units)), *_bias(config, units)]


def _conv(config: Mapping[str, Any], given: Shape) -> list[Variable]:
    size = config.get("kernel_size")
    window = tuple(size) if isinstance(size, list) else (None, None)
    channels = _last(given) if config.get("data_format") != "channels_first" else None
    if config.get("groups", 1) != 1:
        channels = None
    return [Variable("kernel", (*window, channels, config.get("filters"))), *_bias(config, config.get("filters"))]


def _embedding(config: Mapping[str, Any], _: Shape) -> list[Variable]:
    return [Variable("embeddings", (config.get("input_dim"), config.get("output_dim")))]


def _batch_norm(config: Mapping[str, Any], _: Shape) -> list[Variable]:
    names = [name for name, used in (("gamma", "scale"), ("beta", "center")) if config.get(used, True)]
    return [Variable(name, (None,)) for name in (*names, "moving_mean", "moving_variance")]


def _layer_norm(config: Mapping[str, Any], given: Shape) -> list[Variable]:
    del given
    names = [name for name, used in (("gamma", "scale"), ("beta", "center")) if config.get(used, True)]
    return [Variable(name, (None,)) for name in names]


def _recurrent(gates: int, bias_rows: Callable[[Mapping[str, Any]], int]) -> Callable[..., list[Variable]]:
    """An RNN layer of that many gates; GRU with reset_after has its bias in two rows."""

    def made(config: Mapping[str, Any], given: Shape) -> list[Variable]:
        units = config.get("units")
        width = None if units is None else gates * units
        bias: tuple[Dim, ...] = (width,) if bias_rows(config) == 1 else (bias_rows(config), width)
        found = [Variable("kernel", (_last(given), width)), Variable("recurrent_kernel", (units, width))]
        return [*found, Variable("bias", bias)] if config.get("use_bias", True) else found

    return made


def _one(_: Mapping[str, Any]) -> int:
    return 1


def _gru_rows(config: Mapping[str, Any]) -> int:
    return 2 if config.get("reset_after") else 1


_VARIABLES: dict[str, Callable[[Mapping[str, Any], Shape], list[Variable]]] = {
    "Dense": _dense,
    "Conv1D": _conv,
    "Conv2D": _conv,
    "Conv3D": _conv,
    "Embedding": _embedding,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "LSTM": _recurrent(4, _one),
    "GRU": _recurrent(3, _gru_rows),
    "SimpleRNN": _recurrent(1, _one),
}
