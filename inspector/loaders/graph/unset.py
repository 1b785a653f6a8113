"""What a session reads that nothing has set: variables outside the saver, tables without an initializer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.constants import sources
from inspector.loaders.graph.raised import RUN, raised
from inspector.loaders.graph.reach import reached_from_tensors
from inspector.loaders.graph.variables import setters, unrestored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph

_READS = frozenset({"ReadVariableOp", "ResourceGather", "ResourceGatherNd"})
_REFERENCES = frozenset({"VariableV2", "Variable"})
_ASSIGNS = frozenset({"Assign", "AssignAdd", "AssignSub"})
# Tables that are filled once and refuse to answer before (tensorflow/core/kernels/initializable_lookup_table.cc).
_TABLES = frozenset({"HashTableV2", "HashTable"})
_QUESTIONS = frozenset({"LookupTableFindV2", "LookupTableFind", "LookupTableSizeV2", "LookupTableExportV2"})
_NEW_TEXT_SINCE, _ABSL_SINCE = (2, 4), (2, 12)


def unset_problems(context: Context, graph: MetaGraph, reached: tuple[Reached, ...]) -> Iterator[Problem]:
    """What the run reads and nothing has set, each once."""
    for node in unrestored(graph):
        reader = _reader(reached, node.name)
        # The exception names the node that reads, not the one that hands the variable on.
        if reader is not None and reader.use.op not in _READS:  # handed to a function, which reads it
            reader = next((item for item in reached if item.function and item.node.op in _READS), reader)
        if reader is not None:
            yield _problem(context, reader, node.name, _resource_text(context, node.name))
    for name in _unassigned(graph):
        reader = _reader(reached, name)
        if reader is not None:
            yield _problem(context, reader, name, f"Attempting to use uninitialized value {name}")
    for name in _unfilled(graph):
        reader = _reader(reached, name)
        if reader is not None and reader.node.op in _QUESTIONS:
            error = raised(context, reader, "FailedPreconditionError", "Table not initialized.", (RUN, ""))
            yield context.problem("SMD111", name, f"node/{name}", error)


def _problem(context: Context, reader: Reached, name: str, text: str) -> Problem:
    error = raised(context, reader, "FailedPreconditionError", text, (RUN, ""))
    return context.problem("SMD110", name, f"node/{name}", error)


def _reader(reached: tuple[Reached, ...], name: str) -> Reached | None:
    """The first node of the run that is fed from that one, but for what assigns to it."""
    users = (item for item in reached if not item.function and name in sources(item))
    return next((item for item in users if item.node.op not in _ASSIGNS), None)


def _resource_text(context: Context, name: str) -> str:
    gone = f"Resource localhost/{name}/N10tensorflow3VarE does not exist."
    if context.release < _NEW_TEXT_SINCE:
        return (
            f"Error while reading resource variable {name} from Container: localhost. This could mean that the "
            f"variable was uninitialized. Not found: {gone}"
        )
    status = f"status error message={gone}" if context.release >= _ABSL_SINCE else f"status=Not found: {gone}"
    return (
        f"Could not find variable {name}. This could mean that the variable has been deleted. In TF1, it can also mean "
        f"the variable is uninitialized. Debug info: container=localhost, {status}"
    )


@once_per_graph
def _unassigned(graph: MetaGraph) -> tuple[str, ...]:
    """The reference variables that neither the saver nor an initializer assigns."""
    setting = reached_from_tensors(graph.graph, setters(graph))
    assigned = {sources(item)[0] for item in setting if item.node.op in _ASSIGNS and not item.function}
    return tuple(n.name for n in graph.graph.nodes if n.op in _REFERENCES and n.name not in assigned)


@once_per_graph
def _unfilled(graph: MetaGraph) -> tuple[str, ...]:
    """The static tables that no initializer touches."""
    setting = reached_from_tensors(graph.graph, setters(graph))
    filled = {name for item in setting if not item.function for name in sources(item)}
    return tuple(n.name for n in graph.graph.nodes if n.op in _TABLES and n.name not in filled)
