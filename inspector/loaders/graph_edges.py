"""Whether the dtypes that flow along a graph's edges are those that a release's ops take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.loaders.graph_cache import once_per_object
from inspector.loaders.graph_uses import library
from inspector.terms.dtypes import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph_uses import Use
    from inspector.runtime.facts import OpArg, OpFacts, TensorFlowFacts
    from inspector.terms.graph import Function, Graph


@dataclass(frozen=True, slots=True)
class Edge:
    """Input number `place` of an op, and where it comes from: an op's output, or an argument of a known dtype.

    `output` is the name of the source's output argument, `index` the place in it.
    """

    user: Use
    place: int
    source: Use | None
    output: str
    index: int
    dtype: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An edge that does not fit: the argument's name and place in it, and both dtypes."""

    argument: str
    place: int
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class EdgeFault:
    """A mismatch where it stands: input `tensor` of `node` in `function`."""

    function: str
    node: str
    tensor: str
    edge: Edge
    found: Mismatch


def edge_faults(graph: Graph, function: str, unfit: Mapping[Edge, Mismatch]) -> Iterator[EdgeFault]:
    """The edges of a function that do not fit, in node order."""
    for node, tensor, edge in edges(graph)[function] if unfit else ():
        if edge in unfit:
            yield EdgeFault(function, node, tensor, edge, unfit[edge])


@once_per_object
def edges(graph: Graph) -> Mapping[str, tuple[tuple[str, str, Edge], ...]]:
    """The data edges of every library function, as (node, tensor, edge), in node order."""
    bodies = library(graph)
    known: dict[Edge, Edge] = {}
    return {
        name: tuple(_edges_of(function, dict(bodies[name].nodes), known)) for name, function in graph.functions.items()
    }


@once_per_object
def distinct_edges(graph: Graph) -> frozenset[Edge]:
    """Every distinct edge of the library."""
    return frozenset(edge for found in edges(graph).values() for _, _, edge in found)


def _edges_of(function: Function, uses: Mapping[str, Use], known: dict[Edge, Edge]) -> Iterator[tuple[str, str, Edge]]:
    arguments = {argument.name: name_of(argument.dtype) if argument.dtype else "" for argument in function.inputs}
    for node in function.nodes:
        for place, tensor in enumerate(name for name in node.inputs if name[:1] != "^"):
            edge = _edge(uses[node.name], place, tensor, uses, arguments)
            if edge is not None:
                yield node.name, tensor, known.setdefault(edge, edge)


def _edge(user: Use, place: int, tensor: str, uses: Mapping[str, Use], arguments: Mapping[str, str]) -> Edge | None:
    """The edge of `argument` or `node:output:index`, None where nothing is known of its source."""
    name, _, rest = tensor.partition(":")
    if name in uses and rest:
        output, _, index = rest.partition(":")
        return Edge(user, place, uses[name], output, int(index) if index.isdigit() else 0, "")
    return Edge(user, place, None, "", 0, arguments[name]) if arguments.get(name) else None


def mismatches(found: frozenset[Edge], facts: TensorFlowFacts) -> Mapping[Edge, Mismatch]:
    """The edges whose dtypes this release does not take."""
    inputs: dict[Use, list[tuple[str, int, str]]] = {}
    outputs: dict[Use, dict[tuple[str, int], str]] = {}
    bad = {}
    for edge in found:
        wanted = _inputs(edge.user, facts, inputs)
        actual = edge.dtype or _outputs(edge.source, facts, outputs).get((edge.output, edge.index), "")
        if not actual or edge.place >= len(wanted):
            continue
        argument, place, expected = wanted[edge.place]
        if expected and expected.removesuffix("_ref") != actual.removesuffix("_ref"):
            bad[edge] = Mismatch(argument, place, expected, actual)
    return bad


def _inputs(
    use: Use, facts: TensorFlowFacts, known: dict[Use, list[tuple[str, int, str]]]
) -> list[tuple[str, int, str]]:
    if use not in known:
        op = facts.op(use.op)
        known[use] = [] if op is None else list(_flat(use, op, op.inputs))
    return known[use]


def _outputs(
    use: Use | None, facts: TensorFlowFacts, known: dict[Use, dict[tuple[str, int], str]]
) -> dict[tuple[str, int], str]:
    if use is None:
        return {}
    if use not in known:
        op = facts.op(use.op)
        flat = () if op is None else _flat(use, op, op.outputs)
        known[use] = {(argument, place): dtype for argument, place, dtype in flat}
    return known[use]


def _flat(use: Use, op: OpFacts, arguments: tuple[OpArg, ...]) -> Iterator[tuple[str, int, str]]:
    """Each tensor of an op's arguments: (argument, place in it, dtype; "" where it cannot be told)."""
    given = {name: value for name, _, value in use.attrs}
    values = {name: given.get(name, attr.default) for name, attr in op.attrs.items()}
    for argument in arguments:
        yield from ((argument.name, place, dtype) for place, dtype in enumerate(_dtypes(argument, values)))


def _dtypes(argument: OpArg, values: Mapping[str, Any]) -> list[str]:
    if argument.type_list_attr:
        listed = values.get(argument.type_list_attr)
        return list(listed) if isinstance(listed, (tuple, list)) else []
    stored = values.get(argument.type_attr) if argument.type_attr else argument.dtype
    count = values.get(argument.number_attr) if argument.number_attr else 1
    return [stored if isinstance(stored, str) else ""] * (count if isinstance(count, int) else 0)
