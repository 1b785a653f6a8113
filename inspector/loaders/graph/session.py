"""Models what a session loader does with a MetaGraph: import, restore, run the initializers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.assets import asset_problems, outside_problems
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.elements import collection_problems, initializer_problems, saver_problems
from inspector.loaders.graph.execution import execution
from inspector.loaders.graph.importing import import_problems
from inspector.loaders.graph.raised import RUN, raised
from inspector.loaders.graph.reach import reached_from_tensors
from inspector.loaders.graph.restore import bundle_problems
from inspector.loaders.graph.restored import restored_problems
from inspector.loaders.graph.variables import setters
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph


def session_problems(context: Context, graph: MetaGraph, *, wrapped: bool) -> Iterator[Problem]:
    """What stops the import of the MetaGraph, the restore of its variables and its initializers.

    `wrapped`: as `tf.saved_model.load` does it for a SavedModel of TensorFlow 1, inside a function.
    """
    # `SavedModelLoader.load` in tensorflow/python/saved_model/loader_impl.py: import, restore, init ops, in that order;
    # tensorflow/python/saved_model/load_v1_in_v2.py does the same inside one wrapped function.
    yield from import_problems(context, graph.graph, _producer_defaults(graph))
    yield from collection_problems(context, graph)
    yield from saver_problems(context, graph, wrapped=wrapped)
    if graph.saver is not None and graph.saver.get("restore_op_name"):
        for problem in bundle_problems(context, "v1"):
            met = _wrapped_problem(context, problem) if wrapped else problem
            yield _restored_by(context, graph, met, wrapped=wrapped)
        yield from restored_problems(context, graph, wrapped=wrapped)
    yield from initializer_problems(context, graph)
    # A session is asked to run the restore and init ops by their names, with all nodes that these need.
    if not wrapped:
        yield from execution(context, graph.graph, reached_from_tensors(graph.graph, setters(graph)), "run")[0]
    yield from asset_problems(context, graph, "load" if wrapped else "v1")
    yield from outside_problems(context, graph, wrapped=wrapped)


def _wrapped_problem(context: Context, problem: Problem) -> Problem:
    """Inside a function, RestoreV2 itself finds that the index is missing."""
    if problem.location.member != "variables/variables.index" or problem.details["reason"] != "it is missing":
        return problem
    error = context.error("load/v1_no_index")
    return type(problem)(problem.rule, problem.subject, problem.location, error, problem.details)


def _restored_by(context: Context, graph: MetaGraph, problem: Problem, *, wrapped: bool) -> Problem:
    """What RestoreV2 says, where it stands in the graph itself: sessions and functions then name the node."""
    item = _restore(graph)
    if item is None or item.function or _NODE not in problem.error.message:
        return problem
    said = problem.error.message.removeprefix("Graph execution error: ").replace(_NODE, "").strip()
    error = raised(context, item, problem.error.type, said, ("call", "pruned") if wrapped else (RUN, ""))
    return replace(problem, error=error)


_NODE = "[[{{node RestoreV2}}]]"


@once_per_graph
def _restore(graph: MetaGraph) -> Reached | None:
    """The first node that restores tensors."""
    found = reached_from_tensors(graph.graph, [(graph.saver or {}).get("restore_op_name", "")])
    return next((item for item in found if item.node.op == "RestoreV2"), None)


@once_per_graph
def _producer_defaults(graph: MetaGraph) -> Mapping[str, Mapping[str, object]]:
    """By op, the default of each attribute in the OpDefs that the writer left in the MetaGraph."""
    ops = graph.message.meta_info_def.stripped_op_list.op
    return {op.name: {a.name: a.default_value for a in op.attr if a.HasField("default_value")} for op in ops}
