"""Bytecode in a bare architecture, which is opened without load_model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.lambda_functions import stored_functions
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC112",
    name="lambda-fail-open",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="an architecture with Python bytecode: safe mode is not in force everywhere that opens it",
    fix="open it with Keras 3.15 or later, or build the layer anew from its code",
    what="A JSON architecture stores a Python function, and is opened by model_from_json, from_config or clone_model.",
    why=(
        "Safe mode is switched on by load_model. Outside of it Lambda.from_config took an unset mode for permission "
        "up to Keras 3.12.2 and in 3.13 and 3.14 (CVE-2026-12481); Keras 2 has no mode there at all."
    ),
    example='model.json with {"class_name": "__lambda__", ...}',
    references=("https://nvd.nist.gov/vuln/detail/CVE-2026-12481",),
)
TRIGGERS = ("format:keras_json", "format:tfjs")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each stored function of a bare config."""
    # In a file that `load_model` opens the mode is in force: what SEC101 says of it is enough.
    if evidence.container == "json":
        for stored in stored_functions(evidence):
            yield Sighting(RULE.code, "Lambda", stored.location, Risk.MEDIUM, guard="lambda_layer_alone")
