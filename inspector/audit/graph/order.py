"""When each node runs, and by which chain of calls a root leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.roots import Root, roots
from inspector.audit.graph.table import table
from inspector.graphs.walk import needed
from inspector.terms.audit import Moment
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inspector.audit.graph.units import Unit

NOTHING = Root("nothing", Moment.DEAD, "")
# A chain in a message names this many functions; generated graphs nest a few deep.
_CHAIN_SHOWN = 6
# Calls that the graph rewriter inlines or lowers (tensorflow/core/common_runtime/lower_functional_ops.cc).
_INLINED = frozenset(
    {
        "PartitionedCall", "StatefulPartitionedCall", "If", "StatelessIf", "Case", "StatelessCase", "While",
        "StatelessWhile",
    }
)  # fmt: skip


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
        start = () if self.root is NOTHING else (self.root.name,)
        return " -> ".join((*start, *chain, f'{op} "{node}"'))


# A function to follow: its name, the chain before it, and whether its stateful nodes run although nothing needs them.
_Call = tuple[str, tuple[str, ...], bool]


class Order:
    """Which root reaches which node first, for one graph."""

    def __init__(self, unit: Unit, started: Iterable[Root] | None = None) -> None:
        """`started` are the roots of a graph that has none of its own."""
        self._unit = unit
        self._runs: dict[tuple[str, int], Run] = {}
        self._seen: dict[str, bool] = {}
        for root in roots(unit) if started is None else started:
            self._follow(root)
        self._follow_gradients()

    def run(self, function: str, index: int) -> Run:
        """What runs the node; a root named `nothing` where nothing does."""
        return self._runs.get((function, index)) or Run(NOTHING, (function,) if function else ())

    def _follow(self, root: Root) -> None:
        ready: list[_Call] = [(root.function, (), False)] if root.function else []
        for index in self._fetched(root):
            if ("", index) not in self._runs:
                self._runs["", index] = Run(root, ())
                ready += self._callees("", index, ())
        self._follow_calls(root, ready)

    def _fetched(self, root: Root) -> Iterable[int]:
        nodes = self._unit.graph.nodes
        if root.is_everything:
            return range(len(nodes))
        return needed(nodes, root.tensors, self._unit.places[""]) if root.tensors else ()

    def _follow_calls(self, root: Root, ready: list[_Call]) -> None:
        """Breadth first, so that the chain kept is a shortest one; a node counts for the first root that reaches it."""
        for name, before, keeps in ready:
            # Followed again only if a dataset calls it too, which keeps more of its nodes.
            if name not in self._unit.leading or self._seen.get(name) in (True, keeps):
                continue
            self._seen[name] = keeps
            chain = (*before, name)
            for index in self._running(name, keeps=keeps):
                if (name, index) not in self._runs:
                    self._runs[name, index] = Run(root, chain)
                    ready += self._callees(name, index, chain)

    def _running(self, name: str, *, keeps: bool) -> list[int]:
        """The nodes that a call runs: what its results need.

        Where a dataset or another op instantiates the function, pruning keeps whatever is stateful; calls that are
        inlined keep what the function lists. Seen in 2.4 to 2.21 (fixtures/graph_moments.tsv).
        """
        function = self._unit.functions[name]
        nodes = function.nodes
        wanted = [*function.returns.values(), *function.control_returns.values()]
        ops = self._unit.ops[name] if keeps else ()
        kept = (nodes[at].name for at, op in enumerate(ops) if _is_stateful(op, self._unit.functions))
        return needed(nodes, [*wanted, *kept], self._unit.places[name])

    def _callees(self, function: str, index: int, chain: tuple[str, ...]) -> list[_Call]:
        found = self._unit.callees.get((function, index))
        if found is None:
            return []
        op = self._unit.ops[function][index]
        keeps = op not in _INLINED and op not in self._unit.functions
        return [(name, chain, keeps) for _, name in found]

    def _follow_gradients(self) -> None:
        """Functions that only training runs: gradients of functions that are reached, and registered ones."""
        # Eager training asks for a registered gradient by the `_gradient_op_type` of a call, a session for the function
        # that the library pairs with another. Neither is called by name, so neither shows among the calls.
        graph = self._unit.graph
        message = getattr(graph, "message", None)
        named = [] if message is None else message.library.registered_gradients  # from 2.6 on
        found = {item.registered_op_type: item.gradient_func for item in named}
        found |= {of: gradient for of, gradient in graph.gradients.items() if of in self._seen}
        for of, gradient in found.items():
            if gradient not in self._seen:
                self._follow(Root(f"the gradient of {of}", Moment.CALL, f"gradient/{of}", function=gradient))


def _is_stateful(op: str, library: Mapping[str, object]) -> bool:
    """Whether a function runs the node although nothing needs its result."""
    known = table()
    risky = known.ops.get(op)
    return op in known.stateful_calls or (risky is not None and risky.is_stateful) or op in library
