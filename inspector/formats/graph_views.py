"""Views on GraphDef messages: the frozen types of the product, filled only as far as somebody looks.

A large SavedModel has 100,000 nodes; most judgements look at each op once. So a node keeps its message, and a graph
makes its nodes and functions when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.finding import Gap, Location
from inspector.terms.graph import Argument, Function, Graph, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The largest public graphs have some 200,000 nodes; each takes 7 us to look at.
MAX_NODES = 2_000_000


class NodeView(Node):
    """A Node that reads its NodeDef when asked."""

    __slots__ = ("message",)
    message: Any

    def __init__(self, message: Any) -> None:
        object.__setattr__(self, "message", message)

    @property
    def name(self) -> str:
        """The node's name."""
        return self.message.name

    @property
    def op(self) -> str:
        """The op's name, or that of a function of the library."""
        return self.message.op

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs as written."""
        return tuple(self.message.input)

    @property
    def device(self) -> str:
        """The requested device, "" for none."""
        return self.message.device

    @property
    def attrs(self) -> Mapping[str, Any]:
        """Attribute name to AttrValue message."""
        return self.message.attr


class FunctionView(Function):
    """A Function that reads its FunctionDef when asked."""

    __slots__ = ("_nodes", "message")
    message: Any
    _nodes: tuple[Node, ...] | None

    def __init__(self, message: Any) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "_nodes", None)

    @property
    def name(self) -> str:
        """The function's name in its library."""
        return self.message.signature.name

    @property
    def inputs(self) -> tuple[Argument, ...]:
        """The declared inputs, captures included."""
        return _arguments(self.message.signature.input_arg)

    @property
    def outputs(self) -> tuple[Argument, ...]:
        """The declared outputs."""
        return _arguments(self.message.signature.output_arg)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The body."""
        found = self._nodes
        if found is None:
            found = tuple(map(NodeView, self.message.node_def))
            object.__setattr__(self, "_nodes", found)
        return found

    @property
    def returns(self) -> Mapping[str, str]:
        """Output name to tensor of the body."""
        return self.message.ret

    @property
    def control_returns(self) -> Mapping[str, str]:
        """Control output name to node of the body."""
        return self.message.control_ret

    @property
    def attrs(self) -> Mapping[str, Any]:
        """Attribute name to AttrValue message."""
        return self.message.attr


class GraphView(Graph):
    """A Graph that reads its GraphDef when asked."""

    __slots__ = ("_functions", "_nodes", "message")
    message: Any
    _functions: dict[str, Function] | None
    _nodes: tuple[Node, ...] | None

    def __init__(self, message: Any) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "_nodes", None)
        object.__setattr__(self, "_functions", None)
        object.__setattr__(self, "memo", {})

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of the graph itself."""
        found = self._nodes
        if found is None:
            found = tuple(map(NodeView, self.message.node))
            object.__setattr__(self, "_nodes", found)
        return found

    @property
    def functions(self) -> Mapping[str, Function]:
        """The function library."""
        found = self._functions
        if found is None:
            found = {view.name: view for view in map(FunctionView, self.message.library.function)}
            object.__setattr__(self, "_functions", found)
        return found

    @property
    def producer(self) -> int:
        """The GraphDef version that the writer speaks."""
        return self.message.versions.producer

    @property
    def min_consumer(self) -> int:
        """The GraphDef version that a reader must speak."""
        return self.message.versions.min_consumer

    @property
    def bad_consumers(self) -> tuple[int, ...]:
        """Versions that must not read the graph."""
        return tuple(self.message.versions.bad_consumers)

    @property
    def gradients(self) -> Mapping[str, str]:
        """Function name to the function that computes its gradient."""
        return {item.function_name: item.gradient_func for item in self.message.library.gradient}


def size_gap(member: str, graphs: Iterable[Any]) -> Gap | None:
    """A gap where GraphDef messages hold more nodes than can be judged."""
    count = sum(len(graph.node) + sum(len(item.node_def) for item in graph.library.function) for graph in graphs)
    return Gap(Location(member), f"{count} nodes, more than {MAX_NODES}") if count > MAX_NODES else None


def _arguments(messages: Any) -> tuple[Argument, ...]:
    return tuple(
        Argument(name=item.name, dtype=item.type, type_attr=item.type_attr, number_attr=item.number_attr)
        for item in messages
    )
