"""Graphs hidden in constants of other graphs: bytes that parse as a GraphDef, where an op runs such bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.audit.graph.table import table
from inspector.audit.graph.units import Unit
from inspector.codec.protobuf import parse, parses
from inspector.formats.graph_views import GraphView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.graph import Node

# A graph in a graph in a graph: no writer nests even once on purpose; each level costs a parse.
DEPTH_LIMIT = 4
# The smallest GraphDef with a node that does anything is longer.
_LEAST_BYTES = 16
_GRAPH_DEF = "tensorflow.GraphDef"


def hidden_units(unit: Unit, depth: int = 0) -> Iterator[Unit]:
    """The graphs hidden in that one, and in those; nothing where no op runs such bytes."""
    if depth >= DEPTH_LIMIT or not _runs_bytes(unit):
        return
    for function, nodes in unit.bodies.items():
        for node in nodes:
            if node.op == "Const" and "value" in node.attrs:
                for inner in _graphs(node):
                    found = Unit(unit.member, unit.place(function, node.name), GraphView(inner), outer=unit)
                    yield found
                    yield from hidden_units(found, depth + 1)


def _runs_bytes(unit: Unit) -> bool:
    ops = table().ops
    found = (unit.bodies[function][index].op for function, index in unit.risky)
    return any(ops[op].can == "hidden" for op in found)


def _graphs(node: Node) -> Iterator[Any]:
    """The GraphDefs among the texts of a constant: bytes that parse and whose nodes have ops that TensorFlow knows."""
    for data in node.attrs["value"].tensor.string_val:
        if len(data) >= _LEAST_BYTES and parses(_GRAPH_DEF, data):
            # Text parses as a message more often than one thinks: ops that exist do not come about by chance.
            message = parse(_GRAPH_DEF, data, node.name)
            if any(item.op in table().recorded for item in message.node):
                yield message
