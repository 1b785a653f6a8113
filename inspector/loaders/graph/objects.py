"""Models how an object graph is revived: user objects, functions, optimizer slots, saved save-functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.captures import capture_problems, dependency_problems
from inspector.loaders.graph.functions import function_problems, remaining_problems, structure_problems
from inspector.loaders.graph.values import value_problems
from inspector.terms.finding import ExpectedError
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, ObjectNode

# The kinds that `_recreate` knew in the first release; `captured_tensor` came with 2.6.
_KINDS = {"user_object", "asset", "function", "bare_concrete_function", "variable", "constant", "resource"}
_CAPTURED_TENSOR_SINCE = (2, 6)
# Objects are made in the order of what they need; the library's structures are decoded while it is imported (before,
# after all objects are made).
_DEPENDENCIES_SINCE = (2, 8)
# recreate_saveable_objects in tensorflow/python/training/saving/saveable_object_util.py calls `save_fn("")` in these.
_STRING_CALLS_SINCE, _STRING_CALLS_UNTIL = (2, 11), (2, 13)
# The name under which Keras 2 registers its optimizers for revival (optimizer_v2.RestoredOptimizer).
_OPTIMIZER = "optimizer"


def object_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """What stops the revival, in the loader's order: objects, their wiring, and before 2.8 the structures."""
    since_dependencies = context.release >= _DEPENDENCIES_SINCE
    if since_dependencies:
        yield from dependency_problems(context, graph)
    yield from _kind_problems(context, graph)
    yield from function_problems(context, graph)
    yield from value_problems(context, graph)
    yield from _slot_problems(context, graph)
    yield from lost_problems(context, graph)
    yield from (remaining_problems if since_dependencies else structure_problems)(context, graph)
    yield from capture_problems(context, graph)
    yield from _saveable_problems(context, graph)


def lost_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """An object that names another one which the graph lacks: the first is met when the objects are wired."""
    for index, number in _lost_objects(graph)[:1]:
        error = ExpectedError("IndexError", "list index out of range")
        yield context.problem("SMD112", str(number), f"object_graph/{index}", error)


@once_per_graph
def _lost_objects(graph: MetaGraph) -> tuple[tuple[int, int], ...]:
    return tuple((node.index, number) for node in graph.objects for number in node.lost)


def _kind_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    for kind, index in _kinds(graph):
        # tensorflow/python/saved_model/load.py `_recreate_default` has a table of kinds, and raises for what is not in
        # it.
        if kind in _KINDS or (kind == "captured_tensor" and context.release >= _CAPTURED_TENSOR_SINCE):
            continue
        name = kind or "None"
        text = f"Unknown SavedObject type: {name!r}"
        if context.release >= (2, 7):
            text = f"Unknown SavedObject type: {name}. Expected one of {_listed_kinds(context)}."
        yield context.problem("SMD102", name, f"object_graph/{index}", ExpectedError("ValueError", text))


def _listed_kinds(context: Context) -> list[str]:
    """The kinds that have no class of their own: constants got one after 2.8."""
    constant = ["constant"] if context.release < _CONSTANT_CLASS_SINCE else []
    return ["user_object", "function", "bare_concrete_function", "variable", *constant, "captured_tensor"]


_CONSTANT_CLASS_SINCE = (2, 9)


@once_per_graph
def _kinds(graph: MetaGraph) -> tuple[tuple[str, int], ...]:
    """Each kind of object with the first that has it."""
    found: dict[str, int] = {}
    for node in graph.objects:
        found.setdefault(node.kind, node.index)
    return tuple(found.items())


def _slot_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """Slot variables are made by the optimizer's `add_slot`; Keras 3 registers no class that has it."""
    owner = _slot_owner(graph)
    # What nobody registered is revived as a plain `_UserObject`, which has no `add_slot`: an optimizer saved by Keras 2
    # ends the load where only Keras 3 is installed.
    if owner is None or (owner.identifier == _OPTIMIZER and _revives_optimizers(context)):
        return
    text = "'_UserObject' object has no attribute 'add_slot'"
    details = {"slots": str(len(owner.slot_variables)), "slot": owner.slot_variables[0][1]}
    pointer = f"object_graph/{owner.index}"
    yield context.problem("SMD103", "optimizer", pointer, ExpectedError("AttributeError", text), **details)


@once_per_graph
def _slot_owner(graph: MetaGraph) -> ObjectNode | None:
    """The first object with slot variables."""
    return next((node for node in graph.objects if node.slot_variables), None)


def _revives_optimizers(context: Context) -> bool:
    """Keras 2 in any form; with Keras 3 the loader imports `tf_keras` first, from 2.15 on, where it is installed."""
    runtime = context.capabilities.runtime
    if runtime.keras_flavour is KerasFlavour.KERAS3:
        return "tf-keras" in runtime.packages
    return runtime.keras_flavour is not KerasFlavour.NONE


def _saveable_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """2.11 and 2.12 call each saved save-function with a plain string, which bare concrete functions refuse.

    2.13 turns it into a tensor where the function has a spec: TensorFlow 2.3 and older wrote none.
    """
    if not _STRING_CALLS_SINCE <= context.release <= _STRING_CALLS_UNTIL:
        return
    for index, function in _bare_save_functions(graph)[:1]:
        bare = graph.objects[index].message.bare_concrete_function
        if context.release == _STRING_CALLS_UNTIL and bare.HasField("function_spec"):
            return
        with_spec = "save_fn(checkpoint_key) expected a Tensor in checkpoint_key, but got str value ."
        without = "save_fn(checkpoint_key): expected argument #0(zero-based) to be a Tensor; got str ()."
        error = ExpectedError("TypeError", with_spec if bare.HasField("function_spec") else without)
        yield context.problem("SMD106", function, f"object_graph/{index}", error)


@once_per_graph
def _bare_save_functions(graph: MetaGraph) -> tuple[tuple[int, str], ...]:
    """Bare concrete functions that save an object and take only tensors: (index, function's name)."""
    found = []
    for node in graph.objects:
        stored = node.message.saveable_objects
        if set(stored) == {"SERIALIZE_TO_TENSORS"}:  # trackable_utils.SERIALIZE_TO_TENSORS_NAME: not called
            continue
        for name in stored:
            if stored[name].save_function in node.lost:
                continue
            saver = graph.objects[stored[name].save_function]
            if saver.kind == "bare_concrete_function" and not _converts(saver):
                found.append((saver.index, saver.message.bare_concrete_function.concrete_function_name))
    return tuple(found)


def _converts(saver: ObjectNode) -> bool:
    """Whether the function was saved with an input signature: then it makes a tensor of the string."""
    bare = saver.message.bare_concrete_function
    return bool(
        bare.HasField("function_spec") and bare.function_spec.input_signature.WhichOneof("kind") != "none_value"
    )
