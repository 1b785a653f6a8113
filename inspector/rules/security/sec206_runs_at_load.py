"""Roots that run dangerous ops by loading alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.at_load import load_sightings
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC206",
    name="runs-at-load",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="loading the model runs {subject}: {ops}",
    fix="do not load it; load a model whose init op and resources only restore variables and fill tables",
    what="What a loader itself runs (the init op, the functions of resources, restore functions), or what runs when"
    " the loaded object is collected, reaches an op that is dangerous on its own.",
    why="Nobody needs to call the model: a scan for its signatures, a server that lists its models or a conversion"
    " is enough.",
    example="an `_initialize` function that writes a file",
)
TRIGGERS = ("op:any",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each root that leads to such ops."""
    yield from load_sightings(RULE.code, evidence.graphs)
