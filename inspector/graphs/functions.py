"""The functions of an artifact as a graph: which function calls which, from the graph itself and from signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from inspector.graphs.ops import graphs
from inspector.graphs.walk import called

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Function, Node


def function_graph(artifact: Artifact) -> nx.MultiDiGraph:
    """Nodes are (MetaGraph index, function name), the name "" standing for the MetaGraph's own graph.

    Node attributes: `ops` (number of nodes in the body), `inputs` and `outputs` (argument names), `concrete` (whether
    the object graph names the function). Edge attributes: `op` and `attr` of the calling node, `node` its name.
    """
    result = nx.MultiDiGraph()
    concrete = _concrete(artifact)
    for index, graph in enumerate(graphs(artifact)):
        # A library belongs to its MetaGraph: two of one file may each have another function of the same name.
        result.add_node((index, ""), ops=len(graph.nodes), inputs=(), outputs=(), concrete=False)
        for name, function in graph.functions.items():
            result.add_node((index, name), concrete=(index, name) in concrete, **_described(function))
        _add_calls(result, index, "", graph.nodes, graph.functions)
        for name, function in graph.functions.items():
            _add_calls(result, index, name, function.nodes, graph.functions)
    return result


def _described(function: Function) -> dict[str, object]:
    return {
        "ops": len(function.nodes),
        "inputs": tuple(argument.name for argument in function.inputs),
        "outputs": tuple(argument.name for argument in function.outputs),
    }


def _concrete(artifact: Artifact) -> set[tuple[int, str]]:
    model = artifact.saved_model
    return {(i, name) for i, item in enumerate(model.meta_graphs if model else ()) for name in item.concrete_functions}


def _add_calls(
    result: nx.MultiDiGraph, index: int, caller: str, nodes: Iterable[Node], library: Mapping[str, Function]
) -> None:
    for node in nodes:
        for attr, name in called(node, library):
            result.add_edge((index, caller), (index, name), op=node.op, attr=attr, node=node.name)
