"""A config that names a module of Python itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.symbols import of_module
from inspector.rules.rule import Rule
from inspector.terms.audit import Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC103",
    name="foreign-module",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="the config names {subject}, which {why}",
    fix="do not load the file; a model that was saved by Keras names no such function",
    what="A serialized object names a module outside Keras that every Python process can import.",
    why=(
        "Keras up to 3.8, and tf_keras and Keras 2 from 2.11 on, import any module that a config names and hand out "
        "anything in it; safe mode does not look at it (CVE-2025-1550). As a part of a model, a Lambda's function or a "
        "loss, what was named is then called with arguments from the file."
    ),
    example='{"module": "os", "class_name": "function", "config": "system"}',
    references=(
        "https://github.com/advisories/GHSA-48g7-3x6r-xfhp",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-1550",
    ),
)
TRIGGERS = ("module:foreign",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each object of such a module; a user's own classes and functions are none."""
    for entry in evidence.configs:
        # Configs of Keras before 2.12 name no module: loaders look such classes up in their own tables and the user's.
        if entry.is_keras or not entry.module:
            continue
        found = of_module(entry.module, entry.names, is_function=entry.is_function)
        if found is not None:
            names = " or ".join(dict.fromkeys(entry.names)) or entry.class_name
            subject = f"{entry.module}.{names}"
            guard = f"foreign_module@{evidence.container}"
            yield Sighting(RULE.code, subject, entry.location, found.risk, guard=guard, details={"why": found.why})
