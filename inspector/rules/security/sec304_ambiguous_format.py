"""Two graph files that loaders choose between differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    what="A SavedModel folder holds more than one of saved_model.pb, saved_model.pbtxt and saved_model.cpb.",
    why="Python loads the .pb and the C++ loader the .cpb: a scanner that reads one of them vouches for the other.",
    example="a harmless saved_model.pb beside a saved_model.pbtxt that writes files",
)
TRIGGERS = ("format:saved_model",)
_NAMES = ("saved_model.pb", "saved_model.pbtxt", "saved_model.cpb")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each file beyond the first."""
    present = [name for name in _NAMES if evidence.artifact.has_member(name)]
    for name in present[1:]:
        yield Sighting(RULE.code, present[0], Location(name), Risk.MEDIUM)
