"""The graph surface: ops that reach files, network, processes or code, in every graph and function."""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from inspector.audit.graph.table import table
from inspector.audit.graph.units import Unit, member_of, units
from inspector.requirements.ops import op_names
from inspector.terms.finding import Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.audit.graph.order import Run
    from inspector.audit.graph.table import RiskyOp
    from inspector.audit.graph.values import Value
    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Node

# A hundred are listed; the others are counted as far as this.
FAULTS_LIMIT = 1_000
_CHECKPOINTS = frozenset({"checkpoint-read", "checkpoint-write"})


@record
class Reach:
    """A node that can reach outside: where it stands, when it runs, every value of each argument that says to what.

    `carries` is the place of an op that reads a file whose contents go there ("": none).
    """

    unit: Unit
    function: str
    node: Node
    op: RiskyOp
    run: Run
    values: tuple[Value, ...]
    carries: str = ""

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
        found = (*units(self.artifact), *self._others())
        if not any(table().ops[unit.bodies[f][i].op].can == "hidden" for unit in found for f, i in unit.risky):
            return found
        from inspector.audit.graph.hidden import hidden_units  # noqa: PLC0415 - cold start: hardly any graph

        return tuple(each for unit in found for each in (unit, *hidden_units(unit)))

    def _others(self) -> Iterator[Unit]:
        """Graphs of files that hold another message than their name says, or two at once."""
        if self.artifact.graph is None and not self.artifact.damage:
            return iter(())
        from inspector.audit.graph.readings import other_units  # noqa: PLC0415 - cold start: no SavedModel that loads

        return other_units(self.artifact)

    @cached_property
    def ops(self) -> frozenset[str]:
        """The ops of all graphs."""
        return frozenset(op_names(self.artifact)).union(*(ops for unit in self.units for ops in unit.ops.values()))

    @cached_property
    def custom_ops(self) -> tuple[str, ...]:
        """The ops that no recorded release of TensorFlow registers; a function's name is no op."""
        functions = {name for unit in self.units for name in unit.functions}
        return tuple(sorted(self.ops - table().recorded - functions))

    @cached_property
    def faults(self) -> tuple[tuple[str, str, str], ...]:
        """(what, place, why) of each place where a graph is as no writer makes it."""
        from inspector.audit.graph.faults import faults  # noqa: PLC0415 - cold start: after the ops themselves

        return tuple(fault for unit in self.units for fault in islice(faults(unit), FAULTS_LIMIT))

    def reaches(self, *can: str) -> Iterator[Reach]:
        """The nodes with one of these capabilities (none named: with any), in the order of the file."""
        return (reach for reach in self._reaches if not can or reach.op.can in can)

    @cached_property
    def odd_checkpoints(self) -> tuple[Reach, ...]:
        """The nodes that save or restore by another name than the saver's."""
        from inspector.audit.graph.checkpoints import odd  # noqa: PLC0415 - cold start: only graphs with such ops

        return tuple(odd(self.reaches(*_CHECKPOINTS)))

    # A hidden graph starts with what runs it, so the reaches of the graphs before it are handed on.
    @cached_property
    def _reaches(self) -> tuple[Reach, ...]:
        found: list[Reach] = []
        for unit in self.units:
            if unit.risky:
                found += _of_unit(unit, found)
        return tuple(found)


def _of_unit(unit: Unit, before: list[Reach]) -> list[Reach]:
    from inspector.audit.graph.reaching import reaches_of  # noqa: PLC0415 - cold start: only graphs with such ops

    return [Reach(unit, *parts) for parts in reaches_of(unit, [r.run.root for r in before if r.unit is unit.outer])]


def tokens(evidence: Evidence) -> Iterator[str]:
    """`op:CAPABILITY` for each capability that an op of the artifact has, `op:custom` for ops of no release.

    Every SavedModel has checkpoint ops: they count only where one is not the saver's own.
    """
    yield "graph"
    graphs, known = evidence.graphs, table()
    found = {known.ops[name].can for name in graphs.ops if name in known.ops}
    if found <= _CHECKPOINTS and not graphs.odd_checkpoints:
        found = set()
    yield from (f"op:{can}" for can in sorted(found))
    if found:
        yield "op:any"
    if graphs.custom_ops:
        yield "op:custom"
    if graphs.faults:
        yield "graph:malformed"
