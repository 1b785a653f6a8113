"""Ops that read files wherever the graph, or whoever calls it, says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.risk import sightings
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC202",
    name="reads-file",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{subject} reads the file {path} {when}: {chain}",
    fix="feed the contents of the file to the model, or make the file an asset of the SavedModel",
    what="An op of the graph reads a file that is not an asset of the model.",
    why="What it reads reaches the model's outputs, and so whoever calls it: keys, passwords, other people's data. "
    "A path that the caller gives lets every caller read what the process may read.",
    example='ReadFile with the constant "/etc/passwd", whose contents the signature returns',
)
TRIGGERS = ("op:read",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every node that reads by a path which is not harmless."""
    yield from sightings(RULE.code, evidence.graphs.reaches("read"))
