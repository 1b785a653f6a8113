"""Graphs as no writer makes them, which have crashed releases of TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC212",
    name="malformed-graph",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{subject}: {reason}",
    fix="export the model again: TensorFlow writes no such graph",
    what="Functions that call themselves, attributes or nodes of the same name, edges from nodes that are not "
    "there, tensors whose bytes do not fit their shape, resource handles as constants, constants that fill the"
    " memory.",
    why="Such graphs were crafted to crash the process, or worse, while it imports them; releases from 2.8 on "
    "refuse most of them.",
    example="a function that calls itself",
    references=("https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md",),
)
TRIGGERS = ("graph:malformed",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every such place."""
    for subject, place, reason in evidence.graphs.faults:
        location = Location(evidence.graphs.member, place)
        yield Sighting(RULE.code, subject, location, Risk.MEDIUM, details={"reason": reason})
