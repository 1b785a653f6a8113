"""What a layer's `call` raises for the shapes of its inputs: mostly the shape inference of the ops that it calls.

Only the beginning of an op's message is foretold: behind it stand the names of its inputs.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls.shapes import at_side, windows
from inspector.loaders.keras2.calls.specs import CONVOLUTIONS, channel_axis
from inspector.loaders.keras2.calls.tensors import KERAS_TENSORS_SINCE, NAMED_SINCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.loaders.keras2.calls.tensors import Call
    from inspector.loaders.keras_common.failure import LoadFailure

# From 2.2 on a message of shape inference shows the whole node, not its name and op alone.
_NODES_SINCE = (2, 2)
_RESHAPE_CHECKED_SINCE = (2, 3)
_SINGLE_IMAGES_SINCE = (2, 6)
_CROPPING_CHECKED_SINCE = (2, 7)
# The op of each layer's window, and the name of its node. Conv1D's is named after the layer's class from 2.7 on.
_OPS = {
    "Conv1D": ("Conv2D", "conv1d"),
    "Conv2D": ("Conv2D", "Conv2D"),
    "Conv3D": ("Conv3D", "Conv3D"),
    **{f"DepthwiseConv{rank}D": ("DepthwiseConv2dNative", "depthwise") for rank in (1, 2)},
    **{f"SeparableConv{rank}D": ("DepthwiseConv2dNative", "separable_conv2d/depthwise") for rank in (1, 2)},
    **{f"MaxPooling{rank}D": ("MaxPool", "MaxPool") for rank in (1, 2)},
    **{f"AveragePooling{rank}D": ("AvgPool", "AvgPool") for rank in (1, 2)},
    "MaxPooling3D": ("MaxPool3D", "MaxPool3D"),
    "AveragePooling3D": ("AvgPool3D", "AvgPool3D"),
}
_EXPLICIT = frozenset({"Conv2D", "DepthwiseConv2dNative"})


def check(call: Call) -> None:
    """Raise what the call raises."""
    name = call.layer.class_name
    if not call.inputs or any(not one.followed for one in call.inputs):
        return
    if name in _OPS and call.inputs[0].shape is not None:
        _window(call)
    elif name in _BY_CLASS:
        _BY_CLASS[name](call)


def raised(call: Call, kind: str, text: str) -> LoadFailure:
    """An exception from inside the call, which releases since 2.7 say the layer of."""
    wording = texts.calling if call.inside else texts.building
    lead = wording(call.release, call.layer.class_name, call.layer.name)
    return call.refused(kind, lead + text, "KER103")


def _node(call: Call, name: str, op: str, attributes: str) -> str:
    """How a message of shape inference names the op."""
    place = f"{call.layer.name}/{name}"
    if call.release < _NODES_SINCE:
        return f"'{place}' (op: '{op}')"
    return f"'{{{{node {place}}}}} = {op}[T=DT_FLOAT, {attributes}"


def _window(call: Call) -> None:
    """A window that is larger than a side, where nothing is padded; or the channels of another input."""
    name, config, shape = call.layer.class_name, call.config, call.shape
    op, node = _OPS[name]
    node = "Conv1D" if name == "Conv1D" and call.release >= NAMED_SINCE else node
    rank = CONVOLUTIONS.get(name, int(name[-2]) + 2)
    if len(shape) < rank:
        return
    if name.startswith("Separable") and len(shape) != rank:
        # Convolutions of one side are given another one, of length 1, in between.
        wanted, got = max(rank, 4), len(shape) + (rank == 3)  # noqa: PLR2004 - batch, side, channels
        text = f"Shape must be rank {wanted} but is rank {got} for "
        raise raised(call, "ValueError", text + _node(call, node, op, _attributes(op, first=False)))
    if name in CONVOLUTIONS and not call.first:
        _channels(call, op, node)
    first = config.get("data_format") == "channels_first"
    sides = shape[len(shape) - rank + 2 :] if first else shape[len(shape) - rank + 1 : -1]
    size_key = "kernel_size" if name in CONVOLUTIONS else "pool_size"
    if config.get("padding", "valid") != "valid" or windows(config, sides, size_key) is None:
        return
    for at, length in enumerate(sides):
        width = _width(config, size_key, at)
        # A dilated convolution of these releases moves its steps into the batch first, and slides the bare kernel.
        spread = at_side(config.get("dilation_rate", 1), at) if size_key == "kernel_size" else 1
        wide = (width - 1) * spread + 1
        if length is not None and length < wide:
            text = f"Negative dimension size caused by subtracting {wide} from {length} for "
            if spread > 1:
                text = f"Negative dimension size caused by subtracting {width} from {-(-length // spread)} for "
            raise raised(call, "ValueError", text + _node(call, node, op, _attributes(op, first=first)))


def _width(config: dict[str, Any], key: str, side: int) -> int:
    default = 2 if key == "pool_size" else 1
    return int(at_side(config.get(key, default), side))


def _attributes(op: str, *, first: bool) -> str:
    volume = op.endswith("3D")
    layout = ("NCDHW" if volume else "NCHW") if first else ("NDHWC" if volume else "NHWC")
    if "Pool" in op:
        # Pooling of one side or of three turns its input about itself (`pool3d` of Keras' backend).
        return f'data_format="{layout}", '
    ones = ", ".join("1" * (5 if volume else 4))
    return f'data_format="{layout}", dilations=[{ones}], ' + ("explicit_paddings=[]" if op in _EXPLICIT else "padding=")


def _channels(call: Call, op: str, node: str) -> None:
    """A kernel that was made for another number of channels."""
    built = call.layer.built_on or []
    axis = channel_axis(call.config, CONVOLUTIONS[call.layer.class_name])
    if len(built) != 1 or built[0].shape is None or len(built[0].shape) < -axis:
        return
    made, given = built[0].shape[axis], call.shape[axis]
    if made is None or given is None or made == given:
        return
    text = f"Dimensions must be equal, but are {given} and {made} for "
    if op == "Conv2D":
        text = f"Depth of input ({given}) is not a multiple of input depth of filter ({made}) for "
    raise raised(call, "ValueError", text + _node(call, node, op, _attributes(op, first=axis != -1)))


def _last_size(node: str, op: str, attributes: str) -> Callable[[Call], None]:
    """A weight that was made for another size of the last axis."""

    def check_it(call: Call) -> None:
        built = call.layer.built_on or []
        if call.first or len(built) != 1 or not built[0].shape or not call.shape:
            return
        made, given = built[0].shape[-1], call.shape[-1]
        if made is None or given is None or made == given:
            return
        text = f"Dimensions must be equal, but are {given} and {made} for "
        raise raised(call, "ValueError", text + _node(call, node, op, attributes))

    return check_it


def _reshape(call: Call) -> None:
    target, shape = call.config.get("target_shape"), call.shape
    if call.inputs[0].rankless:
        raise raised(call, "ValueError", "as_list() is not defined on an unknown TensorShape.")
    numbers = isinstance(target, list) and all(isinstance(size, int) for size in target)
    if not numbers or not isinstance(target, list) or call.release < _RESHAPE_CHECKED_SINCE or None in shape[1:]:
        return
    if target.count(-1) > 1:
        text = "Can only specify one unknown dimension."
        if call.release >= NAMED_SINCE:
            text = f"There must be at most one unknown dimension in output_shape. Received: output_shape={target}."
        raise raised(call, "ValueError", text)
    total, known = prod(size for size in shape[1:] if size is not None), prod(size for size in target if size != -1)
    if (known == 0 or total % known) if -1 in target else total != known:
        text = f"total size of new array must be unchanged, input_shape = {list(shape[1:])}, output_shape = {target}"
        raise raised(call, "ValueError", text)


def _cropping(call: Call) -> None:
    """One or two sides of which nothing is left; a volume is cut to nothing without a word."""
    rank, cropping, shape = len(call.shape) - 2, call.config.get("cropping"), call.shape
    if call.release < _CROPPING_CHECKED_SINCE or not isinstance(cropping, list) or call.inputs[0].rankless:
        return
    pairs = [cropping] if rank == 1 else cropping
    if not all(isinstance(pair, list) and all(isinstance(one, int) for one in pair) for pair in pairs):
        return
    sides = shape[2:] if call.config.get("data_format") == "channels_first" else shape[1:-1]
    if any(side is not None and sum(pair) >= side for pair, side in zip(pairs, sides, strict=False)):
        lead = "cropping parameter of Cropping layer" if rank == 1 else "Argument `cropping`"
        shown = tuple(cropping) if rank == 1 else tuple(map(tuple, cropping))
        text = f"{lead} must be greater than the input shape. Received: inputs.shape={shape}, and cropping={shown}"
        raise raised(call, "ValueError", text)


def _encoding(call: Call) -> None:
    """An encoding other than of numbers makes a matrix at most. Source: `encode_categorical_inputs`."""
    mode, rank = call.config.get("output_mode", "multi_hot"), len(call.shape)
    modes = {"one_hot", "multi_hot", "count", "tf_idf", "binary"}
    of_numbers = call.release < NAMED_SINCE and call.layer.class_name != "CategoryEncoding"
    if not isinstance(mode, str) or mode not in modes or call.inputs[0].rankless or of_numbers or call.release < (2, 6):
        return
    out = rank + 1 if mode == "one_hot" and rank and call.shape[-1] != 1 else rank
    if out <= 2:  # noqa: PLR2004 - a matrix
        return
    text = (
        f"When output_mode is not `'int'`, maximum supported output rank is 2. Received output_mode {mode} and input "
        f"shape {call.shape}, which would result in output rank {out}."
    )
    if call.release < NAMED_SINCE:
        text = f"Received input shape {call.shape}, which would result in output rank {out}. Currently only outputs up "
        text = f"{text}to rank 2 are supported."
    raise raised(call, "ValueError", text)


def _text(call: Call) -> None:
    """Texts are split one by one: each must be an item, or a row of one."""
    if call.config.get("split", "whitespace") is None or len(call.shape) < 2 or call.shape[-1] in {1, None}:  # noqa: PLR2004
        return
    if call.release < NAMED_SINCE:
        text = "When using TextVectorization to tokenize strings, the innermost dimension of the input array must be 1"
        raise raised(call, "RuntimeError", f"{text}, got shape {call.shape}")
    text = (
        "When using `TextVectorization` to tokenize strings, the input rank must be 1 or the last shape dimension must "
        f"be 1. Received: inputs.shape={call.shape} with rank={len(call.shape)}"
    )
    raise raised(call, "ValueError", text)


def _resizing(call: Call) -> None:
    if not call.inputs[0].rankless and len(call.shape) not in {3, 4} and call.release >= (2, 3):
        raise raised(call, "ValueError", "'images' must have either 3 or 4 dimensions.")


def _up_sampling_3d(call: Call) -> None:
    if call.inputs[0].rankless:
        raise raised(call, "ValueError", "as_list() is not defined on an unknown TensorShape.")
    if len(call.shape) < 4:  # noqa: PLR2004 - the batch and three sides
        raise raised(call, "IndexError", "list index out of range")


def _up_sampling(call: Call) -> None:
    if call.inputs[0].rankless and call.release >= KERAS_TENSORS_SINCE:
        images = call.layer.class_name == "UpSampling2D" and call.config.get("data_format") != "channels_first"
        text = "'images' contains no shape." if images else "as_list() is not defined on an unknown TensorShape."
        raise raised(call, "ValueError", text)


def _moved(call: Call) -> None:
    """Images that are turned or shifted; from 2.6 on one that stands alone, too."""
    rank = len(call.shape)
    alone = call.release >= _SINGLE_IMAGES_SINCE
    if call.inputs[0].rankless or call.release < (2, 3) or rank < 2 or rank == 4 or (alone and rank == 3):  # noqa: PLR2004
        return
    if (2, 9) <= call.release <= (2, 11):
        text = "Image augmentation layers are expecting inputs to be rank 3 (HWC) or 4D (NHWC) tensors. Got shape: "
        raise raised(call, "ValueError", f"{text}{call.shape}")
    if rank == 2:  # noqa: PLR2004 - no side beside the batch and the channels
        at, number = (-1, 1) if alone else (2, 2)
        text = f"slice index {at} of dimension 0 out of bounds. for "
        node = _node(call, f"strided_slice_{number}", "StridedSlice", "").replace("[T=DT_FLOAT, ", "[Index=DT_INT32, ")
        raise raised(call, "ValueError", f"{text}{node}T=DT_INT32, begin_mask=0, ellipsis_mask=0, end_mask=0, ")
    fill = call.config.get("fill_mode", "reflect")
    how = call.config.get("interpolation", "bilinear")
    version = "V2" if call.release < (2, 4) else "V3"
    node = _node(call, "transform/ImageProjectiveTransform" + version, "ImageProjectiveTransform" + version, "")
    words = f'dtype=DT_FLOAT, fill_mode="{str(fill).upper()}", interpolation="{str(how).upper()}"]'
    node = node.replace("T=DT_FLOAT, ", words)
    raise raised(call, "ValueError", f"Shape must be rank 4 but is rank {rank} for {node}")


def _softmax(call: Call) -> None:
    axis, rank = call.config.get("axis", -1), len(call.shape)
    if call.inputs[0].rankless or not isinstance(axis, int) or -rank <= axis < rank:
        return
    text = f"Dimension ({axis}) must be in the range [{-rank}, {rank}) where {rank} is the number of dimensions in the "
    if call.release >= NAMED_SINCE:
        text = f"`dim` must be in the range [{-rank}, {rank}) where {rank} is the number of dimensions in the "
    raise raised(call, "InvalidArgumentError", f"{text}input.")


def _attention(call: Call) -> None:
    """Query and value of unlike sizes; the key stands in for the value, where there is one."""
    if not call.listed:
        lead = f"{call.layer.class_name} layer must be called on a list of inputs, namely [query, value] or [query, "
        raise raised(call, "ValueError", f"{lead}value, key].")
    if len(call.inputs) not in {2, 3}:
        lead = f"{call.layer.class_name} layer accepts inputs list of length 2 or 3, namely [query, value] or [query, "
        word = "Received" if call.release >= NAMED_SINCE else "Given"
        raise raised(call, "ValueError", f"{lead}value, key]. {word} length: {len(call.inputs)}")
    one, other = call.inputs[0].shape, call.inputs[-1].shape
    if not one or not other or len(one) != len(other) or one[-1] is None or other[-1] is None:
        return
    if one[-1] == other[-1]:
        return
    text = f"Dimensions must be equal, but are {one[-1]} and {other[-1]} for "
    product = "MatMul" if len(one) == 2 else "BatchMatMulV2"  # noqa: PLR2004 - a matrix
    adjoint = "transpose_a=false, transpose_b=true" if len(one) == 2 else "adj_x=false, adj_y=true"  # noqa: PLR2004 - the same
    node = _node(call, "MatMul", product, adjoint)
    if call.layer.class_name == "AdditiveAttention":
        node = _node(call, "add", "AddV2", "").replace(", ", "](") + f"{call.layer.name}/ExpandDims"
    raise raised(call, "ValueError", text + node)


def _dot(call: Call) -> None:
    axes = call.config.get("axes")
    if axes == 0 or (isinstance(axes, list) and 0 in axes):
        text = (
            "Cannot perform batch_dot over axis 0. If your inputs are not batched, add a dummy batch dimension to your "
        )
        raise raised(call, "ValueError", f"{text}inputs using K.expand_dims(x, 0)")


def _broadcast(call: Call) -> None:
    """A merge that was built for other shapes: its op compares the sizes itself."""
    shapes = [one.shape for one in call.inputs if one.shape is not None]
    if call.first or len(shapes) != len(call.inputs) or len({len(shape) for shape in shapes}) != 1:
        return
    for column in zip(*shapes, strict=True):
        sizes = [size for size in column if size is not None and size != 1]
        if len(set(sizes)) > 1:
            text = f"Dimensions must be equal, but are {sizes[0]} and {next(s for s in sizes if s != sizes[0])} for "
            op = {"Multiply": ("mul", "Mul"), "Subtract": ("sub", "Sub")}.get(call.layer.class_name, ("add", "AddV2"))
            raise raised(call, "ValueError", text + _node(call, *op, "").replace(", ", "]("))


def _heads(call: Call) -> None:
    """Attention over heads: its einsum needs at least one axis of steps, and sizes to scale its kernels by."""
    query = call.inputs[0]
    if query.rankless:
        raise raised(call, "TypeError", "unsupported operand type(s) for -: 'NoneType' and 'int'")
    if len({len(one.shape or ()) for one in call.inputs}) != 1 or not query.shape:
        return
    if call.first and any(one.shape and one.shape[-1] is None for one in call.inputs):
        raise raised(call, "TypeError", "unsupported operand type(s) for *=: 'int' and 'NoneType'")
    if len(query.shape) == 2 and call.config.get("attention_axes") is None:  # noqa: PLR2004 - no steps
        lead = texts.calling(call.release, "Softmax", "softmax")
        raise call.refused("IndexError", f"{lead}tuple index out of range", "KER103")


def _unrolled(call: Call) -> None:
    """A loop without a length can't be unrolled, nor can one over nothing begin."""
    if len(call.shape) != 3:  # noqa: PLR2004 - batch, steps, size
        return
    if call.config.get("unroll") and call.shape[1] is None:
        text = "Unrolling requires a fixed number of timesteps."
        if call.layer.class_name == "SimpleRNN":
            text = (
                "Cannot unroll a RNN if the time dimension is undefined. \n- If using a Sequential model, specify the "
            )
        raise raised(call, "ValueError", text)


_BY_CLASS: dict[str, Callable[[Call], None]] = {
    "Dense": _last_size("MatMul", "MatMul", "transpose_a=false, transpose_b=false]"),
    "BatchNormalization": _last_size("batchnorm/mul_1", "Mul", ""),
    "Reshape": _reshape,
    "Cropping1D": _cropping,
    "Cropping2D": _cropping,
    **dict.fromkeys(("UpSampling1D", "UpSampling2D"), _up_sampling),
    "UpSampling3D": _up_sampling_3d,
    **dict.fromkeys(("RandomRotation", "RandomTranslation", "RandomZoom"), _moved),
    **dict.fromkeys(("CategoryEncoding", "StringLookup", "IntegerLookup"), _encoding),
    "TextVectorization": _text,
    "Resizing": _resizing,
    "Softmax": _softmax,
    **dict.fromkeys(("Attention", "AdditiveAttention"), _attention),
    "Dot": _dot,
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), _broadcast),
    "MultiHeadAttention": _heads,
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _unrolled),
}
