"""Native code that a graph needs or calls: ops of no recorded release, and functions of the process by their name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.risk import judged, sighting
from inspector.audit.graph.table import table
from inspector.terms.audit import Confidence, Moment, Risk, Sighting
from inspector.terms.finding import Location
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.graph.surface import GraphEvidence

# Ops of tf.contrib that 1.15 no longer had look the same: their libraries were loaded by Python too.
_UNREAD = "what its kernel does is not known"


def native_sightings(code: str, graphs: GraphEvidence) -> Iterator[Sighting]:
    """Each custom op at the first node that has it, and every call of a function of the process."""
    wanted = dict.fromkeys(graphs.custom_ops)
    for unit in graphs.units if wanted else ():
        for function, nodes in unit.bodies.items():
            for node in nodes:
                if node.op in wanted:
                    del wanted[node.op]
                    place = Location(unit.member, unit.place(function, node.name))
                    yield _custom(code, node.op, place)
    for reach in graphs.reaches("native"):
        judgement = judged(reach)
        if judgement is not None:
            seen = sighting(code, reach, judgement)
            reason = f"it calls the native function {seen.details['path']} {seen.details['when']}: {reach.chain}"
            yield replace(seen, confidence=Confidence.MEDIUM, details={**seen.details, "reason": reason})


def _custom(code: str, op: str, place: Location) -> Sighting:
    """A custom op is a fact about what must be installed: a risk only as far as its library is one."""
    package = table().add_on(op)
    known = f"its kernel comes with the package {package}" if package else f"no recorded package brings it, {_UNREAD}"
    reason = f"no recorded release of TensorFlow registers this op: {known}"
    return Sighting(code, op, place, Risk.LOW, Confidence.HIGH, Moment.CALL, details={"reason": reason})
