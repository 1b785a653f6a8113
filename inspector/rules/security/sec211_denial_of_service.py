"""Ops that end or stop the process."""

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
    code="SEC211",
    name="denial-of-service",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{subject} ends or stops the process {when}: {chain}",
    fix="export the model without {op}",
    what="Abort ends the process, SleepOp and its like hold a thread as long as the graph says.",
    why="A server that runs the model goes down with it, with all other models.",
    example="Abort behind a comparison of the input",
)
TRIGGERS = ("op:stop", "op:sleep")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every such node."""
    yield from sightings(RULE.code, evidence.graphs.reaches("stop", "sleep"))
