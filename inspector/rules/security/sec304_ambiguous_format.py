"""Two graph files that loaders choose between differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit import folders
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC304",
    name="ambiguous-format",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member} lies beside {subject}: loaders choose between them differently",
    fix="keep the one file that was reviewed, and remove the other",
    what=(
        "A SavedModel folder holds more than one of saved_model.pb, saved_model.pbtxt and saved_model.cpb, or a .keras "
        "file both model.weights.h5 and model.weights.npz."
    ),
    why=(
        "Python loads the .pb and the C++ loader the .cpb, and Keras the .h5 before the .npz: a scanner of one "
        "of them vouches for the other."
    ),
    example="a harmless saved_model.pb beside a saved_model.pbtxt that writes files",
)
TRIGGERS = ("member:rival",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each file beyond the first."""
    for first, other in folders.rivals(evidence.artifact):
        # At the file that is not loaded: that is the one to delete.
        yield Sighting(RULE.code, first, Location(other), Risk.MEDIUM)
