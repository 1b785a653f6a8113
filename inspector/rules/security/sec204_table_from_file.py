"""Tables that are filled from a file outside the model."""

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
    code="SEC204",
    name="table-from-file",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{subject} fills a table from the file {path} {when}: {chain}",
    fix="make the vocabulary an asset of the SavedModel (tf.saved_model.Asset), so that it lies below assets/",
    what="A lookup table is filled from a text file that is not an asset of the model.",
    why="The file's lines become keys or values of the table, and look-ups hand them out. Where it is absent the "
    "load fails.",
    example='InitializeTableFromTextFileV2 with the constant "/etc/passwd"',
)
TRIGGERS = ("op:table",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every table whose file is no asset."""
    yield from sightings(RULE.code, evidence.graphs.reaches("table"))
