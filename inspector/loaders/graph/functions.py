"""Models how the functions of an object graph get their Python signatures back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.library import Around
from inspector.loaders.graph.signatures import Refused, Spec, bound_of, check_bound, check_spec, era, is_pair, spec_of
from inspector.loaders.graph.structures import decoding_problems, doubts, function_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.terms.finding import ExpectedError, Problem
    from inspector.terms.graph import MetaGraph, ObjectNode

# Since then a concrete function has its structure from the start; before, it is set after all objects are made, and a
# function without one is passed over.
_STRUCTURES_FIRST_SINCE = (2, 8)
_UNPACKED_AT_IMPORT_SINCE = (2, 14)  # seen in 2.15.1 and later; 2.13.1 unpacks where a spec is set


def around_imports(context: Context, graph: MetaGraph) -> Mapping[str, Around]:
    """By function, what decoding its structures raises before its import, and making its type after it."""
    if context.release < _STRUCTURES_FIRST_SINCE:
        return {}
    places = {place.partition("/")[2] for place in doubts(graph) if place.startswith(("inputs/", "outputs/"))}
    found = {}
    for name in (*places, *_odd_structures(graph)):
        before = tuple(decoding_problems(context, graph, (f"inputs/{name}", f"outputs/{name}")))
        after = () if before else tuple(_typed(context, graph, name))
        if before or after:
            found[name] = Around(before, after)
    return found


def _typed(context: Context, graph: MetaGraph, name: str) -> Iterator[Problem]:
    """What making the type of an imported function raises."""
    if context.release < _UNPACKED_AT_IMPORT_SINCE:
        return
    error = _refusal(bound_of, graph.concrete_functions[name].message.canonicalized_input_signature)
    if error is not None:
        yield _problem(context, f"concrete_functions/{name}", name, error)


@once_per_graph
def _odd_structures(graph: MetaGraph) -> tuple[str, ...]:
    """The concrete functions whose arguments are no pair of a tuple and a dict."""
    stored = ((name, f.message.canonicalized_input_signature) for name, f in graph.concrete_functions.items())
    return tuple(name for name, value in stored if not is_pair(value))


def structure_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """Before 2.8: `_setup_functions_structures`, by name: results, then arguments."""
    for name in graph.concrete_functions:
        if name not in graph.graph.functions:
            yield _lost(context, f"concrete_functions/{name}", name)
            continue
        yield from decoding_problems(context, graph, (f"outputs/{name}", f"inputs/{name}"))


def remaining_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """From 2.8 on: concrete functions that no object names are set up last, by name."""
    for name in graph.concrete_functions:
        if name not in graph.graph.functions:
            yield _lost(context, f"concrete_functions/{name}", name)


def function_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """Objects that are functions: their specs, and the concrete functions that they name."""
    for node in graph.objects:
        if node.kind in {"function", "bare_concrete_function"}:
            yield from _of_object(context, graph, node)


def _of_object(context: Context, graph: MetaGraph, node: ObjectNode) -> Iterator[Problem]:
    names = node.functions
    lost = [_lost(context, f"object_graph/{node.index}", name) for name in names if name not in graph.graph.functions]
    if node.kind == "bare_concrete_function":  # looked up before its spec is read
        yield from lost
    found = list(_spec_problems(context, graph, node))
    yield from found
    if node.kind == "function":
        yield from lost
    if not found and not lost:
        yield from _bound_problems(context, graph, node, names)


def _lost(context: Context, pointer: str, name: str) -> Problem:
    error = context.error("load/missing_function", function=name)
    return context.problem("OPS110", name, pointer, error, functions=name)


def _spec(context: Context, node: ObjectNode) -> Any:
    """The FunctionSpec that the release reads."""
    is_read = node.kind == "function" or context.release >= _BARE_SPECS_SINCE
    return function_spec(node) if is_read else None


_BARE_SPECS_SINCE = (2, 3)


def _spec_problems(context: Context, graph: MetaGraph, node: ObjectNode) -> Iterator[Problem]:
    """What decoding a spec and making it anew raises."""
    stored = _spec(context, node)
    if stored is None:
        return
    places = (f"fullargspec/{node.index}", f"input_signature/{node.index}")
    found = list(decoding_problems(context, graph, places))
    yield from found
    error = None if found else _remembered(context, graph, (node.index, ""), lambda: _made(stored, context.release))
    if error is not None:
        yield _problem(context, f"object_graph/{node.index}", "function_spec", error)


def _made(stored: Any, release: tuple[int, ...]) -> Spec:
    spec = spec_of(stored, release)
    check_spec(spec, release)
    return spec


def _bound_problems(context: Context, graph: MetaGraph, node: ObjectNode, names: tuple[str, ...]) -> Iterator[Problem]:
    """What setting the spec of each concrete function raises."""
    stored = _spec(context, node)
    if stored is None or context.release < _BARE_SPECS_SINCE:
        return
    for name in names:
        function = graph.concrete_functions.get(name)
        if function is None:
            structure = None  # it has no structure to unpack
            if context.release < _STRUCTURES_FIRST_SINCE:
                continue
        else:
            structure = function.message.canonicalized_input_signature
            if list(decoding_problems(context, graph, (f"inputs/{name}",))):
                continue
        error = _bound_error(context, graph, (node.index, name), (stored, structure))
        if error is not None:
            yield _problem(context, f"object_graph/{node.index}", name, error)


def _bound_error(context: Context, graph: MetaGraph, key: tuple[int, str], of: tuple[Any, Any]) -> ExpectedError | None:
    release, (stored, structure) = context.release, of
    return _remembered(context, graph, key, lambda: check_bound(_made(stored, release), structure, release))


def _remembered(
    context: Context, graph: MetaGraph, key: tuple[int, str], check: Callable[[], object]
) -> ExpectedError | None:
    """What the check raises: asked once for all releases that treat specs alike."""
    known, place = _errors(graph), (*key, era(context.release))
    if place not in known:
        known[place] = _refusal(check)
    return known[place]


@once_per_graph
def _errors(_graph: MetaGraph) -> dict[tuple[int, str, int], ExpectedError | None]:
    return {}


def _refusal(check: Callable[..., object], *args: Any) -> ExpectedError | None:
    try:
        check(*args)
    except Refused as refused:
        return refused.error
    return None


def _problem(context: Context, pointer: str, subject: str, error: ExpectedError) -> Problem:
    return context.problem("SMD113", subject, pointer, error, reason=error.message)
