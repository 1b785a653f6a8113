"""The container surface: what oddities of zip, HDF5, JSON and folders come to, in words and risks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.audit import Confidence, Moment, Risk, Sighting
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.audit.evidence import Evidence


@record
class Reading:
    """What a rule makes of an oddity: its risk, its words (a template over the details), when, what stops it."""

    risk: Risk
    text: str
    moment: Moment = Moment.LOAD
    guard: str = ""
    confidence: Confidence = Confidence.HIGH


def sightings(code: str, evidence: Evidence, readings: Mapping[str, Reading]) -> Iterator[Sighting]:
    """One sighting for each oddity of these kinds, in the words of its reading."""
    for oddity in evidence.oddities(*readings):
        reading = readings[oddity.kind]
        yield Sighting(
            code,
            reading.text.format_map(oddity.details),
            oddity.location,
            reading.risk,
            confidence=reading.confidence,
            moment=reading.moment,
            guard=f"{reading.guard}@{evidence.container}" if reading.guard else "",
            details=oddity.details,
        )
