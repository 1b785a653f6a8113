"""Ops that change how the process reaches files, or run functions elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.risk import configuration_sightings
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC210",
    name="filesystem-configuration",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{subject} {does} {path} {when}: {chain}",
    fix="export the model without {op}",
    what="FileSystemSetConfiguration and the like set keys, endpoints or certificates of a file system for the "
    "whole process; RemoteCall runs a function on another device or server.",
    why="After it every path with that scheme, of any model or program in the process, goes where the model says.",
    example='FileSystemSetConfiguration of "s3" with an endpoint of one\'s own',
)
TRIGGERS = ("op:filesystem", "op:remote")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every such node."""
    yield from configuration_sightings(RULE.code, evidence.graphs.reaches("filesystem", "remote"))
