"""Protobuf files that do not decode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.containers import Reading, sightings
from inspector.rules.rule import Rule
from inspector.terms.audit import Moment, Risk
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC407",
    name="proto-undecodable",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member} could not be looked into: {subject}",
    fix="do not trust a scan of it; get the model anew from its author",
    what=(
        "A protobuf or its text form is refused by the parser: a wire type that no writer makes, nesting "
        "deeper than 100."
    ),
    why=(
        "What cannot be parsed cannot be judged. Parsers differ in what they refuse, so that another "
        "program may load it."
    ),
    example="a saved_model.pb with attributes nested 40 functions deep, which the Python parser refuses",
    references=("https://protobuf.dev/programming-guides/proto-limits/",),
)
_READINGS = {
    "proto-undecodable": Reading(Risk.MEDIUM, "{reason}", Moment.READ),
    "proto-limit": Reading(Risk.MEDIUM, "{reason}", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such file."""
    return sightings(RULE.code, evidence, _READINGS)
