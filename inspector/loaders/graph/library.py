"""Models `load_function_def_library`: every function is imported, called or not, each after its callees."""

from __future__ import annotations

import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from inspector.loaders.graph.bodies import (
    CONTROL_LOST,
    LOST_CONTROL,
    LOST_INPUT,
    RETURN_MISSING,
    TOO_FEW,
    TOO_MANY,
    loose_ends,
)
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.callees import dependencies, library_callees, registered_gradients
from inspector.loaders.graph.check import (
    BAD_VALUE,
    MISSING_ATTR,
    NO_DTYPE,
    REMOVED,
    UNKNOWN_ATTR,
    UNKNOWN_OP,
    WRONG_KIND,
    data_type_string,
    faults,
    removal,
    young_dtypes,
)
from inspector.loaders.graph.edges import edge_faults, unfit_edges
from inspector.loaders.graph.origin import origin_of
from inspector.loaders.graph.shapes import contradicting_functions, shape_problem
from inspector.loaders.graph.uses import library, library_uses
from inspector.terms.finding import ExpectedError
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.bodies import Loose
    from inspector.loaders.graph.cache import Registry
    from inspector.loaders.graph.check import Fault
    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.edges import Edge, EdgeFault, Mismatch
    from inspector.loaders.graph.shapes import Contradiction
    from inspector.loaders.graph.uses import Body, Use, Uses
    from inspector.runtime.facts import OpFacts
    from inspector.terms.finding import Problem
    from inspector.terms.graph import Function, Graph

RULES = {
    UNKNOWN_OP: "OPS101",
    UNKNOWN_ATTR: "OPS102",
    MISSING_ATTR: "OPS103",
    BAD_VALUE: "OPS104",
    NO_DTYPE: "OPS104",
    WRONG_KIND: "OPS104",
    REMOVED: "OPS106",
}
# Branches of a case (list(func)) count as callees from 2.3 on, custom gradients from 2.6 on:
# _list_function_deps in tensorflow/python/saved_model/function_deserialization.py.
_LISTS_SINCE, _GRADIENTS_SINCE = (2, 3), (2, 6)


@record
class Around:
    """What fails before a function is imported, and after it."""

    before: tuple[Problem, ...] = ()
    after: tuple[Problem, ...] = ()


_NOTHING = Around()


def library_problems(
    context: Context, graph: Graph, around: Mapping[str, Around] = MappingProxyType({})
) -> Iterator[Problem]:
    """What stops the import of the function library, in the loader's order, each kind of fault once.

    `around`: by function, what else fails beside its import.
    """
    # Cycles are found before any function is imported (`_sort_function_defs`), so that nothing else is told of such a
    # library.
    order = load_order(context, graph)
    if order.unresolved:
        yield _unresolved(context, order.unresolved)
    yield from _twice_problems(context, graph)
    bad = bad_uses(context, library_uses(graph), context.facts.graph_def_producer)
    unfit, loose = unfit_edges(graph, context.registry), loose_ends(graph, context.registry)
    odd, misshapen = _odd_functions(graph), contradicting_functions(graph)
    if not bad and not order.late and not unfit and not loose and not around and not odd and not misshapen:
        return
    seen: set[tuple[str, str]] = set()
    for name in order.names:
        yield from around.get(name, _NOTHING).before
        late = order.late.get(name)
        lost = list(_loose_problems(context, name, loose.get(name, ())))
        for node, fault in _in_loader_order(library(graph)[name], bad):
            # `function_def_to_graph_def` looks every op up and renames every input before the C++ importer sees the
            # first node: unknown ops come first, lost inputs second, attributes last.
            if lost and fault.kind != UNKNOWN_OP:
                yield from lost
                lost = []
            if late is not None and fault.kind != UNKNOWN_OP:
                yield _branch_not_loaded(context, name, late)
                late = None
            if (fault.kind, fault.subject) not in seen:
                seen.add((fault.kind, fault.subject))
                yield fault_problem(context, graph, fault, (name, node), "load")
        if late is not None:
            yield _branch_not_loaded(context, name, late)
        yield from lost
        yield from _edge_problems(context, graph, name, unfit)
        if name in odd or name in misshapen:
            yield from _odd_problems(context, graph.functions[name], misshapen.get(name))
        yield from around.get(name, _NOTHING).after


def _twice_problems(context: Context, graph: Graph) -> Iterator[Problem]:
    """Functions that stand in the library twice: the order comes out too short, or the second import finds no name."""
    for name, has_callees in _twice(graph):
        if has_callees:
            problem = _unresolved(context, ())
            yield context.problem("OPS110", name, f"library/{name}", problem.error, functions=name)
        elif context.release >= _IN_PLACE_SINCE:
            short = _SAVED_NAME.fullmatch(name)
            error = ExpectedError("KeyError", repr(short[1] if short else name))
            if short is not None:
                yield context.problem("OPS110", name, f"library/{name}", error, functions=name)


# From here on FunctionDefs are renamed where they stand, before they were copied (a copy still in 2.6.5).
_IN_PLACE_SINCE = (2, 7)
_SAVED_NAME = re.compile(r"__inference_(.*)_\d+")


@once_per_graph
def _twice(graph: Graph) -> tuple[tuple[str, bool], ...]:
    """(name, whether it calls others) of each function that the library has more than once."""
    message = getattr(graph, "message", None)
    stored = message.library.function if message is not None else ()
    if len(stored) == len(graph.functions):
        return ()
    counts = Counter(function.signature.name for function in stored)
    callees = dependencies(graph, registered_gradients(graph), lists=True)
    return tuple((name, bool(callees.get(name))) for name, count in counts.items() if count > 1)


@once_per_graph
def _odd_functions(graph: Graph) -> frozenset[str]:
    """Functions whose nodes name devices, or that list shapes for more or fewer arguments than they have."""
    return frozenset(
        name
        for name, function in graph.functions.items()
        if _shapes(function) not in {0, len(function.inputs)} or any(node.device for node in function.nodes)
    )


def _shapes(function: Function) -> int:
    return len(function.attrs[_INPUT_SHAPES].list.shape) if _INPUT_SHAPES in function.attrs else 0


_INPUT_SHAPES = "_input_shapes"
_LENGTHS_REWORDED_SINCE = (2, 7)  # the old words still in 2.6.5


def _odd_problems(context: Context, function: Function, misshapen: Contradiction | None) -> Iterator[Problem]:
    from inspector.loaders.graph.devices import device_problems  # noqa: PLC0415 - cold start: few graphs name devices

    shapes, arguments = _shapes(function), len(function.inputs)
    if shapes not in {0, arguments}:
        text = (
            "Length of `input_shapes` must match the number of `input_arg`s in `fdef`. "
            f"Got {shapes} `input_shapes` and {arguments} `input_arg`s."
        )
        if context.release < _LENGTHS_REWORDED_SINCE:
            text = "Length of input_shapes must match the number of input_args. "
            text += f"len(input_shapes): {shapes} len(input_arg): {arguments}"
        yield context.problem("OPS111", _INPUT_SHAPES, f"library/{function.name}", ExpectedError("ValueError", text))
    if misshapen is not None:
        yield shape_problem(context, misshapen, function.name)
    yield from device_problems(context, function.nodes, f"library/{function.name}")


def _loose_problems(context: Context, name: str, loose: tuple[Loose, ...]) -> Iterator[Problem]:
    """Python looks every tensor up before the import, and what the function returns after it; the first miss raises."""
    lost = [item for item in loose if item.kind in {LOST_INPUT, LOST_CONTROL}]
    counts = [item for item in loose if item.kind in {TOO_FEW, TOO_MANY}]
    returned = [item for item in loose if not item.node]
    for item in (*lost, *counts, *returned)[:1]:
        pointer = f"library/{name}/{item.node}" if item.node else f"library/{name}"
        yield context.problem("OPS111", item.name, pointer, _loose_error(context, item), node=item.node)


def _loose_error(context: Context, item: Loose) -> ExpectedError:
    if item.kind in {TOO_FEW, TOO_MANY}:
        op = context.registry.op(item.op)
        types = ", ".join(map(data_type_string, item.note.split(", "))) if item.note else ""
        text = f"NodeDef expected inputs '{types}' do not match {item.place} inputs specified"
        return ExpectedError("ValueError", f"{text}; {op.summary if op else ''}; NodeDef: {{{{node {item.node}}}}}")
    if item.kind == CONTROL_LOST:
        return ExpectedError("KeyError", repr(f"The name '{item.name}' refers to an Operation not in the graph."))
    return ExpectedError("KeyError", repr("" if item.kind == RETURN_MISSING else item.name))


def bad_uses(context: Context, uses: Uses, producer: int) -> Mapping[Use, tuple[Fault, ...]]:
    """The uses that this release objects to, without what it only warns of."""
    registry, tolerant = context.registry, context.texts.accepts("load/unknown_attr")
    found = uses.by_ops(registry, ("faults", tolerant), lambda: _faulty(uses, registry, tolerant=tolerant))
    deprecated = uses.by_ops(registry, "deprecated", lambda: _deprecated(uses, registry))
    # A function's graph gets the producer of the release that loads it (`function_def_to_graph_def` writes
    # GRAPH_DEF_VERSION), so that an op which was removed is refused there even in a file that is old enough to use it.
    more = {use: tuple(removal(op, producer)) for use, op in deprecated}
    more |= {use: tuple(young_dtypes(use, context.release, registry)) for use in uses.young}
    return {**found, **{use: (*others, *found.get(use, ())) for use, others in more.items() if others}}


def _faulty(uses: Uses, registry: Registry, *, tolerant: bool) -> dict[Use, tuple[Fault, ...]]:
    found = {}
    for use in uses.distinct:
        kept = tuple(f for f in faults(use, registry) if not (tolerant and f.kind == UNKNOWN_ATTR))
        if kept:
            found[use] = kept
    return found


def _deprecated(uses: Uses, registry: Registry) -> tuple[tuple[Use, OpFacts], ...]:
    """The uses of deprecated ops: whether they are removed is a matter of the graph's age too."""
    found = ((use, registry.op(use.op)) for use in uses.distinct)
    return tuple((use, op) for use, op in found if op is not None and op.deprecated)


def _edge_problems(context: Context, graph: Graph, name: str, unfit: Mapping[Edge, Mismatch]) -> Iterator[Problem]:
    """Edges are made after both their nodes; one that does not fit ends the import of its function."""
    for fault in edge_faults(graph, name, unfit):
        source = ":".join(fault.tensor.split(":")[::2]) if ":" in fault.tensor else f"{fault.tensor}:0"
        expected, actual = data_type_string(fault.found.expected), data_type_string(fault.found.actual)
        passed = f"Input {fault.edge.place} of node {fault.node} was passed {actual} from {source}"
        yield edge_problem(context, fault, f"{passed} incompatible with expected {expected}.")


def edge_problem(context: Context, fault: EdgeFault, text: str) -> Problem:
    """The problem of an edge whose dtype the op does not take."""
    op, found = fault.edge.user.op, fault.found
    details = {"op": op, "wanted": found.expected, "stored": found.actual, "argument": found.argument}
    pointer = f"library/{fault.function}/{fault.node}"
    return context.problem("OPS112", f"{op}.{found.argument}", pointer, ExpectedError("ValueError", text), **details)


def _in_loader_order(body: Body, bad: Mapping[Use, tuple[Fault, ...]]) -> Iterator[tuple[str, Fault]]:
    """Python looks up every op of a function before the C++ importer checks a single attribute."""
    if body.uses.isdisjoint(bad):
        return
    found = [(node, fault) for node, use in body.nodes if use in bad for fault in bad[use]]
    yield from (item for item in found if item[1].kind == UNKNOWN_OP)
    yield from (item for item in found if item[1].kind != UNKNOWN_OP)


def fault_problem(context: Context, graph: Graph, fault: Fault, at: tuple[str, str], loader: str) -> Problem:
    """The problem of a fault at (function, node); the function is "" for the graph itself."""
    function, node = at
    pointer = _place(graph, fault) or (f"library/{function}/{node}" if function else f"node/{node}")
    details = {**fault.fields, "function": function, "node": node}
    if fault.kind == UNKNOWN_OP:
        details |= origin_of(context, fault.op)
    return context.problem(
        RULES[fault.kind], fault.subject, pointer, fault_error(context, fault, node, loader), **details
    )


def _place(graph: Graph, fault: Fault) -> str:
    """The first function that has the op, in file order: one place for all loaders, whichever they come to first."""
    for name, body in library(graph).items() if fault.kind == UNKNOWN_OP else ():
        for node, use in body.nodes:
            if use.op == fault.op:
                return f"library/{name}/{node}"
    return ""


def fault_error(context: Context, fault: Fault, node: str, loader: str) -> ExpectedError:
    """The exception for a fault, as that loader raises it."""
    if fault.kind == REMOVED:
        text = (
            f"Op {fault.op} is not available in GraphDef version {fault.fields['producer']}. It has been removed in "
            f"version {fault.fields['version']}. {fault.fields['explanation']}."
        )
        return ExpectedError("UnimplementedError", text)
    if fault.kind in {NO_DTYPE, WRONG_KIND}:
        fields = fault.fields
        said = fields.get("objection") or f"has invalid DataType enum: {fields['number']}"
        text = f"AttrValue {said} for attr '{fields['attr']}'"
        return ExpectedError("ValueError", f"{text} ; NodeDef: {{{{node {node}}}}}; {fields['op_def']}")
    prefix = loader if fault.kind == UNKNOWN_OP else "load"
    return context.error(f"{prefix}/{fault.kind}", node=node, **fault.fields)


class LoadOrder:
    """The order of import. `unresolved`: functions that wait for ever; `late`: those whose branch comes too late."""

    __slots__ = ("late", "names", "unresolved")

    def __init__(self, names: tuple[str, ...], unresolved: tuple[str, ...], late: Mapping[str, str]) -> None:
        self.names = names
        self.unresolved = unresolved
        self.late = late


def load_order(context: Context, graph: Graph) -> LoadOrder:
    """The order in which that release imports the library."""
    if context.release < _LISTS_SINCE:
        return _order_without_lists(graph)
    return _order_with_gradients(graph) if context.release >= _GRADIENTS_SINCE else _order_with_lists(graph)


@once_per_graph
def _order_without_lists(graph: Graph) -> LoadOrder:
    if not any(item.listed for items in library_callees(graph).values() for item in items):
        return _order_with_lists(graph)
    order = _sorted(dependencies(graph, {}, lists=False))
    return LoadOrder(order.names, order.unresolved, _late(graph, order.names))


@once_per_graph
def _order_with_lists(graph: Graph) -> LoadOrder:
    return _sorted(dependencies(graph, {}, lists=True))


@once_per_graph
def _order_with_gradients(graph: Graph) -> LoadOrder:
    gradients = registered_gradients(graph)
    return _sorted(dependencies(graph, gradients, lists=True)) if gradients else _order_with_lists(graph)


def _sorted(needed: Mapping[str, tuple[str, ...]]) -> LoadOrder:
    """Kahn's algorithm over a stack, as `_sort_function_defs` does it: the order decides which error comes first."""
    waiting = {name: len(names) for name, names in needed.items()}
    callers: dict[str, list[str]] = {}
    for name, names in needed.items():
        for callee in names:
            callers.setdefault(callee, []).append(name)
    ready = [name for name, count in waiting.items() if not count]
    order = []
    while ready:
        # From the end, as `_sort_function_defs` pops: with a queue instead another function would be named first.
        done = ready.pop()
        order.append(done)
        for caller in callers.get(done, ()):
            waiting[caller] -= 1
            if not waiting[caller]:
                ready.append(caller)
    known = set(order)
    return LoadOrder(tuple(order), tuple(sorted(name for name in needed if name not in known)), {})


def _late(graph: Graph, order: tuple[str, ...]) -> Mapping[str, str]:
    """Before 2.3 the names in lists are not renamed with their functions, so that a branch is never found."""
    branches = {name: next((i.listed[0] for i in library_callees(graph)[name] if i.listed), None) for name in order}
    return {name: first for name, first in branches.items() if first is not None}


def _unresolved(context: Context, names: tuple[str, ...]) -> Problem:
    hyphen = "-" if context.release < (2, 6) else " "
    text = f"('There is a cyclic{hyphen}dependency between functions. ', 'Could not resolve {list(names)!r}.')"
    missing = ", ".join(names)
    return context.problem("OPS110", missing, "library", ExpectedError("ValueError", text), functions=missing)


def _branch_not_loaded(context: Context, name: str, branch: str) -> Problem:
    error = ExpectedError("ValueError", f"{branch} function not found.")
    return context.problem("OPS110", branch, f"library/{name}", error, functions=branch)
