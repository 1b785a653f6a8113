"""Models `import_graph_def` of a whole GraphDef: versions, edges, ops, attributes, and the functions that it calls."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from inspector.loaders.graph.bodies import (
    CONTROL_LOST,
    LOST_CONTROL,
    LOST_INPUT,
    RETURN_LOST,
    TOO_FEW,
    TOO_MANY,
    loose_ends,
)
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import MISSING_ATTR, UNKNOWN_ATTR, UNKNOWN_OP, data_type_string
from inspector.loaders.graph.edges import edge_faults, unfit_edges
from inspector.loaders.graph.library import bad_uses, edge_problem, fault_problem
from inspector.loaders.graph.shapes import contradictions, shape_problem
from inspector.loaders.graph.uses import library, library_uses, main_body, main_uses
from inspector.loaders.graph.wires import misfits, misnamed
from inspector.terms.finding import ExpectedError
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.bodies import Loose
    from inspector.loaders.graph.check import Fault
    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.edges import Edge, EdgeFault, Mismatch
    from inspector.loaders.graph.uses import Use
    from inspector.loaders.graph.wires import Misfit
    from inspector.terms.finding import Problem
    from inspector.terms.graph import Graph, Node

_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
# From 2.3 to the last release, an import that fails says first that the graph's producer is newer, where it is newer by
# more than the three weeks of forward compatibility; a GraphDef version is one day.
_SKEW_SINCE, _SKEW_DAYS = (2, 3), 21


def import_problems(context: Context, graph: Graph, defaults: Mapping[str, Mapping[str, object]]) -> Iterator[Problem]:
    """What stops the import. `defaults`: by op, the producer's default of each attribute, for those to be left out."""
    yield from _early_problems(context, graph)
    # GraphConstructor (graph_constructor.cc in tensorflow/core) goes through the inputs of all nodes in InitFromEdges
    # before Convert makes the first node: a dangling input wins over an unknown op.
    yield from _edge_problems(context, graph)
    unlike = misfits(graph, context.registry)
    bad = bad_uses(context, main_uses(graph), graph.producer)
    called = _Called(
        bad_uses(context, library_uses(graph), context.facts.graph_def_producer),
        unfit_edges(graph, context.registry),
        loose_ends(graph, context.registry),
    )
    lost, misshapen = _lost_colocations(graph), contradictions(graph)
    if not (bad or unlike or lost or misshapen or called.bad or called.unfit or called.loose):
        yield from _device_problems(context, graph)
        return
    seen: set[tuple[str, str]] = set()
    nodes, calls = main_body(graph).nodes, _calls(graph)
    for index in _import_order(graph):
        for problem in _node_problems(context, graph, index, bad, defaults) if nodes[index][1] in bad else ():
            yield from _first_time(context, graph, problem, seen)
        if index in lost and nodes[index][1] not in bad:
            yield _colocation_problem(context, graph, index, lost[index])
        if index in unlike and nodes[index][1] not in bad:
            yield _misfit_problem(context, graph, unlike[index])
        elif index in misshapen and nodes[index][1] not in bad:
            yield _skewed(context, graph, shape_problem(context, misshapen[index], ""))
        for problem in _function_problems(context, graph, calls[index], called) if index in calls else ():
            yield from _first_time(context, graph, problem, seen)
    yield from _device_problems(context, graph)


def _device_problems(context: Context, graph: Graph) -> Iterator[Problem]:
    """Python goes through the new nodes once the graph is made."""
    asking = _with_devices(graph)
    if not asking:
        return
    from inspector.loaders.graph.devices import device_problems  # noqa: PLC0415 - cold start: few graphs name devices

    yield from device_problems(context, asking, "node")


@once_per_graph
def _lost_colocations(graph: Graph) -> Mapping[int, str]:
    """By the index of a node, the node that it should stand with and that is not in the graph."""
    names = {node.name for node in graph.nodes}
    asked = ((index, name) for index, node in enumerate(graph.nodes) for name in _colocated(node))
    return {index: name for index, name in asked if name not in names}


def _colocated(node: Node) -> Iterator[str]:
    for item in node.attrs["_class"].list.s if "_class" in node.attrs else ():
        text = item.decode("utf-8", "replace")
        if text.startswith(_LOCATION):
            yield text.removeprefix(_LOCATION)


_LOCATION = "loc:@"


def _colocation_problem(context: Context, graph: Graph, index: int, name: str) -> Problem:
    node = graph.nodes[index].name
    error = ExpectedError("ValueError", f"Node '{node}' expects to be colocated with unknown node '{name}'")
    return _skewed(context, graph, context.problem("OPS111", name, f"node/{node}", error, node=node))


@once_per_graph
def _with_devices(graph: Graph) -> tuple[Node, ...]:
    return tuple(node for node in graph.nodes if node.device)


def _early_problems(context: Context, graph: Graph) -> Iterator[Problem]:
    """Versions, names of nodes and gradients, in this order."""
    yield from _version_problems(context, graph)
    named = misnamed(graph)
    if named is not None:
        yield _misfit_problem(context, graph, named)
    for name in graph.gradients:
        if name not in graph.functions:
            error = ExpectedError("ValueError", f"FunctionDefLibrary missing '{name}' FunctionDef")
            yield context.problem("OPS110", name, "library/gradient", error, functions=name)


def _misfit_problem(context: Context, graph: Graph, found: Misfit) -> Problem:
    error = ExpectedError("ValueError", found.text)
    return _skewed(context, graph, context.problem("OPS111", found.subject, f"node/{found.node}", error))


@record
class _Called:
    """What a release objects to in the functions that the graph calls: uses of ops, and edges."""

    bad: Mapping[Use, tuple[Fault, ...]]
    unfit: Mapping[Edge, Mismatch]
    loose: Mapping[str, tuple[Loose, ...]]


def _first_time(context: Context, graph: Graph, problem: Problem, seen: set[tuple[str, str]]) -> Iterator[Problem]:
    key = (problem.rule, problem.subject)
    if key not in seen:
        seen.add(key)
        yield _skewed(context, graph, problem)


def _node_problems(
    context: Context,
    graph: Graph,
    index: int,
    bad: Mapping[Use, tuple[Fault, ...]],
    defaults: Mapping[str, Mapping[str, object]],
) -> Iterator[Problem]:
    node = graph.nodes[index]
    for fault in bad.get(main_body(graph).nodes[index][1], ()):
        # `_RemoveDefaultAttrs` in tensorflow/python/framework/importer.py: an attribute that this release lacks is
        # dropped where it has the producer's default, which is how files of newer producers load.
        if not _is_default(fault, node, defaults):
            yield fault_problem(context, graph, fault, ("", node.name), "v1")


def _version_problems(context: Context, graph: Graph) -> Iterator[Problem]:
    """CheckVersions in tensorflow/core/framework/versions.cc."""
    consumer = context.facts.graph_def_producer
    if graph.min_consumer > consumer:
        numbers = {"min_consumer": str(graph.min_consumer), "consumer": str(consumer)}
        error = context.error("v1/min_consumer", tensorflow=context.facts.version, **numbers)
        yield context.problem("OPS105", str(graph.min_consumer), "versions/min_consumer", error, **numbers)
    if graph.producer < 0:
        text = (
            f"GraphDef producer version {graph.producer} below min producer 0 supported by TensorFlow "
            f"{context.facts.version}. Please regenerate your graph."
        )
        yield context.problem("OPS105", str(graph.producer), "versions/producer", ExpectedError("ValueError", text))
    if consumer in graph.bad_consumers:
        text = (
            f"GraphDef disallows consumer version {consumer}. Please upgrade TensorFlow: this version is likely buggy."
        )
        yield context.problem("OPS105", str(consumer), "versions/bad_consumers", ExpectedError("ValueError", text))


def _edge_problems(context: Context, graph: Graph) -> Iterator[Problem]:
    """Inputs that no node provides; found before any op is looked up."""
    for node, wanted in _dangling(graph):
        error = ExpectedError("ValueError", f"Node '{node}': Unknown input node '{wanted}'")
        yield _skewed(context, graph, context.problem("OPS111", wanted, f"node/{node}", error, node=node))


@once_per_graph
def _dangling(graph: Graph) -> tuple[tuple[str, str], ...]:
    names = {node.name for node in graph.nodes}
    return tuple((node.name, name) for node in graph.nodes for name in node.inputs if _source(name) not in names)


def _source(name: str) -> str:
    """The node that an input names: what stands behind the colon must be a number (ParseTensorName in graph.cc)."""
    plain = name.removeprefix("^")
    node, _, index = plain.rpartition(":")
    return node if node and index.isdecimal() else plain


@once_per_graph
def _import_order(graph: Graph) -> tuple[int, ...]:
    """The order in which GraphConstructor makes nodes: of those whose inputs are there, the first in the file."""
    places = {node.name: index for index, node in enumerate(graph.nodes)}
    users: dict[int, list[int]] = {}
    waiting = []
    for index, node in enumerate(graph.nodes):
        sources = [places[_source(name)] for name in node.inputs if _source(name) in places]
        # A Merge starts with one input: the other is the back edge of a loop.
        waiting.append(min(1, len(sources)) if node.op in {"Merge", "RefMerge"} else len(sources))
        for source in sources:
            users.setdefault(source, []).append(index)
    return tuple(_drain(waiting, users))


def _drain(waiting: list[int], users: Mapping[int, list[int]]) -> Iterator[int]:
    ready = [index for index, count in enumerate(waiting) if not count]
    while ready:
        # The order decides which of several faults is raised, and so which one is reported first.
        done = heapq.heappop(ready)
        yield done
        for user in users.get(done, ()):
            waiting[user] -= 1
            if not waiting[user]:
                heapq.heappush(ready, user)


def _is_default(fault: Fault, node: Node, defaults: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether an unknown attribute has the default that the producer declared: the session loader drops those."""
    if fault.kind != UNKNOWN_ATTR:
        return False
    attr = fault.fields["attr"]
    declared = defaults.get(node.op, {})
    return attr in declared and bool(node.attrs[attr] == declared[attr])


def _function_problems(context: Context, graph: Graph, reached: tuple[str, ...], called: _Called) -> Iterator[Problem]:
    """Shape inference instantiates what a call node calls: ops are looked up, attributes beyond dtypes are not."""
    for name in reached:
        body = library(graph)[name]
        for inner, use in () if body.uses.isdisjoint(called.bad) else body.nodes:
            for fault in called.bad.get(use, ()):
                if fault.kind == UNKNOWN_OP or (fault.kind == MISSING_ATTR and _is_type(context, fault)):
                    yield _instantiation_problem(context, graph, fault, (name, inner))
        for item in instantiated(called.loose, name):
            yield loose_problem(context, name, item, "ValueError", "")
        for unfit in edge_faults(graph, name, called.unfit):
            yield edge_problem(context, unfit, edge_text(unfit))


def _is_type(context: Context, fault: Fault) -> bool:
    """Whether the dtypes of the op's arguments hang on the attribute: no other is asked for."""
    op = context.registry.op(fault.op)
    arguments = (*op.inputs, *op.outputs) if op is not None else ()
    named = {name for arg in arguments for name in (arg.type_attr, arg.number_attr, arg.type_list_attr)}
    return fault.fields["attr"] in named


@once_per_graph
def _calls(graph: Graph) -> Mapping[int, tuple[str, ...]]:
    """By the index of each node that calls functions, what shape inference enters from it."""
    reached = ((index, tuple(reached_by(graph, node))) for index, node in enumerate(graph.nodes))
    return {index: names for index, names in reached if names}


def instantiated(loose: Mapping[str, tuple[Loose, ...]], name: str) -> tuple[Loose, ...]:
    """What InstantiateFunction minds: control outputs that are not there are none of it."""
    return tuple(item for item in loose.get(name, ()) if item.kind != CONTROL_LOST)


def loose_problem(context: Context, function: str, item: Loose, kind: str, start: str) -> Problem:
    """What InstantiateFunction says of nodes that do not fit together; `start` comes before its words."""
    pointer = f"library/{function}/{item.node}" if item.node else f"library/{function}"
    where = f" In {{{{node {item.node}}}}}" if item.node else f" In function output {item.note}"
    error = ExpectedError(kind, f"{start}{_loose_text(item)}{where}")
    return context.problem("OPS111", item.name, pointer, error, node=item.node)


def _loose_text(item: Loose) -> str:
    if item.kind == LOST_INPUT:
        return f"input {item.name} is not found: {{{{node {item.node}}}}}"
    if item.kind == LOST_CONTROL:
        return f"input[{item.place}] == '{item.name}', is not found."
    if item.kind == TOO_FEW:
        return f"Attempt to access beyond input size: {item.place} >= {item.place}"
    if item.kind == TOO_MANY:
        return f"Expected input[{item.place - 1}] == '{item.name}' to be a control input."
    if item.kind == RETURN_LOST:
        return f"Return {item.note.partition(':')[0]} -> {item.name} is not found."
    return f"Return {item.name} missing."


def edge_text(fault: EdgeFault) -> str:
    """What InstantiateFunction says of an edge whose dtype the op does not take."""
    found = fault.found
    expected, actual = data_type_string(found.expected), data_type_string(found.actual)
    argument = f"input {found.argument}[{found.place}] expected type {expected} != {actual}"
    return f"{argument}, the type of {fault.tensor}[0] In {{{{node {fault.node}}}}}"


def _instantiation_problem(context: Context, graph: Graph, fault: Fault, at: tuple[str, str]) -> Problem:
    problem = fault_problem(context, graph, fault, at, "v1")
    if fault.kind == UNKNOWN_OP:
        return problem
    error = ExpectedError("NotFoundError", f"type attr not found: {fault.fields['attr']} In {{{{node {at[1]}}}}}")
    return context.problem(problem.rule, problem.subject, problem.location.pointer, error, **problem.details)


def reached_by(graph: Graph, node: Node) -> Iterator[str]:
    """The functions that shape inference enters from a node, callers before callees."""
    ready = list(_called(graph, node))
    seen: set[str] = set()
    while ready:
        name = ready.pop(0)
        if name not in seen and name in graph.functions:
            seen.add(name)
            yield name
            for inner in graph.functions[name].nodes:
                ready.extend(_called(graph, inner))


def _called(graph: Graph, node: Node) -> Iterator[str]:
    if node.op in graph.functions:
        yield node.op
    elif node.op in _CALLS and not _without_inference(node):
        yield node.attrs["f"].func.name


def _without_inference(node: Node) -> bool:
    name = "_disable_call_shape_inference"
    return name in node.attrs and bool(node.attrs[name].b)


def is_skewed(context: Context, graph: Graph) -> bool:
    """Whether a failing import blames the producer's age first."""
    return context.release >= _SKEW_SINCE and graph.producer - context.facts.graph_def_producer > _SKEW_DAYS


def _versions(context: Context, graph: Graph) -> dict[str, str]:
    return {"consumer": str(context.facts.graph_def_producer), "producer": str(graph.producer)}


def _skewed(context: Context, graph: Graph, problem: Problem) -> Problem:
    """The problem with the text about versions around its own."""
    if not is_skewed(context, graph):
        return problem
    text = context.error("graph/skew", message=problem.error.message, **_versions(context, graph)).message
    error = ExpectedError(problem.error.type, text)
    return context.problem(problem.rule, problem.subject, problem.location.pointer, error, **problem.details)
