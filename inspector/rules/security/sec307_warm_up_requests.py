"""Requests that a server answers when it loads the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit import folders
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC307",
    name="warm-up-requests",
    category=Category.SECURITY,
    severity=Severity.NOTE,
    message="{member}: TensorFlow Serving runs these requests when it loads the model",
    fix="remove it where the model is not yours",
    what="The folder holds assets.extra/tf_serving_warmup_requests.",
    why=(
        "The server runs the model's signatures with recorded inputs before the first client asks: what "
        "the graph does on a call happens at load."
    ),
    example="a request that makes the graph write a file",
    references=("https://www.tensorflow.org/tfx/serving/saved_model_warmup",),
)
TRIGGERS = ("member:warm-up",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting where they are there."""
    # The token says all: that the file is there. TensorFlow Serving replays its requests as it loads the model
    # (https://www.tensorflow.org/tfx/serving/saved_model_warmup).
    del evidence
    yield Sighting(RULE.code, "", Location(folders.WARM_UP), Risk.LOW)
