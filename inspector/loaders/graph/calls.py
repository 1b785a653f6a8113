"""Models a call of each signature of what `tf.saved_model.load` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.graphs.walk import INIT
from inspector.loaders.graph.execution import execution
from inspector.loaders.graph.reach import reached_from_function, reached_from_tensors
from inspector.terms.finding import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.graph import MetaGraph, ObjectNode


def signature_outcomes(context: Context, loaded: Outcome) -> Iterator[Outcome]:
    """One outcome per signature; where the load fails, so does the call."""
    model = context.artifact.saved_model
    # `tf.saved_model.load` without tags takes a single MetaGraph only; with more there is nothing to call.
    if model is None or len(model.meta_graphs) != 1:
        return
    graph = model.meta_graphs[0]
    for name, (wrapper, reached) in _signatures(graph).items():
        loader = f"signature:{name}"
        if loaded.problems:
            yield Outcome(loader, loaded.problems, loaded.gaps)
        else:
            problems, gaps = execution(context, graph.graph, reached, "call", wrapper)
            yield Outcome(loader, problems, loaded.gaps + gaps)


def _signatures(graph: MetaGraph) -> Mapping[str, tuple[str, tuple[Reached, ...]]]:
    """Name to the function that is called and what that runs."""
    # A SavedModel of TensorFlow 1 has signatures only in signature_def: tensorflow/python/saved_model/load_v1_in_v2.py
    # prunes its graph to the outputs of each. Later ones are functions of the object graph, whatever signature_def
    # says.
    if not graph.has_object_graph:
        names = (name for name in graph.signatures if name != INIT)
        return {name: ("pruned", reached_from_tensors(graph.graph, _outputs(graph, name))) for name in names}
    functions = dict(_signature_functions(graph))
    return {name: (function, reached_from_function(graph.graph, function)) for name, function in functions.items()}


def _outputs(graph: MetaGraph, name: str) -> tuple[str, ...]:
    return tuple(info.tensor for info in graph.signatures[name].outputs.values() if info.tensor)


def _signature_functions(graph: MetaGraph) -> Iterator[tuple[str, str]]:
    """The children of the root's `signatures`, each with its concrete function."""
    index = dict(graph.objects[0].children).get("signatures") if graph.objects else None
    if index is None:
        return
    for name, child in graph.objects[index].children:
        function = _function_name(graph.objects[child])
        if function is not None:
            yield name, function


def _function_name(node: ObjectNode) -> str | None:
    if node.kind == "bare_concrete_function":
        name: str = node.message.bare_concrete_function.concrete_function_name
        return name
    if node.kind == "function":
        # Each signature is saved as a single concrete function
        # (tensorflow/python/saved_model/signature_serialization.py `canonicalize_signatures`).
        return next(iter(node.message.function.concrete_functions), None)
    return None
