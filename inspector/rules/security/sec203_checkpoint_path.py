"""Save and restore ops that do not take the file name which the loader gives."""

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
    code="SEC203",
    name="checkpoint-path",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{subject} uses the checkpoint {path} {when}, not the model's own: {chain}",
    fix="export the model with a saver whose file name is fed, as tf.saved_model.save and tf.compat.v1.train.Saver do",
    what="An op that saves, restores or merges a checkpoint takes its path from elsewhere than the saver's file name.",
    why="Every SavedModel has such ops, and loaders feed their path. With a path of their own they overwrite files, "
    "read weights from anywhere, and MergeV2Checkpoints deletes what it has merged.",
    example='SaveV2 with the constant "/srv/models/other/variables" in a signature',
)
TRIGGERS = ("op:checkpoint-write", "op:checkpoint-read")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every node whose checkpoint is not the saver's own."""
    yield from sightings(RULE.code, evidence.graphs.odd_checkpoints)
