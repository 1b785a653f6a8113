"""Variables that were changed after the model was saved."""

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
    code="SEC305",
    name="fingerprint-mismatch",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member} is not the file that fingerprint.pb was written for",
    fix="get the model anew, and compare checksums with its author",
    what="The checkpoint_hash of fingerprint.pb is not the FarmHash of the index of the variables.",
    why=(
        "Names, places and checksums of the variables were changed after TensorFlow saved the model. No "
        "loader compares them."
    ),
    example="an index whose entries were pointed at other bytes",
    references=("https://www.tensorflow.org/api_docs/python/tf/saved_model/experimental/read_fingerprint",),
)
_READINGS = {
    "fingerprint-mismatch": Reading(Risk.MEDIUM, "{actual} is not {expected}", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting where they differ."""
    return sightings(RULE.code, evidence, _READINGS)
