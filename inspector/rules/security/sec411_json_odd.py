"""JSON that only some parsers read."""

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
    code="SEC411",
    name="json-odd",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member}: {pointer} {subject}",
    fix="have the model saved anew by Keras, which writes plain JSON in ASCII",
    what=(
        "A config holds NaN or Infinity, an integer of thousands of digits or half a surrogate pair, is "
        "nested deeper than any model, or is not UTF-8."
    ),
    why="Python's parser takes most of it, others fail, so that a scanner sees nothing of what Keras loads.",
    example="a config.json in UTF-16, which Keras loads as any other",
    references=("https://www.rfc-editor.org/rfc/rfc8259#section-4", "https://nvd.nist.gov/vuln/detail/CVE-2020-10735"),
)
_READINGS = {
    "json-constant": Reading(Risk.LOW, "holds {names}, which are no JSON", Moment.READ),
    "json-huge-integer": Reading(Risk.MEDIUM, "holds an integer of more digits than Python 3.11 reads", Moment.READ),
    "json-depth": Reading(Risk.MEDIUM, "is nested deeper than {limit}", Moment.READ),
    "json-surrogate": Reading(Risk.LOW, "holds half a surrogate pair", Moment.READ),
    "json-encoding": Reading(Risk.MEDIUM, "is {encoding}, which scanners that expect UTF-8 cannot read", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each oddity."""
    return sightings(RULE.code, evidence, _READINGS)
