"""Models how assets, constants, variables, tables and lists of an object graph are made again, before values are read.

Each check was tried in 2.4.4, 2.10.1, 2.15.1 and 2.21.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import is_young, knows_dtype
from inspector.loaders.graph.devices import device_fault, malformed
from inspector.loaders.graph.texts import numbers
from inspector.terms.dtypes import name_of
from inspector.terms.finding import ExpectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, ObjectNode

# Numbers of VariableSynchronization and VariableAggregation (variable.proto).
_SYNCHRONIZATIONS, _AGGREGATIONS = range(5), range(4)
_REWORDED_SINCE = (2, 5)
_SIZES_IN_KERNEL_SINCE = (2, 9)  # before, TensorShape itself refuses a size below -1
_LISTS = frozenset({"trackable_list_wrapper", "trackable_tuple_wrapper"})


def value_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """What stops an object from being made, in file order, then what its parts cannot be set as."""
    for node in _odd(graph):
        error = _CHECKS[node.kind](context, graph, node)
        if error is not None:
            yield _problem(context, node, error)
    for node, name in _odd_items(graph):
        yield _problem(context, node, _item_error(name))


def _problem(context: Context, node: ObjectNode, error: ExpectedError) -> Problem:
    return context.problem("SMD113", node.kind, f"object_graph/{node.index}", error, reason=error.message)


@once_per_graph
def _odd(graph: MetaGraph) -> tuple[ObjectNode, ...]:
    """The objects that some release may refuse."""
    slots = {slot for node in graph.objects for _, _, slot in node.slot_variables}
    return tuple(n for n in graph.objects if n.kind in _ODD and n.index not in slots and _ODD[n.kind](graph, n))


@once_per_graph
def _odd_items(graph: MetaGraph) -> tuple[tuple[ObjectNode, str], ...]:
    """The parts of lists whose names are no numbers."""
    found = ((node, name) for node in graph.objects if node.identifier in _LISTS for name, _ in node.children)
    return tuple((node, name) for node, name in found if not name.isdecimal())


def _item_error(name: str) -> ExpectedError:
    """`int(index_string)`, then an index from the end of a list that is still too short."""
    if name.removeprefix("-").isdecimal():
        return ExpectedError("IndexError", "list index out of range")
    return ExpectedError("ValueError", f"invalid literal for int() with base 10: {name!r}")


def _odd_variable(graph: MetaGraph, node: ObjectNode) -> bool:
    del graph
    stored = node.message.variable
    dtype = name_of(stored.dtype)
    if dtype == "invalid" or is_young(dtype) or any(dim.size < -1 for dim in stored.shape.dim):
        return True
    return stored.synchronization not in _SYNCHRONIZATIONS or stored.aggregation not in _AGGREGATIONS


def _variable_error(context: Context, graph: MetaGraph, node: ObjectNode) -> ExpectedError | None:
    del graph
    stored = node.message.variable
    name = stored.name or "<variable loaded from saved model>"
    if stored.aggregation not in _AGGREGATIONS:
        text = f"Invalid variable aggregation mode: {stored.aggregation} for variable: {name}"
        return ExpectedError("ValueError", text)
    if stored.synchronization not in _SYNCHRONIZATIONS:
        text = f"Invalid variable synchronization mode: {stored.synchronization} for variable: {name}"
        return ExpectedError("ValueError", text)
    return _dtype_error(context, stored.dtype) or _size_error(context, stored.shape)


def _dtype_error(context: Context, dtype: int) -> ExpectedError | None:
    """`dtypes.as_dtype` of a number."""
    if knows_dtype(name_of(dtype), context.release):
        return None
    new = context.release >= _REWORDED_SINCE
    start = f"Cannot convert the argument `type_value`: {dtype}" if new else f"Cannot convert value {dtype}"
    return ExpectedError("TypeError", f"{start} to a TensorFlow DType.")


def _size_error(context: Context, shape: Any) -> ExpectedError | None:
    sizes = [dim.size for dim in shape.dim]
    low = next((size for size in sizes if size < -1), None)
    if low is None or shape.unknown_rank:
        return None
    if context.release < _SIZES_IN_KERNEL_SINCE:
        return ExpectedError("ValueError", f"Dimension {low} must be >= 0")
    text = f"Shape [{','.join(map(str, sizes))}] has dimensions with values below -1 (where -1 means unknown)"
    device = "/job:localhost/replica:0/task:0/device:CPU:0"
    return ExpectedError(
        "InvalidArgumentError", f"{{{{function_node __wrapped__VarHandleOp_device_{device}}}}} {text} [Op:VarHandleOp]"
    )


def _odd_asset(graph: MetaGraph, node: ObjectNode) -> bool:
    count = len(graph.message.asset_file_def)
    return not -count <= node.message.asset.asset_file_def_index < count


def _asset_error(context: Context, graph: MetaGraph, node: ObjectNode) -> ExpectedError:
    del graph
    # The upb-less protobuf before 4 says which index it was.
    old = numbers(context.capabilities.runtime.packages.get("protobuf") or "3") < (4,)
    number = f" ({node.message.asset.asset_file_def_index})" if old else ""
    return ExpectedError("IndexError", f"list index{number} out of range")


@once_per_graph
def _constants(graph: MetaGraph) -> Mapping[str, Any]:
    return {node.name: node for node in graph.graph.nodes}


def _odd_constant(graph: MetaGraph, node: ObjectNode) -> bool:
    source = _constants(graph).get(node.message.constant.operation)
    if source is None or "value" not in source.attrs:
        return True
    tensor = source.attrs["value"].tensor
    dtype = name_of(tensor.dtype)
    return dtype == "invalid" or is_young(dtype) or bool(_content_text(tensor))


def _constant_error(context: Context, graph: MetaGraph, node: ObjectNode) -> ExpectedError | None:
    """`tensor_util.MakeNdarray` of the constant's tensor."""
    name = node.message.constant.operation
    source = _constants(graph).get(name)
    if source is None:
        return ExpectedError("KeyError", repr(name))
    if "value" not in source.attrs:  # a map of protobuf gives an empty tensor for what it lacks
        return _dtype_error(context, 0)
    tensor = source.attrs["value"].tensor
    text = _content_text(tensor)
    return _dtype_error(context, tensor.dtype) or (ExpectedError("ValueError", text) if text else None)


def _content_text(tensor: Any) -> str:
    """What numpy says of bytes that are no tensor of that shape, "" where they are one."""
    size = _BYTES.get(name_of(tensor.dtype), 0)
    if not tensor.tensor_content or not size:
        return ""
    if len(tensor.tensor_content) % size:
        return "buffer size must be a multiple of element size"
    shape, count = [dim.size for dim in tensor.tensor_shape.dim], len(tensor.tensor_content) // size
    wanted = 1
    for length in shape:
        wanted *= length
    if wanted == count:
        return ""
    shown = f"({shape[0]},)" if len(shape) == 1 else f"({','.join(map(str, shape))})"
    return f"cannot reshape array of size {count} into shape {shown}"


_BYTES = {
    **dict.fromkeys(("float32", "int32", "uint32"), 4),
    **dict.fromkeys(("float64", "int64", "uint64", "complex64"), 8),
    **dict.fromkeys(("int16", "uint16"), 2),
    **dict.fromkeys(("int8", "uint8", "bool"), 1),
}


def _odd_resource(graph: MetaGraph, node: ObjectNode) -> bool:
    del graph
    return bool(device_fault(node.message.resource.device)) or "_create_resource" not in dict(node.children)


def _resource_error(context: Context, graph: MetaGraph, node: ObjectNode) -> ExpectedError | None:
    error = malformed(context, node.message.resource.device)
    if error is not None:
        return error
    if not _is_captured(graph, node.index):
        return None
    return ExpectedError("NotImplementedError", "TrackableResource._create_resource not implemented.")


def _is_captured(graph: MetaGraph, index: int) -> bool:
    return any(index in function.bound_inputs for function in graph.concrete_functions.values())


_ODD: dict[str, Callable[[MetaGraph, ObjectNode], bool]] = {
    "variable": _odd_variable,
    "asset": _odd_asset,
    "constant": _odd_constant,
    "resource": _odd_resource,
}
_CHECKS: dict[str, Callable[[Context, MetaGraph, ObjectNode], ExpectedError | None]] = {
    "variable": _variable_error,
    "asset": _asset_error,
    "constant": _constant_error,
    "resource": _resource_error,
}
