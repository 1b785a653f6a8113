"""The graphs of an artifact, each with the name that its places begin with."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from inspector.audit.graph.table import table
from inspector.graphs.walk import called

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Function, Graph, MetaGraph, Node

PB, PBTXT = "saved_model.pb", "saved_model.pbtxt"


class Unit:
    """A graph with its function library. `meta` is None for a frozen graph and for a graph hidden in another.

    `label` begins the places in it: the tags of the MetaGraph, or the place of the node in `outer` that hides it.
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
        # The graph comes last: a function without a name, which only a damaged or hostile file has, must not hide it.
        return {**{name: function.nodes for name, function in self.functions.items()}, "": self.graph.nodes}

    @cached_property
    def ops(self) -> Mapping[str, tuple[str, ...]]:
        """The ops of `bodies`: every question to a graph begins with them, and each look into a message costs."""
        return {name: tuple(node.op for node in nodes) for name, nodes in self.bodies.items()}

    @cached_property
    def places(self) -> Mapping[str, Mapping[str, int]]:
        """The nodes of each of `bodies` by name, with their index."""
        return {body: {node.name: at for at, node in enumerate(nodes)} for body, nodes in self.bodies.items()}

    @cached_property
    def risky(self) -> tuple[tuple[str, int], ...]:
        """(function, index of the node) of each node whose op can reach outside."""
        known = table().ops
        return tuple((name, at) for name, ops in self.ops.items() for at, op in enumerate(ops) if op in known)

    @cached_property
    def sites(self) -> Mapping[str, list[tuple[str, int, str]]]:
        """Function to (caller, index of the node, attribute) of each call of it."""
        known, library = table(), self.functions
        found: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
        for caller, ops in self.ops.items():
            for index, op in enumerate(ops):
                if known.may_call(op) or op in library:
                    for attr, name in called(self.bodies[caller][index], library):
                        found[name].append((caller, index, attr))
        return found

    @cached_property
    def callees(self) -> Mapping[tuple[str, int], list[tuple[str, str]]]:
        """(function, index of the node) to (attribute, function) of each call."""
        found: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
        for name, sites in self.sites.items():
            for caller, index, attr in sites:
                found[caller, index].append((attr, name))
        return found

    @cached_property
    def leading(self) -> frozenset[str]:
        """The functions that have a risky node, or call one that has: nothing else needs to be followed."""
        ready = [function for function, _ in self.risky]
        seen = set(ready)
        for function in ready:
            for caller, _, _ in self.sites.get(function, ()):
                if caller not in seen:
                    seen.add(caller)
                    ready.append(caller)
        return frozenset(seen)

    def arguments(self, function: str) -> tuple[str, ...]:
        """The names of a function's arguments; the graph itself has none."""
        if not function:
            return ()
        found = self.functions[function]
        message = getattr(found, "message", None)  # views make a record of each argument, which takes longer
        return tuple(item.name for item in (found.inputs if message is None else message.signature.input_arg))

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
