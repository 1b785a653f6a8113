"""Models what RestoreV2 finds wrong in a session: keys that are not there, dtypes and sizes that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.bound import size_text
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import data_type_string
from inspector.loaders.graph.constants import constant, texts
from inspector.loaders.graph.raised import RUN, raised
from inspector.loaders.graph.reach import reached_from_tensors
from inspector.terms.dtypes import name_of
from inspector.terms.finding import ExpectedError
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, Node, TensorBundle

_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_MESSAGE = (
    "Restoring from checkpoint failed. This is most likely due to {cause} from the checkpoint. Please ensure that you "
    "have not altered the graph expected based on the checkpoint. Original error:\n\n{error}"
)
_GONE = "a Variable name or other graph key that is missing"
_UNLIKE = "a mismatch between the current graph and the graph"


@record
class Wanted:
    """A tensor that a restore asks for."""

    item: Reached
    key: str
    dtype: str


def restored_problems(context: Context, graph: MetaGraph, *, wrapped: bool) -> Iterator[Problem]:
    """The first tensor that cannot be restored; `wrapped` as in graph_session."""
    model = context.artifact.saved_model
    bundle = model.variables if model else None
    if bundle is None:
        return
    for node in _uncallable(graph) if not wrapped else ():
        name = node.attrs["f"].func.name
        text = f'Failed to find function "{name}" in function library: function {{ signature {{ name: '
        start = "Graph execution error: " if context.release >= _GRAPH_ERRORS_SINCE else ""
        error = ExpectedError("InvalidArgumentError", _MESSAGE.format(cause=_UNLIKE, error=start + text))
        yield context.problem("OPS110", name, f"node/{node.name}", error, functions=name)
        return
    for wanted in _wanted(graph):
        found = _fault(bundle, wanted)
        if found is not None:
            error = _error(context, graph, wanted.item, found, wrapped=wrapped)
            pointer = f"node/{wanted.item.node.name}"
            yield context.problem(
                "SMD104", wanted.key, pointer, error, wanted=wanted.dtype or "a value", stored=found[1]
            )
            return


_GRAPH_ERRORS_SINCE = (2, 8)


@once_per_graph
def _uncallable(graph: MetaGraph) -> tuple[Node, ...]:
    """Calls of functions that the library has not: the first run places all nodes, whatever it asks for."""
    if not _wanted(graph):
        return ()
    calls = (node for node in graph.graph.nodes if node.op in _CALLS and "f" in node.attrs)
    return tuple(node for node in calls if node.attrs["f"].func.name not in graph.graph.functions)


_CALLS = frozenset({"StatefulPartitionedCall", "PartitionedCall"})


@once_per_graph
def _wanted(graph: MetaGraph) -> tuple[Wanted, ...]:
    """What the restore op of the saver asks for, as far as constants say it."""
    name = (graph.saver or {}).get("restore_op_name", "")
    reached = reached_from_tensors(graph.graph, [name]) if name else ()
    return tuple(w for item in reached if item.node.op == "RestoreV2" for w in _asked(graph, item))


def _asked(graph: MetaGraph, item: Reached) -> Iterator[Wanted]:
    keys = texts(constant(graph.graph, item, 1))
    slices = texts(constant(graph.graph, item, 2))
    dtypes = [name_of(number) for number in item.node.attrs["dtypes"].list.type] if "dtypes" in item.node.attrs else []
    # A slice of a partitioned variable is put together from entries of its own.
    whole = [not part for part in slices] + [True] * (len(keys) - len(slices))
    yield from (Wanted(item, k, d) for k, d, is_whole in zip(keys, dtypes, whole, strict=False) if is_whole)


def _fault(bundle: TensorBundle, wanted: Wanted) -> tuple[str, str] | None:
    """The exception's class and the kernel's text."""
    entry = bundle.entries.get(wanted.key)
    if entry is None:
        return "NotFoundError", f"Key {wanted.key} not found in checkpoint"
    if entry.dtype != wanted.dtype:
        expected, stored = data_type_string(wanted.dtype), data_type_string(entry.dtype)
        text = f"tensor_name = {wanted.key}; expected dtype {expected} does not equal original dtype {stored}"
        return "InvalidArgumentError", text
    fault = bundle.faults.get(wanted.key)
    return ("DataLossError", size_text(wanted.key, fault)) if fault is not None and fault.kind == "size" else None


def _error(
    context: Context, graph: MetaGraph, item: Reached, found: tuple[str, str], *, wrapped: bool
) -> ExpectedError:
    kind, text = found
    if wrapped:
        return raised(context, item, kind, text, ("call", "pruned"))
    error = raised(context, item, kind, text, (RUN, ""))
    model = context.artifact.saved_model
    is_object_based = bool(model and model.variables and _OBJECT_GRAPH in model.variables.entries)
    # `Saver.restore` tries again by the names of the variables that the checkpoint knows; without variables in a
    # collection, a new Saver has none.
    if kind == "NotFoundError" and is_object_based and "variables" not in graph.collections:
        return ExpectedError("ValueError", "No variables to save")
    if kind == "DataLossError":
        return error
    cause = _GONE if kind == "NotFoundError" else _UNLIKE
    return ExpectedError(kind, _MESSAGE.format(cause=cause, error=error.message))
