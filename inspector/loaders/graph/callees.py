"""Which functions the nodes of a graph name: what must be imported first, and what runs when they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import once_per_graph
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.graph import Graph, Node

# Function calls keep the gradient of what they call under the attribute that asks for a custom one.
_CALLS = frozenset({"StatefulPartitionedCall", "PartitionedCall"})
_GRADIENT = "_gradient_op_type"


@record
class Callees:
    """What a node names: `op`, which may be a function's name; a custom gradient ("": none); functions.

    `named` are functions of single attributes, `listed` those in lists (branches of a case).
    """

    op: str
    gradient: str
    named: tuple[str, ...]
    listed: tuple[str, ...]


def callees_of(node: Node) -> Callees:
    """What that node names."""
    named, listed = [], []
    for value in node.attrs.values():
        kind = value.WhichOneof("value")
        if kind == "func":
            named.append(value.func.name)
        elif kind == "list":
            listed += [function.name for function in value.list.func]
    return Callees(node.op, _gradient(node), tuple(named), tuple(listed))


def _gradient(node: Node) -> str:
    if node.op in _CALLS or _GRADIENT not in node.attrs:
        return ""
    text: str = node.attrs[_GRADIENT].s.decode("latin-1")
    return text


@once_per_graph
def library_callees(graph: Graph) -> Mapping[str, tuple[Callees, ...]]:
    """By function, what its nodes name, without the nodes that name nothing."""
    known = graph.functions
    found = {name: map(callees_of, function.nodes) for name, function in known.items()}
    return {
        name: tuple(c for c in callees if c.named or c.listed or c.gradient or c.op in known)
        for name, callees in found.items()
    }


@once_per_graph
def registered_gradients(graph: Graph) -> Mapping[str, str]:
    """Name of a custom gradient to the function that computes it (TF >= 2.6); a graph without a message has none."""
    message = getattr(graph, "message", None)
    stored = () if message is None else message.library.registered_gradients
    return {item.registered_op_type: item.gradient_func for item in stored if item.registered_op_type}


def dependencies(graph: Graph, gradients: Mapping[str, str], *, lists: bool) -> Mapping[str, tuple[str, ...]]:
    """By function, those that must be loaded before it, each once."""
    return {
        name: tuple(dict.fromkeys(found for item in items for found in _needed(graph, item, gradients, lists=lists)))
        for name, items in library_callees(graph).items()
    }


def _needed(graph: Graph, item: Callees, gradients: Mapping[str, str], *, lists: bool) -> tuple[str, ...]:
    # One kind of dependency a node, in the order of `_list_function_deps` in
    # tensorflow/python/saved_model/function_deserialization.py: the op itself, else its custom gradient, else its
    # attributes.
    if item.op in graph.functions:
        return (item.op,)
    if item.gradient in gradients:
        return (gradients[item.gradient],)
    return (*item.named, *item.listed) if lists else item.named
