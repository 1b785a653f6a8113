"""Ops that write files wherever the graph, or whoever calls it, says."""

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
    code="SEC201",
    name="writes-file",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{subject} writes{carries} to the file {path} {when}: {chain}",
    fix="export the model without {op}; a server that must run it needs a file system that it cannot write to",
    what="An op of the graph writes a file, and its path is no part of saving the model.",
    why="A model that writes where it likes replaces start-up scripts, keys or other models with the rights of the "
    "process. A path that the caller gives makes a service of it that writes anywhere.",
    example='WriteFile with the constant "/home/user/.bashrc" in the function that `_initialize` calls',
)
TRIGGERS = ("op:write",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every node that writes by a path which is not harmless."""
    yield from sightings(RULE.code, evidence.graphs.reaches("write"))
