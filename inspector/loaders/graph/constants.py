"""The values that constants give to a node's inputs, where the node's own graph or function holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.dtypes import name_of

if TYPE_CHECKING:
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.graph import Graph, Node


def sources(item: Reached) -> list[str]:
    """The nodes behind the data inputs of a node, in order."""
    return [name.partition(":")[0] for name in item.node.inputs if name[:1] != "^"]


def constant(graph: Graph, item: Reached, place: int) -> Any:
    """The TensorProto of the constant behind that data input (negative: from the end); None where it is none."""
    found = sources(item)
    if not -len(found) <= place < len(found):
        return None
    # Constants of an outer graph come in as arguments, whose values depend on the call: these are not followed.
    nodes = graph.functions[item.function].nodes if item.function else graph.nodes
    source = next((node for node in nodes if node.name == found[place]), None)
    return source.attrs["value"].tensor if source is not None and _is_constant(source) else None


def _is_constant(node: Node) -> bool:
    return node.op == "Const" and "value" in node.attrs


# Bytes of a number, and the field that holds a small tensor's numbers.
_INTEGERS = {"int32": (4, "int_val"), "int64": (8, "int64_val")}


def integer(tensor: Any) -> int | None:
    """The first number of an int32 or int64 tensor; None for any other."""
    size, values = _INTEGERS.get(name_of(tensor.dtype), (0, "")) if tensor is not None else (0, "")
    if not size:
        return None
    if getattr(tensor, values):
        return int(getattr(tensor, values)[0])
    # An empty tensor of one element holds zero: proto3 leaves out what is the default.
    return int.from_bytes(tensor.tensor_content[:size], "little", signed=True) if tensor.tensor_content else 0


def texts(tensor: Any) -> tuple[str, ...]:
    """The strings of a tensor."""
    return () if tensor is None else tuple(value.decode("utf-8", "replace") for value in tensor.string_val)
