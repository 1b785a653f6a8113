"""Under which key each variable of an object graph lies in the bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import once_per_graph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.graph import MetaGraph

_VALUE = ".ATTRIBUTES/VARIABLE_VALUE"
_SLOT = ".OPTIMIZER_SLOT"


@once_per_graph
def checkpoint_keys(graph: MetaGraph) -> Mapping[int, str]:
    """Index of each variable to its key: the first path to it, breadth first, as `ObjectGraphView` walks.

    Slot variables are named by the variable that they belong to and their optimizer.
    """
    paths = _paths(graph)
    found = {}
    for node in graph.objects:
        # A slot variable is no child of its optimizer, so that the walk never comes to it:
        # tensorflow/python/trackable/trackable_utils.py `slot_variable_key` names it after the variable that it belongs
        # to.
        for original, slot, variable in node.slot_variables:
            if original in paths and node.index in paths:
                optimizer = _prefix(paths[node.index])
                found[variable] = f"{_prefix(paths[original])}{_SLOT}/{optimizer}{_escaped(slot)}/{_VALUE}"
        if node.kind == "variable" and node.index in paths:
            found.setdefault(node.index, f"{_prefix(paths[node.index])}{_VALUE}")
    return found


def reachable(graph: MetaGraph) -> Iterator[int]:
    """The objects that the root leads to, breadth first."""
    yield from _paths(graph)


def _paths(graph: MetaGraph) -> dict[int, tuple[str, ...]]:
    paths: dict[int, tuple[str, ...]] = {0: ()} if graph.objects else {}
    ready = list(paths)
    for index in ready:
        for name, child in graph.objects[index].children:
            # The first path wins, breadth first (tensorflow/python/checkpoint/graph_view.py `breadth_first_traversal`):
            # an object with two parents lies in the checkpoint once.
            if child not in paths:
                paths[child] = (*paths[index], name)
                ready.append(child)
    return paths


def _prefix(path: tuple[str, ...]) -> str:
    return "".join(f"{_escaped(name)}/" for name in path)


def _escaped(name: str) -> str:
    """`_escape_local_name`: a slash in a name is written `.S`, a dot `..`."""
    return name.replace(".", "..").replace("/", ".S")
