"""The graph surface: ops that reach files, network, processes or code, in every graph and function."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from inspector.audit.graph_table import table
from inspector.audit.graph_units import Unit, member_of, units
from inspector.requirements.ops import op_names
from inspector.terms.finding import Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.audit.graph_flow import Flow
    from inspector.audit.graph_order import Order, Run
    from inspector.audit.graph_table import RiskyOp
    from inspector.audit.graph_values import Value
    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Node
    from inspector.terms.finding import Gap


@record
class Reach:
    """A node that can reach outside: where it stands, when it runs, and every value of each argument that says to what."""

    unit: Unit
    function: str
    node: Node
    op: RiskyOp
    run: Run
    values: tuple[Value, ...]

    @property
    def location(self) -> Location:
        """The node's place."""
        return Location(self.unit.member, self.unit.place(self.function, self.node.name))

    @property
    def chain(self) -> str:
        """From the root to the op."""
        return self.run.text(self.node.op, self.node.name)


class GraphEvidence:
    """What reaches the world outside, and from where."""

    def __init__(self, artifact: Artifact) -> None:
        self.artifact = artifact

    @property
    def member(self) -> str:
        """The file that holds the graphs."""
        return member_of(self.artifact)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Every graph, hidden ones after those that hide them."""
        return tuple(units(self.artifact))

    @cached_property
    def custom_ops(self) -> tuple[str, ...]:
        """The ops that no recorded release of TensorFlow registers."""
        return tuple(name for name in op_names(self.artifact) if name not in table().recorded)

    def reaches(self, *can: str) -> Iterator[Reach]:
        """The nodes with one of these capabilities, in the order of the file."""
        return (reach for reach in self._reaches if reach.op.can in can)

    @cached_property
    def _reaches(self) -> tuple[Reach, ...]:
        return tuple(reach for unit in self.units if unit.risky for reach in _of_unit(unit))


def _of_unit(unit: Unit) -> Iterator[Reach]:
    from inspector.audit.graph_flow import Flow  # noqa: PLC0415 - cold start: only graphs with such ops
    from inspector.audit.graph_order import Order  # noqa: PLC0415 - cold start

    order, flows = Order(unit), (Flow(unit, is_fed=False), Flow(unit))
    for function, index in unit.risky:
        node = unit.bodies[function][index]
        run = order.run(function, index)
        op = table().ops[node.op]
        flow = flows[run.root.is_saver or op.can not in ("checkpoint-read", "checkpoint-write")]
        yield Reach(unit, function, node, op, run, _values(flow, function, node, op))


def _values(flow: Flow, function: str, node: Node, op: RiskyOp) -> tuple[Value, ...]:
    """What the arguments that name a place can be."""
    from inspector.audit.graph_strings import inputs_of, texts  # noqa: PLC0415 - cold start
    from inspector.audit.graph_values import Source, Value, distinct  # noqa: PLC0415 - cold start

    found: list[Value] = []
    inputs = inputs_of(node)
    for name, position in op.arguments:
        if position < 0:
            found += (Value(Source.CONST, text) for text in texts(node, name))
        elif position < len(inputs):
            found += flow.values(function, inputs[position])
    return distinct(found)


def tokens(evidence: Evidence) -> Iterator[str]:
    """`op:CAPABILITY` for each capability that an op of the artifact has, `op:custom` for ops of no release."""
    yield "graph"
    names = op_names(evidence.artifact)
    known = table()
    yield from {f"op:{known.ops[name].can}" for name in names if name in known.ops}
    if evidence.graphs.custom_ops:
        yield "op:custom"
