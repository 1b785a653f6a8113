"""A function where a layer should stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.symbols import is_operation
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.configs import ConfigEntry
    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC104",
    name="function-as-layer",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{subject} stands among the layers of a model: loading calls it with arguments from the file",
    fix="do not load the file; the layers of a model that was saved by Keras are layers",
    what="An element of a Functional model's `layers` is a function, with the arguments of its call beside it.",
    why=(
        "Keras rebuilds a Functional model by calling each element with what `inbound_nodes` say. Up to Keras 3.8 a "
        "function there was called like a layer, before anything was checked (CVE-2025-1550)."
    ),
    example='"layers": [{"class_name": "function", "module": "os", "config": "system", "inbound_nodes": [...]}]',
    references=("https://nvd.nist.gov/vuln/detail/CVE-2025-1550",),
)
TRIGGERS = ("layer:function",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each function in a list of layers."""
    for entry in evidence.configs:
        if entry.role == "layers" and entry.class_name == "function":
            # The name stands under `config` for a function; a config without one is damaged on purpose or by chance.
            name = entry.names[0] if entry.names else "?"
            guard = f"function_as_layer@{evidence.container}"
            yield Sighting(RULE.code, f"{entry.module}.{name}".lstrip("."), entry.location, _risk(entry), guard=guard)


def _risk(entry: ConfigEntry) -> Risk:
    """No writer of Keras puts a function there, so that even one that computes is no accident."""
    return Risk.HIGH if entry.is_keras and entry.names and is_operation(entry.module, entry.names[0]) else Risk.CRITICAL
