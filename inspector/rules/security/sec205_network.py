"""Ops that reach over the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.risk import network_sightings
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC205",
    name="network",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{subject} reaches over the network to {path} {when}: {chain}",
    fix="export the model without {op}, or run it where it can reach no network",
    what="An op of the graph talks to an address, or reads or writes a file by a path whose scheme leads over a "
    "network.",
    why="What a model sees can be sent anywhere, and what it reads there can be changed after every review. The "
    "credentials of the process for cloud storage are used.",
    example='TextLineDataset with the constant "gs://bucket/key"',
)
# Whatever op opens it, a path with a scheme (gs://, http://) is an address.
TRIGGERS = ("op:network", "op:read", "op:write", "op:checkpoint-read", "op:checkpoint-write", "op:table")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every node whose address, or whose path with such a scheme, is not harmless."""
    yield from network_sightings(RULE.code, evidence.graphs.reaches())
