"""Programs inside constants and attributes of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.programs import program_sightings
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC208",
    name="hidden-graph",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{subject} runs a program stored as {path}, {when}: {chain}",
    fix="export the model so that its graph lies open: as functions of the library",
    what="An op runs a graph or program that is stored as bytes: a GraphDef in a text (DatasetFromGraph), calls of "
    "Python or of unnamed native functions in XlaCallModule, a TensorRT engine.",
    why="Whoever reads the graph does not see what runs. The ops of a hidden GraphDef are judged here as if they "
    "lay open; engines and programs of other kinds are not read.",
    example="DatasetFromGraph with a GraphDef in a constant",
)
TRIGGERS = ("op:hidden",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every node with such a program."""
    yield from program_sightings(RULE.code, evidence.graphs)
