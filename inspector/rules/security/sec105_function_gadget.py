"""A function of Keras that is no part of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.symbols import guard_of_keras, of_keras
from inspector.rules.rule import Rule
from inspector.terms.audit import Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC105",
    name="function-gadget",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="the config names {subject}, which {why}",
    fix="do not load the file; a model that was saved by Keras names only functions that compute",
    what="A serialized object names a function of Keras that does more than compute: get_file, load_model, plot_model.",
    why=(
        "Keras' own modules pass every check on modules. Called with arguments from the file, such a function fetches "
        "and unpacks files (CVE-2025-8747), switches safe mode off or loads another model without it (CVE-2025-9906). "
        "Keras 3.11 refuses seven of them and 3.15 twenty-six; others still run in 3.15.1."
    ),
    example='{"module": "keras.utils", "class_name": "function", "config": "get_file"}',
    references=(
        "https://github.com/advisories/GHSA-c9rc-mg46-23w3",
        "https://github.com/advisories/GHSA-36fq-jgmw-4r9c",
    ),
)
TRIGGERS = ("function:keras",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such function, however it is written: as a function, or where a class should stand."""
    for entry in evidence.configs:
        if not (entry.is_keras and entry.is_function):
            continue
        for name in entry.names[:1]:
            found = of_keras(entry.module, name)
            if found is not None:
                subject = f"{entry.module}.{name}"
                guard = f"{guard_of_keras(entry.module, name)}@{evidence.container}"
                yield Sighting(RULE.code, subject, entry.location, found.risk, guard=guard, details={"why": found.why})
