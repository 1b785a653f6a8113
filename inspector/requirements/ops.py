"""What a graph asks of the op registry: which ops, with which attributes and data types, standing where.

A model has few distinct uses of ops (60 in an LSTM of 4,183 nodes): they are found once per graph, and then judged for
each target.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.dtypes import name_of
from inspector.terms.finding import Location
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Function, Graph, Node

# A function attribute may carry attributes of its own that name functions; nobody nests deeper than twice.
MAX_NESTING = 8
_LISTS = ("type", "func", "s", "i", "f", "b", "shape", "tensor")


@record
class OpUse:
    """One way in which an op is used. Uses are equal where op, attributes and data types are.

    `attrs` are (name, kind) in the order of the names, where kind is the AttrValue field that is set (`type`, `s`,
    `func`, `list(type)`, `list` for an empty list, "" for none); `types` are (name, dtype names) of those with types.
    `container` is the function that holds the first such node ("" for the graph itself), `node` that node's name, and
    `count` how many of its nodes use the op in the same way.
    """

    op: str
    attrs: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, tuple[str, ...]], ...]
    container: str = field(default="", compare=False)
    node: str = field(default="", compare=False)
    count: int = field(default=1, compare=False)

    @property
    def attr_names(self) -> tuple[str, ...]:
        """The names of the attributes that are present, sorted."""
        return tuple(name for name, _ in self.attrs)

    def location(self, member: str) -> Location:
        """Where the first node stands, in that file."""
        return Location(member, f"{self.container}/{self.node}" if self.container else self.node)


@record
class FunctionReference:
    """A function that a node names: as an attribute, or (`attr` is "") as the op itself."""

    function: str
    container: str
    node: str
    op: str
    attr: str


@record
class GraphUses:
    """The uses of one graph, by the function they stand in; the key "" is the graph itself. All in file order."""

    by_container: Mapping[str, tuple[OpUse, ...]]
    references: Mapping[str, tuple[FunctionReference, ...]]
    library: tuple[str, ...]

    @property
    def main(self) -> tuple[OpUse, ...]:
        """Uses in the graph itself."""
        return self.by_container[""]

    def in_functions(self, names: Iterable[str] | None = None) -> Iterator[OpUse]:
        """Distinct uses in those functions (None: all of the library), each where it is met first."""
        return self.distinct(self.library if names is None else names)

    def distinct(self, containers: Iterable[str]) -> Iterator[OpUse]:
        """Distinct uses in those containers, each where it is met first."""
        seen: set[OpUse] = set()
        for container in containers:
            for use in self.by_container.get(container, ()):
                if use not in seen:
                    seen.add(use)
                    yield use

    def reachable(self, roots: Iterable[str]) -> frozenset[str]:
        """Every function that the given containers call, directly or not. "" stands for the graph itself."""
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            for reference in self.references.get(waiting.pop(), ()):
                if reference.function not in found:
                    found.add(reference.function)
                    waiting.append(reference.function)
        return frozenset(found)

    def unresolved(self) -> tuple[FunctionReference, ...]:
        """References to functions that the library does not hold."""
        known = frozenset(self.library)
        return tuple(item for group in self.references.values() for item in group if item.function not in known)


def graph_uses(graph: Graph) -> GraphUses:
    """What a graph with its library uses; worked out once per graph."""
    found: GraphUses | None = graph.memo.get("uses")
    if found is None:
        found = graph.memo["uses"] = _graph_uses(graph)
    return found


def artifact_uses(artifact: Artifact) -> tuple[GraphUses, ...]:
    """The uses of every graph in the artifact: one per MetaGraph, or that of a GraphDef."""
    graphs = [item.graph for item in artifact.saved_model.meta_graphs] if artifact.saved_model else []
    if artifact.graph is not None:
        graphs.append(artifact.graph)
    return tuple(graph_uses(graph) for graph in graphs)


def op_names(artifact: Artifact) -> tuple[str, ...]:
    """The names of all ops that the artifact uses anywhere, sorted; calls of its own functions are no ops."""
    found: set[str] = set()
    for uses in artifact_uses(artifact):
        names = {use.op for group in uses.by_container.values() for use in group}
        found |= names.difference(uses.library)
    return tuple(sorted(found))


def _graph_uses(graph: Graph) -> GraphUses:
    uses, references = {}, {}
    for container, nodes in _containers(graph):
        scan = _Scan(container, graph.functions)
        for node in nodes:
            scan.add(node)
        uses[container] = scan.uses()
        references[container] = tuple(scan.references)
    return GraphUses(by_container=uses, references=references, library=tuple(graph.functions))


def _containers(graph: Graph) -> Iterator[tuple[str, tuple[Node, ...]]]:
    yield "", graph.nodes
    for name, function in graph.functions.items():
        yield name, function.nodes


class _Scan:
    """Collects the uses and references of one container."""

    def __init__(self, container: str, library: Mapping[str, Function]) -> None:
        self.container = container
        self.library = library
        self.references: list[FunctionReference] = []
        self._found: dict[tuple[Any, ...], list[Any]] = {}

    def add(self, node: Node) -> None:
        """Take in one node."""
        op, name = node.op, node.name
        attrs, types = [], []
        for key, value in node.attrs.items():
            kind = _kind(value)
            attrs.append((key, kind))
            if kind == "type":
                types.append((key, (value.type,)))
            elif kind == "list(type)":
                types.append((key, tuple(value.list.type)))
            elif kind in {"func", "list(func)"}:
                self._refer(name, op, key, value)
        if op in self.library:
            self.references.append(FunctionReference(op, self.container, name, op, ""))
        shape = (op, tuple(sorted(attrs)), tuple(sorted(types)))
        self._found.setdefault(shape, [name, 0])[1] += 1

    def uses(self) -> tuple[OpUse, ...]:
        """The distinct uses, in file order."""
        return tuple(
            OpUse(op, attrs, _named(types), self.container, node, count)
            for (op, attrs, types), (node, count) in self._found.items()
        )

    def _refer(self, node: str, op: str, attr: str, value: Any) -> None:
        for function in _functions(value, MAX_NESTING):
            self.references.append(FunctionReference(function, self.container, node, op, attr))


def _named(types: tuple[tuple[str, tuple[int, ...]], ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((attr, tuple(map(name_of, numbers))) for attr, numbers in types)


def _kind(value: Any) -> str:
    """Which field of an AttrValue is set."""
    kind: str = value.WhichOneof("value") or ""
    if kind != "list":
        return kind
    return next((f"list({name})" for name in _LISTS if getattr(value.list, name)), "list")


def _functions(value: Any, depth: int) -> Iterator[str]:
    """The functions that an AttrValue names."""
    named = [value.func] if value.WhichOneof("value") == "func" else list(value.list.func)
    for item in named:
        yield item.name
        for inner in item.attr.values() if depth else ():
            yield from _functions(inner, depth - 1)
