"""Which nodes run when a function or some tensors of a graph are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.graphs.walk import needed
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.callees import callees_of
from inspector.loaders.graph.uses import library, main_body
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.loaders.graph.uses import Use
    from inspector.terms.graph import Function, Graph, Node

# Ops whose functions run or not by the value of an input.
_BRANCHES = frozenset({"If", "StatelessIf", "Case", "StatelessCase", "While", "StatelessWhile"})


@record
class Reached:
    """A node that runs: the function it stands in ("" for the graph), and whether it runs whatever the inputs are.

    `caller` is the node that calls that function ("" where nothing of the model does).
    """

    function: str
    node: Node
    use: Use
    certain: bool
    caller: str = ""


# A function to follow: its name, whether it is called whatever the inputs are, and the node that calls it.
_Call = tuple[str, bool, str]


@once_per_graph
def _memo(graph: Graph) -> dict[object, tuple[Reached, ...]]:
    """Answers for one graph: signatures mostly share their functions."""
    del graph
    return {}


def reached_from_function(graph: Graph, name: str) -> tuple[Reached, ...]:
    """What a call of that function runs, callers before callees."""
    memo = _memo(graph)
    if name not in memo:
        memo[name] = tuple(_follow(graph, [(name, True, "")]))
    return memo[name]


def reached_from_tensors(graph: Graph, tensors: Iterable[str]) -> tuple[Reached, ...]:
    """What runs in the graph itself, and in the functions it calls, when these tensors are fetched."""
    wanted = tuple(tensors)
    memo = _memo(graph)
    if wanted not in memo:
        body = main_body(graph).nodes
        indexes = needed(graph.nodes, wanted)
        here = [Reached("", graph.nodes[index], body[index][1], certain=True) for index in indexes]
        memo[wanted] = (*here, *_follow(graph, [call for item in here for call in _callees(graph, item)]))
    return memo[wanted]


def _follow(graph: Graph, ready: list[_Call]) -> Iterator[Reached]:
    """The nodes that run in these functions and in all that they call."""
    seen: dict[str, bool] = {}
    for name, certain, caller in ready:
        # A function that was met on a branch is followed again when it turns out to be called for certain: what it
        # holds is then no longer in doubt.
        if name not in graph.functions or seen.get(name, False) or (name in seen and not certain):
            continue
        seen[name] = certain
        for item in _running(graph, name, caller, certain=certain):
            yield item
            ready.extend(_callees(graph, item))


def _running(graph: Graph, name: str, caller: str, *, certain: bool) -> Iterator[Reached]:
    function = graph.functions[name]
    body = library(graph)[name].nodes
    for index in needed(function.nodes, _results(function)):
        yield Reached(name, function.nodes[index], body[index][1], certain, caller)


def _results(function: Function) -> Iterator[str]:
    """What a call waits for: outputs and the side effects that it lists."""
    yield from function.returns.values()
    yield from function.control_returns.values()


def _callees(graph: Graph, item: Reached) -> Iterator[_Call]:
    node = item.node
    if node.op in graph.functions:
        yield node.op, item.certain, node.name
    # Which branch of these is taken is known to the run alone; loops count among them, as their body may run no time at
    # all.
    certain = item.certain and node.op not in _BRANCHES
    found = callees_of(node)
    for name in (*found.named, *found.listed):
        yield name, certain, node.name
