"""A class of Keras that says to be registered as something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC114",
    name="registered-name-shadow",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{module}.{subject} of Keras is registered as {registered}: what is loaded is whatever has that name",
    fix="set registered_name to null; a model that was saved by Keras has it so for its own classes",
    what="`registered_name` of a built-in class or function of Keras is neither its own name nor empty.",
    why=(
        "Loaders look for the registered name first, and up to Keras 3.8 also in the module itself: a reader of the "
        "config sees Dense, and something else is made. Keras 3.15 refuses such configs."
    ),
    example='{"module": "keras.layers", "class_name": "Dense", "registered_name": "Custom>Loader"}',
    references=("https://github.com/keras-team/keras/releases/tag/v3.15.0",),
)
TRIGGERS = ("registered_name:other",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each class or function of Keras with a name of another."""
    for entry in evidence.configs:
        own = {*entry.names[:1], entry.class_name, entry.class_name.rpartition(".")[2]}
        name = entry.registered_name
        if entry.is_keras and name and name not in own:
            details = {"module": entry.module, "registered": name}
            subject = entry.names[0] if entry.names else entry.class_name
            guard = f"registered_name@{evidence.container}"
            place = entry.at("registered_name")
            yield Sighting(RULE.code, subject, place, Risk.MEDIUM, guard=guard, details=details)
