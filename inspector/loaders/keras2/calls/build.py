"""What a layer's `build` raises for the shape of its first input. Source: `build` of each layer, its initializers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls import merges
from inspector.loaders.keras2.calls.shapes import windows
from inspector.loaders.keras2.calls.specs import CONVOLUTIONS, RECURRENT, channel_axis
from inspector.loaders.keras2.calls.tensors import KERAS_TENSORS_SINCE, NAMED_SINCE
from inspector.terms.dtypes import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.loaders.keras2.calls.tensors import Call, Shape

_NO_RANK = "as_list() is not defined on an unknown TensorShape."
_NO_VALUE = "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor."
# Names of dtypes that no kernel can have, and the layers whose kernels an initializer draws.
_NO_FLOAT = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool", "string"})
_STATEFUL = "If a RNN is stateful, it needs to know its batch size. Specify the batch size of your input tensors: "


def check(call: Call) -> None:
    """Raise what building the layer on these inputs raises."""
    name = call.layer.class_name
    if name in merges.MERGES:
        merges.check_build(call)
        return
    if len(call.inputs) != 1 and name not in RECURRENT:
        _listed(call)
        return
    checked = _BY_CLASS.get(name) or (_convolution if name in CONVOLUTIONS else None)
    if checked is not None:
        checked(call)


def _listed(call: Call) -> None:
    """A list of shapes where one is asked for."""
    if call.layer.class_name != "BatchNormalization":
        return
    first = call.inputs[0].shape
    if first is not None:
        shown = f"TensorShape([{', '.join(map(str, first))}])"
        got = f"got value '{shown}' with type '<class 'tensorflow.python.framework.tensor_shape.TensorShape'>'"
        got = got if call.release >= (2, 2) else f"got {shown}"
        raise call.refused("TypeError", f"Dimension value must be integer or None or have an __index__ method, {got}")


def _dtype_of(config: dict[str, Any]) -> str:
    dtype = config.get("dtype")
    inner = dtype.get("config") if isinstance(dtype, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else dtype
    if isinstance(name, int):  # one of the enum DataType
        return NAMES.get(name, "float32")
    return name if isinstance(name, str) else "float32"


def _floating(call: Call) -> None:
    """A random kernel needs a dtype with fractions."""
    dtype = _dtype_of(call.config)
    if dtype in _NO_FLOAT:
        raise call.refused("ValueError", f"Expected floating point type, got <dtype: '{dtype}'>.", "KER103")


def _dense(call: Call) -> None:
    dtype, named = _dtype_of(call.config), call.release >= NAMED_SINCE
    if dtype in _NO_FLOAT:
        lead = "A Dense layer can only be built with a floating-point dtype. Received: dtype="
        lead = lead if named else "Unable to build `Dense` layer with non-floating point dtype "
        raise call.refused("TypeError", f"{lead}<dtype: '{dtype}'>", "KER103")
    if call.inputs[0].rankless or call.shape[-1] is None:
        text = f"to a Dense layer should be defined. Found None. Full input shape received: {call.shown}"
        text = text if named else "to `Dense` should be defined. Found `None`."
        raise call.refused("ValueError", f"The last dimension of the inputs {text}")


def _convolution(call: Call) -> None:
    """The channels must be known, and be shared evenly among groups."""
    name, rank = call.layer.class_name, CONVOLUTIONS[call.layer.class_name]
    if call.inputs[0].rankless:
        raise call.refused("TypeError", "'NoneType' object is not subscriptable")
    if name not in {"Conv1D", "Conv2D", "Conv3D"} and len(call.shape) != rank:
        _exact_rank(call, name, rank)
    axis = channel_axis(call.config, rank)
    channels = call.shape[axis]
    if channels is None:
        raise call.refused("ValueError", _no_channels(call, name, axis))
    groups = call.config.get("groups") or 1
    if name in {"Conv1D", "Conv2D", "Conv3D"} and isinstance(groups, int) and channels % groups:
        text = (
            "The number of input channels must be evenly divisible by the number of groups. Received "
            f"groups={groups}, but the input has {channels} channels (full input shape is {call.shape})."
        )
        raise call.refused("ValueError", text, "KER103")
    _window_fits(call, name, rank)
    if "filters" in call.config and call.config["filters"] is None:
        raise call.refused("TypeError", "unsupported operand type(s) for *: 'NoneType' and 'int'", "KER103")
    _floating(call)


def _window_fits(call: Call, name: str, rank: int) -> None:
    """From 2.7 on `build` asks for the output's shape, which no side may make negative: one short it may be."""
    if call.release < NAMED_SINCE or name not in {"Conv1D", "Conv2D", "Conv3D"} or len(call.shape) != rank:
        return
    first = call.config.get("data_format") == "channels_first"
    sides = windows(call.config, call.shape[2:] if first else call.shape[1:-1])
    if sides is not None and any(side is not None and side < 0 for side in sides):
        raise call.refused("ValueError", _too_small(call, list(call.shape)))


def _too_small(call: Call, shape: object) -> str:
    return (
        f"One of the dimensions in the output is <= 0 due to downsampling in {call.layer.name}. Consider increasing "
        f"the input size. Received input shape {shape} which would produce output shape with a zero or negative value "
        "in a dimension."
    )


def _locally_connected(call: Call) -> None:
    """Kernels for each place: the places must be known, and be there."""
    if call.release < NAMED_SINCE or call.inputs[0].rankless or call.config.get("padding", "valid") != "valid":
        return
    first = call.config.get("data_format") == "channels_first"
    sides = windows(call.config, call.shape[2:] if first else call.shape[1:-1])
    if sides is not None and any(side is not None and side <= 0 for side in sides):
        raise call.refused("ValueError", _too_small(call, call.shape))


def _exact_rank(call: Call, name: str, rank: int) -> None:
    """Layers of other kinds of convolution take one rank only; separable ones learn of it from their op."""
    if name.endswith("Transpose"):
        received = f"input_shape={call.shape}." if call.release >= NAMED_SINCE else f"input shape: {call.shape}"
        raise call.refused("ValueError", f"Inputs should have rank {rank}. Received {received}")
    if name.startswith("Depthwise") and call.release >= NAMED_SINCE:
        text = f"Inputs to `DepthwiseConv` should have rank {rank}. Received input_shape={call.shape}."
        raise call.refused("ValueError", text)


def _no_channels(call: Call, name: str, axis: int) -> str:
    depthwise = name.startswith("Depthwise")
    if call.release < NAMED_SINCE:
        to = " to `DepthwiseConv2D`" if depthwise else ""
        return f"The channel dimension of the inputs{to} should be defined. Found `None`."
    to = " to `DepthwiseConv`" if depthwise else f" to `{name}`" if name.endswith("Transpose") else ""
    return (
        f"The channel dimension of the inputs{to} should be defined. The input_shape received is {call.shape}, where "
        f"axis {axis} (0-based) is the channel dimension, which found to be `None`."
    )


def _recurrent(call: Call) -> None:
    if call.inputs[0].rankless:
        raise call.refused("ValueError", _NO_RANK)
    _open_size(call, call.shape)
    _floating(call)
    if call.config.get("stateful") and call.shape[0] is None:
        raise call.refused("ValueError", _STATEFUL)
    states = call.inputs[1:]
    units = call.config.get("units")
    sizes = [units, units] if call.layer.class_name == "LSTM" else [units]
    given = [one.shape[-1] for one in states if one.shape]
    if states and len(given) == len(states) and given != sizes:
        specs = ", ".join(f"InputSpec(shape={one.shape}, ndim={len(one.shape or ())})" for one in states)
        text = (
            "An `initial_state` was passed that is not compatible with `cell.state_size`. Received `state_spec`="
            f"ListWrapper([{specs}]); however `cell.state_size` is {sizes}"
        )
        raise call.refused("ValueError", text)


def _open_size(call: Call, shape: Shape) -> None:
    """The size of a step, from which the initializer of the kernel computes; a rank of 2 leaves none."""
    last = (shape[0], *shape[2:])[-1] if shape else None
    if last is None:
        raise call.refused("TypeError", open_size_text(call))


def open_size_text(call: Call) -> str:
    """What Python says of a kernel with an open size."""
    if call.release < (2, 3):
        return "unsupported operand type(s) for +: 'NoneType' and 'int'"
    kind = "real number" if call.walk.python >= (3, 10) else "number"
    return f"int() argument must be a string, a bytes-like object or a {kind}, not 'NoneType'"


def _rnn(call: Call) -> None:
    if call.inputs[0].rankless:
        raise call.refused("ValueError", _NO_RANK)
    cell = call.config.get("cell")
    names = {"LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells"}
    if isinstance(cell, dict) and cell.get("class_name") in names:
        _open_size(call, call.shape)
    if call.config.get("stateful") and call.shape and call.shape[0] is None:
        raise call.refused("ValueError", _STATEFUL)


def _time_distributed(call: Call) -> None:
    if call.inputs[0].rankless:
        raise call.refused("TypeError", "'<' not supported between instances of 'NoneType' and 'int'")
    if len(call.shape) < 3:  # noqa: PLR2004 - batch, steps, and something for the layer inside
        given = call.shape if call.release >= KERAS_TENSORS_SINCE else list(call.shape)
        lead = "`TimeDistributed` Layer should be passed an `input_shape ` with at least 3 dimensions, received: "
        raise call.refused("ValueError", f"{lead}{given}")


def _axes(config: dict[str, Any], rank: int) -> list[int]:
    """The axes of a normalization, counted from the first; empty where they are not plain numbers."""
    axis = config.get("axis", -1)
    axes = [axis] if isinstance(axis, int) else axis
    if not isinstance(axes, list) or not all(isinstance(one, int) for one in axes):
        return []
    return [one + rank if one < 0 else one for one in axes]


def _batch_normalization(call: Call) -> None:
    if call.inputs[0].rankless:
        received = " Received: input_shape=<unknown>" if call.release >= NAMED_SINCE else ""
        raise call.refused("ValueError", f"Input has undefined rank.{received}")
    rank = len(call.shape)
    axes = _axes(call.config, rank)
    if any(not 0 <= axis < rank for axis in axes):
        raise call.refused("ValueError", _no_axis(call, rank, axes), "KER103")
    shown = tuple(axes) if call.release >= (2, 9) else f"ListWrapper({axes})"
    if len(set(axes)) != len(axes):
        raise call.refused("ValueError", f"Duplicate axis: {shown}", "KER103")
    if any(call.shape[axis] is None for axis in axes):
        raise call.refused("ValueError", _open_axis(call, shown))


def _no_axis(call: Call, rank: int, axes: list[int]) -> str:
    if call.release < (2, 5):
        return f"Invalid axis: {next(axis for axis in axes if not 0 <= axis < rank)}"
    return texts.no_such_axis(call.release, rank, axes)


def _open_axis(call: Call, axes: object) -> str:
    if call.release < (2, 5):
        return f"('Input has undefined `axis` dimension. Input shape: ', TensorShape({list(call.shape)}))"
    end = f" and axis={axes}" if call.release >= (2, 9) else f". Axis value: {axes}"
    return f"Input has undefined `axis` dimension. Received input with shape {call.shape}{end}"


def _layer_normalization(call: Call) -> None:
    if call.inputs[0].rankless:
        since = call.release >= (2, 9)
        known = "Input has undefined rank. Received: input_shape=<unknown>"
        raise call.refused("ValueError", known if since else "Cannot take the length of shape with unknown rank.")
    rank = len(call.shape)
    axes = _axes(call.config, rank)
    if any(not 0 <= axis < rank for axis in axes):
        wrong = next(axis for axis in axes if not 0 <= axis < rank)
        text = f"Invalid axis: {wrong}" if call.release < NAMED_SINCE else texts.no_such_axis(call.release, rank, axes)
        raise call.refused("ValueError", text, "KER103")
    if len(set(axes)) != len(axes):
        raise call.refused("ValueError", f"Duplicate axis: {tuple(axes)}", "KER103")
    weights = call.config.get("scale", True) or call.config.get("center", True)
    if weights and any(call.shape[axis] is None for axis in axes):
        several = len(axes) > 1 and any(call.shape[axis] is not None for axis in axes)
        mixed = "Can't convert Python sequence with mixed types to Tensor."
        raise call.refused("ValueError", mixed if several else _NO_VALUE)


def _embedding(call: Call) -> None:
    if call.inputs[0].rankless:
        raise call.refused("ValueError", _NO_RANK)


def _prelu(call: Call) -> None:
    if call.inputs[0].rankless:
        raise call.refused("ValueError", _NO_RANK)
    shared = call.config.get("shared_axes") or []
    sizes = list(call.shape[1:])
    if not isinstance(shared, list) or not all(isinstance(axis, int) for axis in shared):
        return
    if any(axis - 1 >= len(sizes) for axis in shared):
        raise call.refused("IndexError", "list assignment index out of range", "KER103")
    kept = [size for at, size in enumerate(sizes) if at + 1 not in shared]
    if None in kept:
        mixed = any(size is not None for size in kept) or shared
        text = "Can't convert Python sequence with mixed types to Tensor." if mixed else _NO_VALUE
        raise call.refused("ValueError", text)


def _global_pooling(call: Call) -> None:
    """From 2.13 on a side of length 0 is refused when the layer is built, for which the rank must be known."""
    if call.release < (2, 13):
        return
    if call.inputs[0].rankless:
        raise call.refused("ValueError", _NO_RANK)
    first = call.config.get("data_format") == "channels_first"
    for at in range(2 if first else 1, len(call.shape) if first else len(call.shape) - 1):
        if call.shape[at] == 0:
            shape = list(call.shape)
            text = f"Incorrect input shape {shape} with dimension 0 at reduction axis {at}."
            raise call.refused("ValueError", text)


def _unit_normalization(call: Call) -> None:
    axis, rank = call.config.get("axis", -1), len(call.shape)
    axes = [axis] if isinstance(axis, int) else axis
    if not isinstance(axes, list) or not all(isinstance(one, int) for one in axes):
        return
    if call.inputs[0].rankless:
        raise call.refused("ValueError", "Input has undefined rank. Received: input_shape=<unknown>")
    if not all(-rank <= one < rank for one in axes):
        raise call.refused("ValueError", texts.no_such_axis(call.release, rank, axes), "KER103")


def _group_normalization(call: Call) -> None:
    axis, groups, rank = call.config.get("axis", -1), call.config.get("groups", 32), len(call.shape)
    if call.inputs[0].rankless:
        raise call.refused("ValueError", "Input has undefined rank. Received: input_shape=<unknown>")
    if not call.shape or not isinstance(axis, int):
        return
    if not -rank <= axis < rank:
        raise call.refused("ValueError", texts.no_such_axis(call.release, rank, [axis]), "KER103")
    size = call.shape[axis]
    if size is None:
        text = (
            f"Axis {axis} of input tensor should have a defined dimension but the layer received an input with shape "
        )
        raise call.refused("ValueError", f"{text}{call.shape}.")
    if not isinstance(groups, int) or groups == -1:
        return
    if size < groups:
        text = f"Number of groups ({groups}) cannot be more than the number of channels ({size})."
        raise call.refused("ValueError", text, "KER103")
    if groups and size % groups:
        text = f"Number of groups ({groups}) must be a multiple of the number of channels ({size})."
        raise call.refused("ValueError", text, "KER103")


def _normalization(call: Call) -> None:
    if call.inputs[0].rankless or call.release < (2, 3):
        if call.release >= (2, 5):
            raise call.refused("ValueError", _NO_RANK)
        return
    axis = call.config.get("axis", -1)
    axes = [axis] if isinstance(axis, int) else list(axis or ())
    rank = len(call.shape)
    if not all(isinstance(one, int) for one in axes):
        return
    if any(not -rank <= one < rank for one in axes):
        raise call.refused("ValueError", _kept_beyond(call, rank, tuple(axes)), "KER103")
    if call.release >= (2, 6):
        _open_kept(call, axes, rank)
    _given_mean(call, [call.shape[one] for one in axes])


def _kept_beyond(call: Call, rank: int, axes: tuple[int, ...]) -> str:
    lead = "All `axis` values must be in the range "
    if call.release < (2, 5):
        return f"{lead}[1-ndim, ndim-1]. Got: ndim: {rank} axis: {axes}"
    limits = "[-ndim, ndim)" if call.release >= (2, 6) else "[1 - ndim, ndim - 1]"
    return f"{lead}{limits}. Found ndim: `{rank}`, axis: {axes}"


def _given_mean(call: Call, kept: list[int | None]) -> None:
    """From 2.4 on a mean may be given: it must have the sizes of the axes that are kept, or only one."""
    mean = call.config.get("mean")
    if not isinstance(mean, list) or any(isinstance(one, list) for one in mean) or None in kept:
        return
    last = kept[-1] if kept else 1
    if last not in {1, len(mean)} and len(mean) != 1:
        shapes = f"({len(mean)},) ({','.join(map(str, kept))},)" if len(kept) == 1 else f"({len(mean)},) {tuple(kept)}"
        raise call.refused("ValueError", f"operands could not be broadcast together with shapes {shapes}", "KER103")
    if last == 1 and len(mean) != 1 and call.release >= NAMED_SINCE:
        text = f"Input to reshape is a tensor with {len(mean)} values, but the requested shape has 1 [Op:Reshape]"
        lead = "{{function_node __wrapped__Reshape_device_/job:localhost/replica:0/task:0/device:CPU:0}} "
        raise call.refused("InvalidArgumentError", (lead if call.release >= (2, 11) else "") + text, "KER103")


def _open_kept(call: Call, axes: list[int], rank: int) -> None:
    open_one = next((one for one in axes if call.shape[one] is None), None)
    if open_one is not None:
        text = (
            f"All `axis` values to be kept must have known shape. Got axis: {tuple(axes)}, input shape: "
            f"{list(call.shape)}, with unknown axis at index: {open_one % rank}"
        )
        raise call.refused("ValueError", text)


_BY_CLASS: dict[str, Callable[[Call], None]] = {
    "Dense": _dense,
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _recurrent),
    **dict.fromkeys(("RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), _rnn),
    "TimeDistributed": _time_distributed,
    **dict.fromkeys(("BatchNormalization", "SyncBatchNormalization"), _batch_normalization),
    "LayerNormalization": _layer_normalization,
    "GroupNormalization": _group_normalization,
    "UnitNormalization": _unit_normalization,
    **dict.fromkeys(("LocallyConnected1D", "LocallyConnected2D"), _locally_connected),
    "Normalization": _normalization,
    "Embedding": _embedding,
    "PReLU": _prelu,
    **{f"Global{kind}Pooling{rank}D": _global_pooling for kind in ("Max", "Average") for rank in (1, 2, 3)},
}
