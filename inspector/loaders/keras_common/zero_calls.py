"""What the kernels of convolutions and pooling raise when a layer is called on zeros, on a CPU.

A caller that knows a model by its declared shape alone feeds 1 for every size that is left open, which may be smaller
than a kernel; and most kernels for a CPU take channels last only. The releases are those of TensorFlow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.weights.shapes import layer_output
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CONV_OPS = {
    "Conv1D": "Conv2D",
    "Conv2D": "Conv2D",
    "Conv3D": "Conv3D",
    "DepthwiseConv2D": "DepthwiseConv2dNative",
    "SeparableConv2D": "DepthwiseConv2dNative",
}
_POOL_OPS = {
    **{f"MaxPooling{rank}D": ("MaxPool", "mkl_maxpooling_op.cc:198") for rank in (1, 2)},
    **{f"AveragePooling{rank}D": ("AvgPool", "mkl_avgpooling_op.cc:168") for rank in (1, 2)},
}
# oneDNN answers by default from 2.9 on (https://github.com/tensorflow/tensorflow/releases/tag/v2.9.0).
_ONEDNN_SINCE = (2, 9)
# Seen: refused in 2.3.4 and 2.4.4, run in 2.5.3.
_GROUPS_SINCE = (2, 5)
# Eager exceptions name the function that wraps the op.
_NAMES_NODE_SINCE = (2, 10)
# oneDNN's pooling has no descriptor for an empty output: (first release that fails, first that does not any more).
_NO_DESCRIPTOR = {"MaxPool": ((2, 10), (99, 0)), "AvgPool": ((2, 9), (2, 11))}
_CONV_TEXT = (
    "The Conv2D op currently only supports the NHWC tensor format on the CPU. The op was given the format: NCHW"
)
_DEPTHWISE_TEXT = "Depthwise convolution on CPU is only supported for NHWC format"
# Layers that hand `channels_first` on to an op whose kernel refused it: class, text, op, first release that takes it.
# The other layers of Keras transpose their input themselves (`_preprocess_conv2d_input` of the backend).
_LAST_ONLY: dict[str, tuple[str, str, str, tuple[int, int]]] = {
    **dict.fromkeys(("Conv1D", "Conv2D"), ("UnimplementedError", _CONV_TEXT, "Conv2D", _ONEDNN_SINCE)),
    "Conv3D": (
        "InvalidArgumentError",
        "CPU implementation of Conv3D currently only supports the NHWC tensor format.",
        "Conv3D",
        _ONEDNN_SINCE,
    ),
    "Conv3DTranspose": (
        "InvalidArgumentError",
        "Conv3DBackpropInputOpV2 only supports NDHWC on the CPU.",
        "Conv3DBackpropInputV2",
        _ONEDNN_SINCE,
    ),
    **dict.fromkeys(
        ("SeparableConv1D", "SeparableConv2D"),
        ("UnimplementedError", _DEPTHWISE_TEXT, "DepthwiseConv2dNative", _ONEDNN_SINCE),
    ),
    "MaxPooling2D": (
        "InvalidArgumentError",
        "Default MaxPoolingOp only supports NHWC on device type CPU",
        "MaxPool",
        (2, 10),
    ),
    "AveragePooling2D": (
        "InvalidArgumentError",
        "Default AvgPoolingOp only supports NHWC on device type CPU",
        "AvgPool",
        _ONEDNN_SINCE,
    ),
}


@record
class Step:
    """A layer of a model: `source` names the one layer that feeds it, `declared` is the shape that it says itself."""

    name: str
    class_name: str
    config: Mapping[str, Any]
    source: str | None = None
    declared: tuple[int | None, ...] | None = None


@record
class ZeroCall:
    """A call of a layer of that class on zeros: `tensorflow` is (major, minor), `bias_op` what Keras adds a bias by."""

    class_name: str
    config: Mapping[str, Any]
    given: tuple[int, ...] | None
    tensorflow: tuple[int, int]
    bias_op: str = "BiasAdd"


def raised(call: ZeroCall) -> tuple[str, str] | None:
    """The exception's class and text without Keras' words around it; None where the call goes well."""
    # TensorFlow 1 only builds a graph here, and runs nothing.
    if call.tensorflow < (2, 0):
        return None
    if call.config.get("data_format") == "channels_first":
        return _channels_first(call)
    refused = _grouped(call) or _dilated(call)
    if refused is not None:
        return refused
    if call.given is None or call.config.get("padding") != "valid":
        return None
    if call.class_name in _CONV_OPS:
        return _convolved(call)
    return _pooled(call) if call.class_name in _POOL_OPS else None


def _channels_first(call: ZeroCall) -> tuple[str, str] | None:
    known = _LAST_ONLY.get(call.class_name)
    if known is None or call.tensorflow >= known[3]:
        return None
    return known[0], f"{known[1]} [Op:{known[2]}]"


def _grouped(call: ZeroCall) -> tuple[str, str] | None:
    """Convolutions in groups: no kernel for a CPU before 2.5."""
    groups = call.config.get("groups", 1)
    if call.tensorflow >= _GROUPS_SINCE or call.class_name not in {"Conv1D", "Conv2D"} or not call.given:
        return None
    if not isinstance(groups, int) or groups <= 1:
        return None
    depth = call.given[-1]
    text = (
        "The Conv2D op currently does not support grouped convolutions on the CPU. A grouped convolution was attempted "
        f"to be run because the input depth of {depth} does not match the filter input depth of {depth // groups}"
    )
    return "UnimplementedError", f"{text} [Op:Conv2D]"


def _dilated(call: ZeroCall) -> tuple[str, str] | None:
    """A transposed convolution with gaps: that of one dimension calls the op itself, the others are taken apart."""
    rates = call.config.get("dilation_rate", 1)
    known = [rate for rate in (rates if isinstance(rates, list | tuple) else [rates]) if isinstance(rate, int)]
    if call.class_name != "Conv1DTranspose" or call.tensorflow >= _ONEDNN_SINCE or max(known, default=1) <= 1:
        return None
    text = "Current libxsmm and customized CPU implementations do not yet support dilation rates larger than 1."
    return "InvalidArgumentError", f"{text} [Op:Conv2DBackpropInput]"


@record
class _Window:
    """One side that a window slides over: the sizes of input, window (dilated) and step."""

    length: int
    width: int
    step: int

    @property
    def count(self) -> int:
        """The output's size as `GetWindowedOutputSize` computes it, where C++ rounds towards zero."""
        room = self.length - self.width + self.step
        return room // self.step if room >= 0 else -(-room // self.step)


def _windows(call: ZeroCall, size_key: str) -> list[_Window]:
    """The windows of the inner axes; none where a size is not as it should be."""
    sizes, strides = call.config.get(size_key), call.config.get("strides")
    dilation = call.config.get("dilation_rate", 1)
    found = []
    for at, length in enumerate((call.given or ())[1:-1]):
        numbers = [_at(value, at) for value in (sizes, strides or sizes, dilation or 1)]
        if not all(isinstance(number, int) and number > 0 for number in numbers):
            return []
        width, step, spread = numbers
        found.append(_Window(length, (width - 1) * spread + 1, step))
    return found


def _at(value: Any, index: int) -> Any:
    if isinstance(value, list | tuple):
        return value[index] if index < len(value) else None
    return value


def _convolved(call: ZeroCall) -> tuple[str, str] | None:
    windows, op = _windows(call, "kernel_size"), _CONV_OPS[call.class_name]
    negative = next((window for window in windows if window.count < 0), None)
    if negative is not None:
        return "InvalidArgumentError", _negative(call, op, negative)
    if call.class_name in {"Conv1D", "Conv2D", "Conv3D"} and any(window.count == 0 for window in windows):
        return _empty(call)
    return None


def _negative(call: ZeroCall, op: str, window: _Window) -> str:
    text = (
        f"Computed output size would be negative: {window.count} [input_size: {window.length}, "
        f"effective_filter_size: {window.width}, stride: {window.step}] [Op:{op}]"
    )
    return _node(call, f"__MklNative{op}") + text


def _node(call: ZeroCall, op: str) -> str:
    if call.tensorflow < _NAMES_NODE_SINCE:
        return ""
    return f"{{{{function_node __wrapped__{op}_device_/job:localhost/replica:0/task:0/device:CPU:0}}}} "


def _empty(call: ZeroCall) -> tuple[str, str] | None:
    """A convolution of oneDNN puts out its input's shape for an empty output, to which the bias does not fit."""
    filters, given = call.config.get("filters"), call.given or ()
    if call.tensorflow < _ONEDNN_SINCE or not call.config.get("use_bias", True) or call.config.get("groups", 1) != 1:
        return None
    shape = ",".join(map(str, given))
    if call.bias_op == "BiasAdd" and filters != given[-1]:
        text = f"Must provide as many biases as the last dimension of the input tensor: [{filters}] vs. [{shape}]"
    elif call.bias_op != "BiasAdd" and filters != given[-1] and 1 not in {filters, given[-1]}:
        text = f"Incompatible shapes: [{shape}] vs. [{'1,' * (len(given) - 1)}{filters}]"
    else:
        return None
    return "InvalidArgumentError", f"{_node(call, call.bias_op)}{text} [Op:{call.bias_op}]"


def _pooled(call: ZeroCall) -> tuple[str, str] | None:
    op, source = _POOL_OPS[call.class_name]
    since, until = _NO_DESCRIPTOR[op]
    if not since <= call.tensorflow < until or all(window.count > 0 for window in _windows(call, "pool_size")):
        return None
    word, wrapped = ("Compute", op) if op == "MaxPool" else ("Operation", f"__MklNative{op}")
    text = (
        f"{word} received an exception:Status: 2, message: could not create a descriptor for a pooling forward "
        f"propagation primitive, in file tensorflow/core/kernels/mkl/{source} [Op:{op}]"
    )
    return "AbortedError", _node(call, wrapped) + text


def fed(model: Iterable[Step]) -> Iterator[tuple[Step, tuple[int, ...] | None]]:
    """Each layer with the shape that it is called with; None where that is not followed."""
    outputs: dict[str, tuple[int, ...] | None] = {}
    for step in model:
        given = outputs.get(step.source) if step.source is not None else None
        if step.declared is not None:
            given = tuple(1 if size is None else size for size in step.declared)
            # A file may declare anything; sizes that are no numbers are the loader's to refuse.
            given = given if all(isinstance(size, int) for size in given) else None
        yield step, given
        shape = layer_output(step.class_name, dict(step.config), [given]) if given and len(given) > 1 else None
        sizes = tuple(size for size in shape or () if isinstance(size, int) and size > 0)
        outputs[step.name] = sizes if shape and len(sizes) == len(shape) else None


def cropped_away(class_name: str, config: Mapping[str, Any], given: tuple[int, ...] | None) -> str | None:
    """What the layer shows of its `cropping`, where it leaves nothing of one side."""
    rank = {"Cropping1D": 1, "Cropping2D": 2}.get(class_name)
    cropping = config.get("cropping")
    if rank is None or given is None or not isinstance(cropping, list | tuple):
        return None
    pairs = [cropping] if rank == 1 else list(cropping)
    if not all(isinstance(pair, list | tuple) and all(isinstance(one, int) for one in pair) for pair in pairs):
        return None
    sides = given[2:] if config.get("data_format") == "channels_first" else given[1:]
    if all(sum(pair) < side for pair, side in zip(pairs, sides, strict=False)):
        return None
    shown = tuple(tuple(pair) for pair in pairs)
    return repr(shown[0] if rank == 1 else shown)
