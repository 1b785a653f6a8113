"""What fails when nodes run: no kernel, Python that is not in the model, a value that an older kernel does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.bodies import loose_ends
from inspector.loaders.graph.callees import callees_of
from inspector.loaders.graph.check import (
    BAD_VALUE,
    MISSING_ATTR,
    NO_DTYPE,
    UNKNOWN_ATTR,
    UNKNOWN_OP,
    WRONG_KIND,
    data_type_string,
)
from inspector.loaders.graph.cpu import refusals
from inspector.loaders.graph.edges import edge_faults, unfit_edges
from inspector.loaders.graph.importing import edge_text, instantiated, loose_problem
from inspector.loaders.graph.kernels import (
    AUTO_SELECT,
    PYTHON_OPS,
    impossible_cast,
    lacks_kernel,
    random_algorithm,
    suspicious,
)
from inspector.loaders.graph.library import RULES, bad_uses, edge_problem, fault_error
from inspector.loaders.graph.raised import PLAIN_NAME, RUN, raised
from inspector.loaders.graph.uses import Uses
from inspector.terms.finding import ExpectedError, Gap
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.loaders.graph.check import Fault
    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.finding import Problem
    from inspector.terms.graph import Graph

# Up to 2.3 every process has a device XLA_CPU:0 that soft placement uses; its kernels come to life with it and are in
# no record.
_XLA_DEVICE_UNTIL = (2, 4)
_GRAPH_ERRORS_SINCE = (2, 8)  # sessions say "Graph execution error:" first
_OF_FUNCTIONS = frozenset({"OPS101", "OPS102", "OPS103", "OPS104", "OPS110", "OPS111", "OPS112"})
_PLACED_IN_FUNCTIONS_SINCE = (2, 4)
_SHOWN = 8  # attributes of a node in the message about its missing kernel


def execution(
    context: Context, graph: Graph, reached: tuple[Reached, ...], loader: str, wrapper: str = ""
) -> tuple[tuple[Problem, ...], tuple[Gap, ...]]:
    """The problems and gaps of running these nodes: `call` from eager code through `wrapper`, `run` in a session."""
    found: list[Problem] = []
    gaps: list[Gap] = []
    seen: set[str] = set()
    for item, problem in _all(context, graph, reached, loader, wrapper):
        # One op without a kernel often stands in hundreds of nodes; the first is the one that the run names.
        key = f"{problem.rule} {problem.subject}"
        if key in seen:
            continue
        seen.add(key)
        doubt = _doubt(context, item, problem)
        if doubt is None:
            found.append(problem)
        else:
            gaps.append(Gap(problem.location, f"op '{item.node.op}' fails there, unless {doubt}"))
    return tuple(found), tuple(gaps)


def _doubt(context: Context, item: Reached, problem: Problem) -> str | None:
    """What would save the call from a problem, None where nothing does."""
    if problem.rule == "OPS107":  # kernels are made for every branch before one is taken
        may_have = context.release < _XLA_DEVICE_UNTIL and not item.node.op.startswith("Cudnn")
        return "the device XLA_CPU:0 has a kernel for it" if may_have else None
    # A session makes the functions of every branch before it runs one.
    return None if item.certain or problem.rule in _OF_FUNCTIONS else "the input leads to another branch"


def _all(
    context: Context, graph: Graph, reached: tuple[Reached, ...], loader: str, wrapper: str
) -> Iterator[tuple[Reached, Problem]]:
    ran = _ran(graph, reached)
    # A session instantiates the functions that it runs, and validates their nodes, only now; for a call both were done
    # while the library was imported.
    if loader == RUN:
        yield from _undefined(context, ran)
        yield from _body_problems(context, graph, reached)
        yield from _node_problems(context, reached, ran.in_functions)
    yield from _placement(context, ran, loader, wrapper)
    registry, uses = context.registry, ran.everywhere
    suspects = uses.by_kernels(registry, "kernels", lambda: suspicious(uses.distinct, registry))
    for item in reached if suspects else ():
        if item.use in suspects:
            yield from ((item, problem) for problem in _of_node(context, graph, item, (loader, wrapper)))


def _of_node(context: Context, graph: Graph, item: Reached, how: tuple[str, str]) -> Iterator[Problem]:
    """What running one node raises, in the order in which it is met: no kernel, then what the kernel says."""
    if item.node.op in PYTHON_OPS:
        yield _python_problem(context, item, *how)
    # Kernels are looked up for all nodes when a function is instantiated; what a kernel says of its values comes when
    # it runs.
    elif (kernels := lacks_kernel(item.use, context.registry)) is not None:
        yield _kernel_problem(context, item, sorted({kernel.device for kernel in kernels}), how[0])
    elif (pair := impossible_cast(item.use)) is not None:
        yield _cast_problem(context, item, pair, how)
    elif random_algorithm(graph, item) == AUTO_SELECT and not context.texts.accepts("call/auto_select"):
        text = f"Unsupported algorithm id: {AUTO_SELECT}"
        error = raised(context, item, "InvalidArgumentError", text, how)
        yield context.problem("OPS109", str(AUTO_SELECT), _pointer(item), error, op=item.node.op)
    else:
        for found in refusals(context, graph, item):
            error = raised(context, item, found.kind, found.text, how)
            yield context.problem(found.rule, found.subject, _pointer(item), error, **found.details)


def _placement(context: Context, ran: _Ran, loader: str, wrapper: str) -> Iterator[tuple[Reached, Problem]]:
    """All nodes of a call are placed before one of them runs. Functions always use soft placement."""
    if not ran.placed:
        return
    from inspector.loaders.graph.devices import misplaced  # noqa: PLC0415 - cold start: few graphs name devices

    for item in ran.placed:
        # Up to 2.3 a session's functions lose the devices of their nodes when they are inlined.
        if loader == RUN and item.function and context.release < _PLACED_IN_FUNCTIONS_SINCE:
            continue
        found = misplaced(item, soft=loader != RUN or bool(item.function))
        if found is None:
            continue
        # Placement fails before anything runs: called from eager code, it has no "Graph execution error:" before its
        # words.
        error = ExpectedError(found.kind, f"{found.text} [[{item.node.name}]] [Op:{wrapper}]")
        if loader == RUN:
            error = raised(context, item, found.kind, found.text, (RUN, wrapper))
        yield item, context.problem(found.rule, found.subject, _pointer(item), error, **found.details)


@record(eq=False)
class _Ran:
    """What runs: the uses of all nodes, those in functions, and the nodes that ask for a device."""

    everywhere: Uses
    in_functions: Uses
    placed: tuple[Reached, ...]
    undefined: tuple[tuple[Reached, str], ...]


def _ran(graph: Graph, reached: tuple[Reached, ...]) -> _Ran:
    """Kept with the graph: its signatures and initializers are the same for every release."""
    key = f"ran {id(reached)}"
    found = graph.memo.get(key)
    if found is None:
        everywhere = Uses((item.use for item in reached), graph.functions)
        inside = Uses((item.use for item in reached if item.function), graph.functions)
        placed = _placed(item for item in reached if item.node.device)
        undefined = tuple(_calls_of_nothing(graph, reached))
        found = graph.memo[key] = (reached, _Ran(everywhere, inside, placed, undefined))
    ran: _Ran = found[1]
    return ran


def _body_problems(context: Context, graph: Graph, reached: tuple[Reached, ...]) -> Iterator[tuple[Reached, Problem]]:
    """Functions that do not fit together, as far as importing the graph has not instantiated them."""
    loose, unfit = loose_ends(graph, context.registry), unfit_edges(graph, context.registry)
    start = "Graph execution error: " if context.release >= _GRAPH_ERRORS_SINCE else ""
    seen = {""}
    for item in reached if loose or unfit else ():
        # The first call of a function instantiates it, and what that raises ends the run: later calls are never made.
        if item.function in seen:
            continue
        seen.add(item.function)
        for found in instantiated(loose, item.function)[:1]:
            yield item, loose_problem(context, item.function, found, "InvalidArgumentError", start)
        for fault in edge_faults(graph, item.function, unfit):
            problem = edge_problem(context, fault, start + edge_text(fault))
            error = ExpectedError("InvalidArgumentError", problem.error.message)
            yield item, replace(problem, error=error)


def _undefined(context: Context, ran: _Ran) -> Iterator[tuple[Reached, Problem]]:
    """Functions that nodes name and the library has not."""
    start = "Graph execution error: " if context.release >= _GRAPH_ERRORS_SINCE else ""
    for item, name in ran.undefined:
        error = ExpectedError("NotFoundError", f"{start}Function {name} is not defined.")
        yield item, context.problem("OPS110", name, _pointer(item), error, functions=name)


def _calls_of_nothing(graph: Graph, reached: tuple[Reached, ...]) -> Iterator[tuple[Reached, str]]:
    for item in reached:
        found = callees_of(item.node)
        yield from ((item, name) for name in (*found.named, *found.listed) if name and name not in graph.functions)


def _placed(asking: Iterable[Reached]) -> tuple[Reached, ...]:
    found = tuple(asking)
    if not found:
        return ()
    from inspector.loaders.graph.devices import misplaced  # noqa: PLC0415 - cold start: few graphs name devices

    return tuple(item for item in found if misplaced(item, soft=False))


def _node_problems(context: Context, reached: tuple[Reached, ...], uses: Uses) -> Iterator[tuple[Reached, Problem]]:
    """A session first instantiates the functions that it runs, and only now validates their nodes."""
    bad = bad_uses(context, uses, context.facts.graph_def_producer)
    for item in reached if bad else ():
        for fault in bad.get(item.use, ()) if item.function else ():
            if fault.kind in _INVALID:
                error = _validation_error(context, item, fault)
                yield item, context.problem(RULES[fault.kind], fault.subject, _pointer(item), error, **fault.fields)


_INVALID = frozenset({UNKNOWN_ATTR, MISSING_ATTR, UNKNOWN_OP, BAD_VALUE, NO_DTYPE, WRONG_KIND})


def _validation_error(context: Context, item: Reached, fault: Fault) -> ExpectedError:
    """What instantiating a function says of a node that is not valid."""
    if fault.kind in {NO_DTYPE, WRONG_KIND}:
        start = "Graph execution error: " if context.release >= _GRAPH_ERRORS_SINCE else ""
        said = fault_error(context, fault, item.node.name, "load").message
        return ExpectedError("InvalidArgumentError", start + said)
    kind = f"run/{fault.kind}" if fault.kind == UNKNOWN_ATTR else f"load/{fault.kind}"
    text = context.error(kind, node=item.node.name, **fault.fields).message
    return ExpectedError("NotFoundError" if fault.kind == UNKNOWN_OP else "InvalidArgumentError", text)


def _python_problem(context: Context, item: Reached, loader: str, wrapper: str) -> Problem:
    token = item.node.attrs["token"].s.decode("utf-8", "replace")
    if not item.function and context.release >= _GRAPH_ERRORS_SINCE:
        text = f"ValueError: Could not find callback with key={token} in the registry."
        error = raised(context, item, "InvalidArgumentError", text, (loader, wrapper))
        return context.problem("OPS108", item.node.op, _pointer(item), error, token=token)
    # `token` is a key of a registry in the process that traced the function (tensorflow/python/ops/script_ops.py): no
    # file can bring the Python function back, whatever release loads it.
    is_plain = bool(item.function) if loader == RUN else item.node.op == "EagerPyFunc"
    kind = "py_func" if is_plain or not PLAIN_NAME.fullmatch(item.function or "_") else "numpy_function"
    if not PLAIN_NAME.fullmatch(wrapper or "_"):
        kind = "py_func_in_lambda"
    error = context.error(f"{loader}/{kind}", token=token, function=wrapper, op=item.node.op)
    return context.problem("OPS108", item.node.op, _pointer(item), error, token=token)


def _kernel_problem(context: Context, item: Reached, devices: list[str], loader: str) -> Problem:
    op = item.node.op
    registered = f"device='{devices[0]}'" if devices else "<no registered kernels>"
    in_graph = loader == RUN and context.release >= _GRAPH_ERRORS_SINCE
    node = item.node.name if in_graph or not item.caller else f"{item.caller}/{item.node.name}"
    text = "Graph execution error: " if in_graph else ""
    text += (
        f"No OpKernel was registered to support Op '{op}' used by {{{{node {node}}}}} with these attrs: "
        f"[{_attrs(item)}] Registered devices: [CPU] Registered kernels: {registered}"
    )
    error = ExpectedError("InvalidArgumentError", text)
    return context.problem("OPS107", op, _pointer(item), error, devices=", ".join(devices) or "XLA")


def _attrs(item: Reached) -> str:
    """The attributes as the text lists them, in no order that could be foretold."""
    shown = []
    for name, kind, value in sorted(item.use.attrs):
        if kind == "type":
            shown.append(f"{name}=DT_{data_type_string(value).upper()}")
        elif kind in {"i", "b", "s"}:
            shown.append(f"{name}={_value(kind, value)}")
    return ", ".join(shown[:_SHOWN])


def _value(kind: str, value: object) -> str:
    if kind == "s":
        return f'"{value}"'
    return str(value).lower() if kind == "b" else str(value)


def _cast_problem(context: Context, item: Reached, pair: tuple[str, str], how: tuple[str, str]) -> Problem:
    source, target = map(data_type_string, pair)
    error = raised(context, item, "UnimplementedError", f"Cast {source} to {target} is not supported", how)
    return context.problem("OPS113", f"{source} to {target}", _pointer(item), error, source=source, target=target)


def _pointer(item: Reached) -> str:
    return f"library/{item.function}/{item.node.name}" if item.function else f"node/{item.node.name}"
