"""The risky nodes of one graph, with when they run and what their arguments can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.flow import Flow
from inspector.audit.graph.order import NOTHING, Order
from inspector.audit.graph.roots import MOMENTS, Root
from inspector.audit.graph.strings import inputs_of, texts
from inspector.audit.graph.table import table
from inspector.audit.graph.values import Source, Value, distinct
from inspector.terms.audit import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.audit.graph.order import Run
    from inspector.audit.graph.table import RiskyOp
    from inspector.audit.graph.units import Unit
    from inspector.terms.graph import Node

    Parts = tuple[str, Node, RiskyOp, Run, tuple[Value, ...], str]

# A path of which nothing is known (a circle, a missing input, a function without that result) is not a harmless one.
_UNKNOWN = (Value(Source.DYNAMIC, "{unknown}"),)


def reaches_of(unit: Unit, outer: Sequence[Root]) -> Iterator[Parts]:
    """Function, node, op, run, values and carried contents of each risky node.

    `outer` are the roots of the risky nodes of the graph that hides this one: the earliest of them starts it.
    """
    order = Order(unit, None if unit.outer is None else [_started(unit, outer)])
    flows: dict[tuple[bool, bool], Flow] = {}
    for function, index in unit.risky:
        node = unit.bodies[function][index]
        run, op = order.run(function, index), table().ops[node.op]
        # Only the run of its own ops feeds the saver's name, and only the init op is run with the assets fed.
        fed = (run.root.is_saver, run.root.moment is Moment.LOAD and not run.root.is_saver)
        flow = flows.setdefault(fed, Flow(unit, saver=fed[0], assets=fed[1]))
        yield function, node, op, run, _values(flow, function, node, op), _carried(flow, function, node, op)


def _started(unit: Unit, outer: Sequence[Root]) -> Root:
    root = min(outer, key=lambda root: MOMENTS.index(root.moment), default=NOTHING)
    name = f"{root.name} -> the graph in {unit.label}"
    return Root(name, root.moment, root.pointer, is_everything=True, loaders=root.loaders)


def _values(flow: Flow, function: str, node: Node, op: RiskyOp) -> tuple[Value, ...]:
    """What the arguments that name a place can be."""
    found: list[Value] = []
    inputs = inputs_of(node)
    for name, position in op.arguments:
        if position < 0:
            found += (Value(Source.CONST, text) for text in texts(node, name))
        else:
            found += (flow.values(function, inputs[position]) if position < len(inputs) else ()) or _UNKNOWN
    return distinct(found)


def _carried(flow: Flow, function: str, node: Node, op: RiskyOp) -> str:
    """The op that reads a file whose contents go where this one writes."""
    inputs = inputs_of(node)
    if not 0 <= op.contents < len(inputs):
        return ""
    return next((value.reads for value in flow.values(function, inputs[op.contents]) if value.reads), "")
