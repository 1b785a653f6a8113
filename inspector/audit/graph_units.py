"""The graphs of an artifact, each with the name that its places begin with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from inspector.audit.graph_table import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Function, Graph, MetaGraph, Node

PB, PBTXT = "saved_model.pb", "saved_model.pbtxt"


class Unit:
    """A graph with its function library. `meta` is None for a frozen graph and for a graph hidden in another.

    `label` is what places in it begin with: the tags of the MetaGraph, or the place of the node that hides it in `outer`.
    """

    def __init__(
        self, member: str, label: str, graph: Graph, meta: MetaGraph | None = None, outer: Unit | None = None
    ) -> None:
        self.member = member
        self.label = label
        self.graph = graph
        self.meta = meta
        self.outer = outer

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """The function library."""
        return self.graph.functions

    @cached_property
    def bodies(self) -> Mapping[str, tuple[Node, ...]]:
        """Function name to its nodes, "" standing for the graph itself."""
        return {"": self.graph.nodes, **{name: function.nodes for name, function in self.functions.items()}}

    @cached_property
    def risky(self) -> tuple[tuple[str, int], ...]:
        """(function, index of the node) of each node whose op can reach outside."""
        ops = table().ops
        return tuple(
            (name, index) for name, nodes in self.bodies.items() for index, node in enumerate(nodes) if node.op in ops
        )

    def place(self, function: str, node: str) -> str:
        """The node path `LABEL/FUNCTION/NODE`."""
        return "/".join(part for part in (self.label, function, node) if part)


def units(artifact: Artifact) -> Iterator[Unit]:
    """The graph of every MetaGraph, or that of a frozen graph."""
    model = artifact.saved_model
    for meta in model.meta_graphs if model else ():
        yield Unit(member_of(artifact), ",".join(meta.tags), meta.graph, meta)
    if artifact.graph is not None and model is None:
        yield Unit(member_of(artifact), "", artifact.graph)


def member_of(artifact: Artifact) -> str:
    """The file that holds the graph: `saved_model.pb`, which wins over `.pbtxt`; a single file by its own name."""
    if artifact.saved_model is not None:
        return artifact.saved_model.pb_member
    return artifact.path.replace("\\", "/").rpartition("/")[2]
