"""What lies in a folder and is no file with contents."""

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
    code="SEC308",
    name="special-file",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member} {subject}",
    fix="remove it",
    what=(
        "The folder holds a pipe, a socket or a device, a link to one, or a file that claims a hundred "
        "times the bytes that it stores."
    ),
    why=(
        "A loader that opens a pipe waits for ever, one that reads a device never ends, and one that "
        "reads a file with holes fills the memory."
    ),
    example="saved_model.pb -> /dev/zero",
    references=("https://cwe.mitre.org/data/definitions/67.html",),
)
_READINGS = {
    "special-file": Reading(Risk.MEDIUM, "is {what}", Moment.READ),
    "sparse-file": Reading(Risk.MEDIUM, "claims {declared} bytes and stores {stored}", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each."""
    return sightings(RULE.code, evidence, _READINGS)
