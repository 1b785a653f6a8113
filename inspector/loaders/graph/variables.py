"""Which variables of a session graph nothing sets: neither the saver's restore op nor an initializer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.graphs.walk import initializers
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.reach import reached_from_tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.graph import MetaGraph, Node


@once_per_graph
def unrestored(graph: MetaGraph) -> tuple[Node, ...]:
    """The VarHandleOps whose variable is neither restored nor initialized when the model is loaded."""
    # A variable that nothing sets is harmless as long as no signature reads it: a use is looked for before it is
    # reported (see graph_unset).
    set_by_load = {_variable(item.node) for item in reached_from_tensors(graph.graph, setters(graph))}
    handles = (node for node in graph.graph.nodes if node.op == "VarHandleOp")
    return tuple(node for node in handles if _variable(node) not in set_by_load)


def setters(graph: MetaGraph) -> Iterator[str]:
    """The ops that the session loader runs: restore, then init."""
    if graph.saver is not None and graph.saver.get("restore_op_name"):
        yield graph.saver["restore_op_name"]
    yield from initializers(graph)


def _variable(node: Node) -> str:
    """The resource's name, which nodes may share."""
    shared = node.attrs["shared_name"].s.decode("utf-8", "replace") if "shared_name" in node.attrs else ""
    # VarHandleOp finds its resource by container and shared_name; two handles of one name are one variable.
    return shared or node.name
