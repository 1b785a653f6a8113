"""Which ops a model needs from the registry. How it uses them is found, and judged, in `loaders.graph.uses`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Graph


def op_names(artifact: Artifact) -> tuple[str, ...]:
    """The names of all ops that the artifact uses anywhere, sorted; calls of its own functions are no ops."""
    found: set[str] = set()
    for graph in _graphs(artifact):
        found |= _ops(graph)
    return tuple(sorted(found))


def _graphs(artifact: Artifact) -> Iterator[Graph]:
    """The graph of every MetaGraph, or that of a GraphDef."""
    for item in artifact.saved_model.meta_graphs if artifact.saved_model else ():
        yield item.graph
    if artifact.graph is not None:
        yield artifact.graph


def _ops(graph: Graph) -> set[str]:
    """The ops of one graph; worked out once for all the targets that it is judged against."""
    found: set[str] | None = graph.memo.get("ops")
    if found is None:
        found = {node.op for node in graph.nodes}
        for function in graph.functions.values():
            found.update(node.op for node in function.nodes)
        # A call by name has the function's name for its op, which no registry has.
        graph.memo["ops"] = found = found.difference(graph.functions)
    return found
