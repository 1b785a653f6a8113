"""Archives that unpack to far more than they store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.containers import Reading, sightings
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC405",
    name="zip-bomb",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{member}: {subject}",
    fix="do not load it; ask for a model saved by Keras, which stores members without compression",
    what=(
        "A member declares more than 256 MiB and more than 100 times the bytes stored for it, or the "
        "archive holds more entries than any model has."
    ),
    why=(
        "Keras reads config.json whole into memory and unpacks weights to disk: a file of some kB takes "
        "the machine down."
    ),
    example="model.weights.h5 of 40 GiB of zeros, deflated to 40 MB",
    references=(
        "https://cwe.mitre.org/data/definitions/409.html",
        "https://github.com/keras-team/keras/releases/tag/v3.15.1",
    ),
)
_READINGS = {
    "zip-bomb": Reading(Risk.HIGH, "{declared} bytes are declared, {stored} are stored", guard="zip_bomb"),
    "zip-extract-bomb": Reading(
        Risk.HIGH, "{declared} bytes are declared, {stored} are stored", guard="zip_extract_bomb"
    ),
    "zip-crowd": Reading(Risk.MEDIUM, "{reason}: it is not read"),
}
# By oddity alone: whether a release refuses such a member is what the guards were recorded for.
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each member that is a bomb."""
    return sightings(RULE.code, evidence, _READINGS)
