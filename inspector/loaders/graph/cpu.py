"""Kernels that a CPU has and that refuse a node all the same when it runs: layouts, dtypes, generators, files.

Nothing checks these before the kernel runs. Each was recorded in twelve releases from 2.1 to 2.21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.constants import constant, integer, texts
from inspector.terms.dtypes import name_of
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.graph import Graph


@record
class Refusal:
    """What a kernel raises: the exception's class and its text. `subject` and `details` fill the rule's words."""

    rule: str
    subject: str
    kind: str
    text: str
    details: Mapping[str, str] = field(default_factory=dict)


# Texts by op for tensors with the channels in the second place. oneDNN, which takes them, is asked first from 2.9 on;
# before, and where it is switched off, Eigen's kernels answer (tensorflow/core/kernels/conv_ops.cc and others).
_ONEDNN_SINCE, _ONEDNN = (2, 9), "TF_ENABLE_ONEDNN_OPTS"
_ONEDNN_MAY_SINCE = (2, 5)
_LAYOUTS = frozenset({"NCHW", "NCDHW"})
_CONV = "The Conv2D op currently only supports the NHWC tensor format on the CPU. The op was given the format: NCHW"
_POOL_3D = "Default Pooling3DOp only supports NDHWC on device type CPU"
_REFUSED_LAYOUTS = {
    "Conv2D": ("UnimplementedError", _CONV),
    "MaxPool": ("InvalidArgumentError", "Default MaxPoolingOp only supports NHWC on device type CPU"),
    "AvgPool": ("InvalidArgumentError", "Default AvgPoolingOp only supports NHWC on device type CPU"),
    "Conv3D": ("InvalidArgumentError", "CPU implementation of Conv3D currently only supports the NHWC tensor format."),
    "Conv2DBackpropInput": ("InvalidArgumentError", "Conv2DCustomBackpropInputOp only supports NHWC."),
    "DepthwiseConv2dNative": (
        "UnimplementedError",
        "Depthwise convolution on CPU is only supported for NHWC format",
    ),
    "MaxPool3D": ("InvalidArgumentError", _POOL_3D),
    "AvgPool3D": ("InvalidArgumentError", _POOL_3D),
}


def _layout(context: Context, graph: Graph, item: Reached) -> Refusal | None:
    del graph
    attrs = item.node.attrs
    layout = attrs["data_format"].s.decode("latin-1") if "data_format" in attrs else ""
    if layout not in _LAYOUTS or _has_onednn(context):
        return None
    kind, text = _REFUSED_LAYOUTS[item.node.op]
    details = {"op": item.node.op, "value": layout, "since": "2.9"}
    return Refusal("OPS114", f"{item.node.op} {layout}", kind, text, details)


def _has_onednn(context: Context) -> bool:
    """Whether oneDNN's kernels answer. From 2.9 on they do on every x86 with AVX512_VNNI or newer."""
    said = context.capabilities.runtime.env.get(_ONEDNN)
    # The default builds have oneDNN's kernels from 2.5 on, switched off until 2.9 (release notes of both): before, a
    # lock that sets the variable changes nothing.
    if said is not None and context.release >= _ONEDNN_MAY_SINCE:
        return said.lower() not in {"0", "false"}
    return context.release >= _ONEDNN_SINCE


# Eigen's convolution of bfloat16 leaves its output unset: it came with 2.4, oneDNN hides it.
_BFLOAT16_SINCE = (2, 4)


def _convolution(context: Context, graph: Graph, item: Reached) -> Refusal | None:
    attrs = item.node.attrs
    is_bfloat16 = "T" in attrs and name_of(attrs["T"].type) == "bfloat16"
    if is_bfloat16 and context.release >= _BFLOAT16_SINCE and not _has_onednn(context):
        text = f"Missing 0-th output from {{{{node {item.node.name}}}}}"
        details = {"op": item.node.op, "value": "bfloat16", "since": "2.9"}
        return Refusal("OPS114", f"{item.node.op} bfloat16", "InternalError", text, details)
    return _layout(context, graph, item)


# RNG_ALG_THREEFRY (tensorflow/core/framework/rng_alg.h) is for XLA alone; releases before 2.9 do not know the number.
_THREEFRY, _THREEFRY_NAMED_SINCE = 2, (2, 9)
_SKIPS = frozenset({"RngReadAndSkip", "RngSkip"})


def _generator(context: Context, graph: Graph, item: Reached) -> Refusal | None:
    # The algorithm is the second input; one that is computed is known to nobody before the run.
    if integer(constant(graph, item, 1)) != _THREEFRY:
        return None
    named = context.release >= _THREEFRY_NAMED_SINCE
    if not named and item.node.op in _SKIPS:
        return None
    kind, text = "InvalidArgumentError", f"Unsupported algorithm id: {_THREEFRY}"
    if named:
        kind, text = "UnimplementedError", "Non-XLA devices don't support the ThreeFry algorithm."
    return Refusal("OPS109", str(_THREEFRY), kind, text, {"op": item.node.op})


def _file(context: Context, graph: Graph, item: Reached) -> Refusal | None:
    """A file outside the model: paths belong to the machine that saved it."""
    absent = [p for p in texts(constant(graph, item, 0)) if p not in context.capabilities.runtime.assumed_files]
    if not absent:
        return None
    text = f"{absent[0]}; No such file or directory"
    return Refusal("KER133", absent[0], "NotFoundError", text, {"target": absent[0]})


def _records(context: Context, graph: Graph, item: Reached) -> Refusal | None:
    """Files of a dataset are opened when the first element is asked for; a reduction always asks."""
    nodes = graph.functions[item.function].nodes if item.function else graph.nodes
    return _file(context, graph, item) if any(node.op == "ReduceDataset" for node in nodes) else None


_BY_OP: dict[str, Callable[[Context, Graph, Reached], Refusal | None]] = {
    **dict.fromkeys(_REFUSED_LAYOUTS, _layout),
    "Conv2D": _convolution,
    **dict.fromkeys(
        (*_SKIPS, "StatefulUniform", "StatefulUniformInt", "StatefulUniformFullInt", "StatefulStandardNormalV2"),
        _generator,
    ),
    "StatefulTruncatedNormal": _generator,
    "ReadFile": _file,
    **dict.fromkeys(("TextLineDataset", "TFRecordDataset", "FixedLengthRecordDatasetV2"), _records),
}
REFUSING = frozenset(_BY_OP)


def refusals(context: Context, graph: Graph, item: Reached) -> Iterator[Refusal]:
    """What the node's kernel refuses."""
    ask = _BY_OP.get(item.node.op)
    found = ask(context, graph, item) if ask else None
    if found is not None:
        yield found
