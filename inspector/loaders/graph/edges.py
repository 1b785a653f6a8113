"""Whether the dtypes that flow along a graph's edges are those that a release's ops take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.uses import library, library_uses
from inspector.terms.dtypes import name_of
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.cache import Registry
    from inspector.loaders.graph.uses import Use
    from inspector.runtime.facts import OpArg, OpFacts
    from inspector.terms.graph import Function, Graph


@record(eq=False)
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


@record
class Mismatch:
    """An edge that does not fit: the argument's name and place in it, and both dtypes."""

    argument: str
    place: int
    expected: str
    actual: str


@record
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


@once_per_graph
def edges(graph: Graph) -> Mapping[str, tuple[tuple[str, str, Edge], ...]]:
    """The data edges of every library function, as (node, tensor, edge), in node order."""
    bodies = library(graph)
    known: dict[Any, Edge] = {}
    return {
        name: tuple(_edges_of(function, dict(bodies[name].nodes), known)) for name, function in graph.functions.items()
    }


@once_per_graph
def distinct_edges(graph: Graph) -> frozenset[Edge]:
    """Every distinct edge of the library."""
    return frozenset(edge for found in edges(graph).values() for _, _, edge in found)


def _edges_of(function: Function, uses: Mapping[str, Use], known: dict[Any, Edge]) -> Iterator[tuple[str, str, Edge]]:
    arguments = {argument.name: name_of(argument.dtype) if argument.dtype else "" for argument in function.inputs}
    for node in function.nodes:
        # Control inputs carry no tensor and have no place among the op's arguments.
        for place, tensor in enumerate(name for name in node.inputs if name[:1] != "^"):
            key = _edge(uses[node.name], place, tensor, uses, arguments)
            if key is not None:
                if key not in known:
                    known[key] = Edge(*key)
                yield node.name, tensor, known[key]


def _edge(user: Use, place: int, tensor: str, uses: Mapping[str, Use], arguments: Mapping[str, str]) -> Any:
    """The fields of the edge of `argument` or `node:output:index`, None where nothing is known of its source."""
    name, _, rest = tensor.partition(":")
    if name in uses and rest:
        output, _, index = rest.partition(":")
        return user, place, uses[name], output, int(index) if index.isdigit() else 0, ""
    return (user, place, None, "", 0, arguments[name]) if arguments.get(name) else None


def unfit_edges(graph: Graph, registry: Registry) -> Mapping[Edge, Mismatch]:
    """The edges of the library whose dtypes this release does not take."""
    return library_uses(graph).by_ops(registry, "edges", lambda: _mismatches(graph, registry))


def _mismatches(graph: Graph, registry: Registry) -> Mapping[Edge, Mismatch]:
    bad: dict[Edge, Mismatch] = {}
    for (user, source), shared in _edges_by_ops(graph).items():
        wanted, given = registry.op(user), registry.op(source)
        # An op that the release lacks is a fault of its own, met before any edge is made: what flows to or from it is
        # not asked.
        if wanted is not None and (given is not None or not source):
            bad |= shared.judged(wanted, given)
    return bad


class _Edges:
    """The edges between two ops, and which of them do not fit by the OpDefs of these."""

    __slots__ = ("_answers", "edges")

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self._answers: dict[tuple[int, int], tuple[object, Mapping[Edge, Mismatch]]] = {}

    def judged(self, wanted: OpFacts, given: OpFacts | None) -> Mapping[Edge, Mismatch]:
        key = (id(wanted), id(given))
        found = self._answers.get(key)
        if found is None:  # the facts are kept, so that their identities stay theirs
            pairs = ((edge, _mismatch(edge, wanted, given)) for edge in self.edges)
            unfit = {edge: mismatch for edge, mismatch in pairs if mismatch is not None}
            found = self._answers[key] = ((wanted, given), unfit)
        return found[1]


@once_per_graph
def _edges_by_ops(graph: Graph) -> Mapping[tuple[str, str], _Edges]:
    """The distinct edges by the ops at their ends ("" where an argument of the function comes in)."""
    found: dict[tuple[str, str], _Edges] = {}
    for edge in distinct_edges(graph):
        key = (edge.user.op, edge.source.op if edge.source else "")
        found.setdefault(key, _Edges()).edges.append(edge)
    return found


def _mismatch(edge: Edge, wanted: OpFacts, given: OpFacts | None) -> Mismatch | None:
    inputs = signature_of(edge.user, wanted).inputs
    # Too many inputs are told by their number (see graph_bodies), before dtypes are compared.
    if edge.place >= len(inputs):
        return None
    actual = edge.dtype
    if edge.source is not None and given is not None:
        actual = signature_of(edge.source, given).outputs.get((edge.output, edge.index), "")
    argument, place, expected = inputs[edge.place]
    fits = not actual or not expected or _base(expected) == _base(actual)
    return None if fits else Mismatch(argument, place, expected, actual)


@record
class Signature:
    """The dtypes of a use by one OpDef: inputs in order as (argument, place, dtype), outputs by (argument, place)."""

    inputs: tuple[tuple[str, int, str], ...]
    outputs: Mapping[tuple[str, int], str]


def _base(dtype: str) -> str:
    """A reference to a variable stands for its value."""
    return dtype.removesuffix("_ref")


def signature_of(use: Use, op: OpFacts) -> Signature:
    """The dtypes of that use by that OpDef."""
    return use.once("dtypes", op, lambda: _signed(use, op))


def _signed(use: Use, op: OpFacts) -> Signature:
    outputs = {(argument, place): dtype for argument, place, dtype in _flat(use, op, op.outputs)}
    return Signature(tuple(_flat(use, op, op.inputs)), outputs)


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
    # AddArgToSig in tensorflow/core/framework/node_def_util.cc: a list of types, one type `number_attr` times, or one
    # tensor.
    stored = values.get(argument.type_attr) if argument.type_attr else argument.dtype
    count = values.get(argument.number_attr) if argument.number_attr else 1
    return [stored if isinstance(stored, str) else ""] * (count if isinstance(count, int) else 0)
