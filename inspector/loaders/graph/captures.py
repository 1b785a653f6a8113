"""Models how objects wait for each other, and how functions get back the tensors that they captured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import once_per_graph
from inspector.terms.finding import ExpectedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, ObjectNode

_CAPTURABLE = frozenset({"variable", "asset", "constant", "resource", "captured_tensor"})
_DEPENDENCIES_SINCE = (2, 8)
_USER_OBJECT = "tensorflow.python.saved_model.load.Loader._recreate_base_user_object.<locals>._UserObject"
_CYCLE = (
    "Encountered a cycle in the deserialization dependenciesin the SavedModel. This is extremely unexpected, "
    "pleasefile a bug and make sure you are not manually modifying the SavedModel."
)


def dependency_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """`_generate_ordered_node_ids`: dependencies that are no objects, and cycles."""
    needed = _needed(graph)
    strays = sorted(set().union(*needed.values()) - needed.keys())
    if strays:
        text = f"Found values in the dependency map which are not keys: {{{', '.join(map(str, strays))}}}"
        index = next(index for index, found in needed.items() if not found.isdisjoint(strays))
        yield context.problem("SMD112", str(strays[0]), f"object_graph/{index}", ExpectedError("ValueError", text))
        return
    cycle = _cycle(graph)
    if cycle is not None:
        error = ExpectedError("ValueError", _CYCLE)
        yield context.problem("SMD113", str(cycle), f"object_graph/{cycle}", error, reason="objects need each other")


@once_per_graph
def _needed(graph: MetaGraph) -> Mapping[int, frozenset[int]]:
    """By object, those that must be made before it; slot variables need their optimizer and their variable."""
    found = {node.index: set(_dependencies(graph, node)) for node in graph.objects}
    for node in graph.objects:
        for variable, _, slot in node.slot_variables:
            found.setdefault(slot, set()).update((node.index, variable))
    return {index: frozenset(names) for index, names in found.items()}


def _dependencies(graph: MetaGraph, node: ObjectNode) -> Iterator[int]:
    yield from (reference.node_id for reference in node.message.dependencies)
    if node.kind == "resource":
        yield from (child.node_id for child in node.message.children if child.local_name == "_create_resource")
    for name in node.functions:
        if name in graph.concrete_functions:
            yield from graph.concrete_functions[name].bound_inputs


@once_per_graph
def _cycle(graph: MetaGraph) -> int | None:
    """An object that waits for itself, None where all can be made."""
    waiting = {index: set(needed) for index, needed in _needed(graph).items()}
    ready = [index for index, needed in waiting.items() if not needed]
    users: dict[int, list[int]] = {}
    for index, needed in waiting.items():
        for found in needed:
            users.setdefault(found, []).append(index)
    for done in ready:
        for user in users.get(done, ()):
            waiting[user].discard(done)
            if not waiting[user]:
                ready.append(user)
    return next((index for index, needed in waiting.items() if needed), None)


def capture_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """Captured objects that are not there, or give no tensor: the first of each function."""
    for name, number in _odd_captures(graph):
        pointer = f"concrete_functions/{name}"
        if not -len(graph.objects) <= number < len(graph.objects):
            yield context.problem(
                "SMD112", str(number), pointer, ExpectedError("IndexError", "list index out of range")
            )
            continue
        error = _not_a_tensor(context, graph.objects[number])
        yield context.problem("SMD113", str(number), pointer, error, reason=error.message)


@once_per_graph
def _odd_captures(graph: MetaGraph) -> tuple[tuple[str, int], ...]:
    slots = {slot for node in graph.objects for _, _, slot in node.slot_variables}
    count = len(graph.objects)
    return tuple(
        (name, number)
        for name, function in graph.concrete_functions.items()
        for number in function.bound_inputs
        if not (-count <= number < count)
        or (graph.objects[number].kind not in _CAPTURABLE and number not in slots and _is_plain(graph.objects[number]))
    )


def _is_plain(node: ObjectNode) -> bool:
    """Whether the object is no resource of a class of its own: those are registered by name."""
    return not node.message.registered_name


def _not_a_tensor(context: Context, node: ObjectNode) -> ExpectedError:
    if context.release >= _DEPENDENCIES_SINCE:
        shown = f"<{_USER_OBJECT} object at 0x7f0000000000>" if node.kind == "user_object" else _FUNCTION
        return ExpectedError("ValueError", f"Cannot convert node {shown} to tensor.")
    shown = f"<class '{_USER_OBJECT}'>" if node.kind == "user_object" else "<class 'function'>"
    return ExpectedError("ValueError", f"Can't convert node {shown} to tensor")


_FUNCTION = "<function recreate_function.<locals>.restored_function_body at 0x7f0000000000>"
