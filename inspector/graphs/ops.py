"""The ops of an artifact as one graph: the nodes of every MetaGraph and function, with data, control and call edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

from inspector.graphs.walk import called
from inspector.terms.dtypes import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Function, Graph, Node

# (index of the MetaGraph, function or "" for the graph itself, node)
Key = tuple[int, str, str]


def op_graph(artifact: Artifact) -> nx.MultiDiGraph:
    """Nodes are (MetaGraph index, function, node name), a GraphDef counting as MetaGraph 0.

    Node attributes: `op`, `device`, `dtypes` (attribute name to dtype names), and `kind`: `node`, `argument` or
    `result` of a function. Edge attribute `kind`: `data` (with `output`, the text after the colon, and `input`, the
    position), `control`, or `call` (with `attr`: from a node to the results of the function that it names). Inputs that
    no node provides become nodes of kind `missing`.
    """
    graph = nx.MultiDiGraph()
    for index, definition in enumerate(graphs(artifact)):
        _add_body(graph, (index, ""), definition.nodes)
        for name, function in definition.functions.items():
            _add_function(graph, (index, name), function)
        _add_calls(graph, index, definition)
    return graph


def graphs(artifact: Artifact) -> list[Graph]:
    """Every GraphDef of an artifact."""
    if artifact.saved_model is not None:
        return [item.graph for item in artifact.saved_model.meta_graphs]
    return [] if artifact.graph is None else [artifact.graph]


def _add_function(graph: nx.MultiDiGraph, place: tuple[int, str], function: Function) -> None:
    for argument in function.inputs:
        graph.add_node((*place, argument.name), kind="argument", op="", device="", dtypes={"": _dtype(argument.dtype)})
    _add_body(graph, place, function.nodes)
    for output in function.outputs:
        # FunctionDef.ret maps the name of an output to a tensor of the body (tensorflow/core/framework/function.proto).
        source = function.returns.get(output.name, "")
        key = (*place, f"return:{output.name}")
        graph.add_node(key, kind="result", op="", device="", dtypes={"": _dtype(output.dtype)})
        _connect(graph, place, source, key, 0)


def _add_body(graph: nx.MultiDiGraph, place: tuple[int, str], nodes: tuple[Node, ...]) -> None:
    for node in nodes:
        graph.add_node((*place, node.name), kind="node", op=node.op, device=node.device, dtypes=_dtypes(node.attrs))
    for node in nodes:
        for position, source in enumerate(node.inputs):
            _connect(graph, place, source, (*place, node.name), position)


def _connect(graph: nx.MultiDiGraph, place: tuple[int, str], source: str, target: Key, position: int) -> None:
    """Add the edge of one input: `^name` is a control edge, `name:1` and `name:out:0` name an output."""
    # Inside a function an output has its argument's name and its place (`name:out:0`), outside only its place.
    name, _, output = source.removeprefix("^").partition(":")
    key = (*place, name)
    # A lost edge stays to be seen, as what it is: hiding it would make a broken graph look whole.
    if key not in graph:
        graph.add_node(key, kind="missing", op="", device="", dtypes={})
    if source.startswith("^"):
        graph.add_edge(key, target, kind="control")
    else:
        # A multigraph: one tensor may be two inputs of the same node (`Mul(x, x)`).
        graph.add_edge(key, target, kind="data", output=output, input=position)


def _add_calls(graph: nx.MultiDiGraph, index: int, definition: Graph) -> None:
    library = definition.functions
    bodies = [("", definition.nodes), *((name, function.nodes) for name, function in library.items())]
    for container, nodes in bodies:
        for node in nodes:
            for attr, name in called(node, library):
                for output in library[name].outputs:
                    target = (index, name, f"return:{output.name}")
                    graph.add_edge((index, container, node.name), target, kind="call", attr=attr)


def _dtypes(attrs: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in attrs.items():
        kind = value.WhichOneof("value")
        if kind == "type":
            found[name] = _dtype(value.type)
        elif kind == "list" and value.list.type:
            found[name] = tuple(map(name_of, value.list.type))
    return found


def _dtype(number: int) -> tuple[str, ...]:
    return (name_of(number),) if number else ()
