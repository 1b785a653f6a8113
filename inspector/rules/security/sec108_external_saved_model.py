"""A layer that loads another SavedModel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC108",
    name="external-saved-model",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="a TFSMLayer loads the SavedModel at {subject}",
    fix="load the file only where you chose what lies at {subject}; better, ask for a model without a TFSMLayer",
    what="A TFSMLayer names a SavedModel outside the file, which Keras loads together with the model.",
    why=(
        "A SavedModel is a program: its initializers run when it is loaded, not only when the layer is called, and the "
        "path may lead anywhere, a bucket of a stranger included (CVE-2026-1462)."
    ),
    example='{"class_name": "TFSMLayer", "config": {"filepath": "gs://bucket/model"}}',
    references=("https://github.com/advisories/GHSA-4f3f-g24h-fr8m",),
)
TRIGGERS = ("class:TFSMLayer",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such layer that names a path."""
    for entry in evidence.configs:
        path = entry.arguments.get("filepath")
        if entry.class_name == "TFSMLayer" and isinstance(path, str):
            # tf.io.gfile takes URLs (gs:// by itself): then whoever owns the host decides what runs, long after the
            # file was looked at.
            risk = Risk.CRITICAL if "://" in path else Risk.HIGH
            guard = f"tfsm_layer@{evidence.container}"
            yield Sighting(RULE.code, path, entry.at("config", "filepath"), risk, guard=guard)
