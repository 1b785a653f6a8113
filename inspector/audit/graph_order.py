"""When each node runs, and by which chain of calls a root leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph_roots import Root, roots
from inspector.audit.graph_table import table
from inspector.graphs.walk import called, needed
from inspector.terms.audit import Moment
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.audit.graph_units import Unit
    from inspector.terms.graph import Node

_NOTHING = Root("nothing", Moment.DEAD, "")
# A chain in a message names this many functions; generated graphs nest a few deep.
_CHAIN_SHOWN = 6


@record
class Run:
    """By which root a node runs, and the functions on the way to it, outermost first."""

    root: Root
    chain: tuple[str, ...]

    def text(self, op: str, node: str) -> str:
        """`signature serving_default -> __inference_f_12 -> WriteFile "w"`."""
        chain = self.chain
        if len(chain) > _CHAIN_SHOWN:
            chain = (*chain[: _CHAIN_SHOWN - 1], "...", chain[-1])
        return " -> ".join((self.root.name, *chain, f'{op} "{node}"'))


class Order:
    """Which root reaches which node first, for one graph."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._runs: dict[tuple[str, int], Run] = {}
        self._by_root: dict[str, dict[Root, None]] = {}
        self._seen: set[str] = set()
        for root in roots(unit):
            self._follow(root)
        self._follow_gradients()

    def run(self, function: str, index: int) -> Run:
        """What runs the node; a root named `nothing` where nothing does."""
        return self._runs.get((function, index)) or Run(_NOTHING, (function,) if function else ())

    def _follow(self, root: Root) -> None:
        ready: list[tuple[str, tuple[str, ...]]] = []
        if root.function:
            ready.append((root.function, ()))
        for index in needed(self._unit.graph.nodes, root.tensors) if root.tensors else ():
            if ("", index) not in self._runs:
                self._runs["", index] = Run(root, ())
                ready += ((name, ()) for name in self._callees("", index))
        self._follow_calls(root, ready)

    def _follow_calls(self, root: Root, ready: list[tuple[str, tuple[str, ...]]]) -> None:
        """Breadth first, so that the chain kept is a shortest one; a function counts for the first root only."""
        for name, before in ready:
            if name in self._seen or name not in self._unit.functions:
                continue
            self._seen.add(name)
            chain = (*before, name)
            for index in self._running(name):
                self._runs[name, index] = Run(root, chain)
                ready += ((callee, chain) for callee in self._callees(name, index))

    def _running(self, name: str) -> list[int]:
        """The nodes that a call runs: what its results need, and everything stateful, which pruning keeps."""
        function = self._unit.functions[name]
        nodes = function.nodes
        wanted = [*function.returns.values(), *function.control_returns.values()]
        return needed(nodes, wanted + [node.name for node in nodes if _is_stateful(node, self._unit.functions)])

    def _callees(self, function: str, index: int) -> Iterator[str]:
        node = self._unit.bodies[function][index]
        if calls(node, self._unit.functions):
            yield from (name for _, name in called(node, self._unit.functions))

    def _follow_gradients(self) -> None:
        """Functions that only training runs: the gradients of functions that are reached."""
        found = gradients(self._unit)
        for of, gradient in found.items():
            if (of in self._seen or not self._unit.functions) and gradient not in self._seen:
                root = Root(f"the gradient of {of}", Moment.CALL, f"gradient/{of}", function=gradient)
                self._follow(root)


def gradients(unit: Unit) -> Mapping[str, str]:
    """Function to the function that computes its gradient."""
    return unit.graph.gradients


def calls(node: Node, library: Mapping[str, object]) -> bool:
    """Whether a node may name functions: other ops need no look at their attributes."""
    known = table()
    op = node.op
    return op in known.calls or op in library or op not in known.recorded


def _is_stateful(node: Node, library: Mapping[str, object]) -> bool:
    """Whether a function runs the node although nothing needs its result."""
    known = table()
    risky = known.ops.get(node.op)
    return node.op in known.stateful_calls or (risky is not None and risky.is_stateful) or node.op in library


def chain_text(parts: Sequence[str]) -> str:
    """A chain as messages show it."""
    return " -> ".join(parts)
