"""Protobuf files that hold more than their message."""

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
    code="SEC412",
    name="proto-odd",
    category=Category.SECURITY,
    severity=Severity.NOTE,
    message="{member} {subject}",
    fix="compare it with one that TensorFlow writes of the same model",
    what=(
        "A protobuf holds fields of no known release, or fields that come again and overrule or merge "
        "with earlier ones."
    ),
    why=(
        "Unknown fields carry any bytes past every parser; of fields that come again the last one counts, "
        "and a reader that stops at the first sees something else. A newer TensorFlow writes unknown "
        "fields too."
    ),
    example="two values of one map key in a FunctionDef, of which the last is loaded",
    references=("https://protobuf.dev/programming-guides/encoding/#last-one-wins",),
)
_READINGS = {
    "proto-unknown-fields": Reading(Risk.LOW, "holds {count} bytes in fields of no known release", Moment.READ),
    "proto-overruled": Reading(Risk.LOW, "holds {count} bytes more than its message needs", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each kind of leftover."""
    return sightings(RULE.code, evidence, _READINGS)
