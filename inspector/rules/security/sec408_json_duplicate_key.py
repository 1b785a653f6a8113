"""Keys that come twice in JSON, which two parsers read differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.containers import Reading, sightings
from inspector.rules.rule import Rule
from inspector.terms.audit import Moment, Risk
from inspector.terms.finding import Category, Severity
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC408",
    name="json-duplicate-key",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member}: {pointer} {subject}",
    fix="have the model saved anew by Keras, whose JSON has each key once",
    what="An object of a config or of its metadata has the same key twice, however it is written.",
    why=(
        "Python's parser takes the last of two equal keys, others the first: a scanner approves a class "
        "that is not the one that is loaded."
    ),
    example='{"class_name": "Dense", "class_name": "Lambda"}',
    references=("https://www.rfc-editor.org/rfc/rfc8259#section-4",),
)
# What decides which object is made and what it is made of; another repeated key changes a number at most.
_DECIDING = {"class_name", "module", "registered_name", "config", "function", "fn", "function_type", "code", "value"}
_READINGS = {
    "json-repeated-key": Reading(
        Risk.MEDIUM, "comes twice, first as {first!r}, last as {last!r}; Python takes the last", Moment.READ
    ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each oddity; a repeated key that decides what is made is the worst."""
    for sighting in sightings(RULE.code, evidence, _READINGS):
        # Of these keys either value makes another object of the config.
        is_deciding = sighting.details.get("key") in _DECIDING
        yield replace(sighting, risk=Risk.HIGH) if is_deciding else sighting
