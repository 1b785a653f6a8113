"""A lookup layer that reads its vocabulary from a file of the host."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC109",
    name="vocabulary-file",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{class_name} reads its vocabulary from {subject} on the machine that loads the model",
    fix="set the vocabulary as a list and save the model again",
    what="The vocabulary of a StringLookup, IntegerLookup or TextVectorization is a path or an address, not a list.",
    why=(
        "Loading reads that file, or asks that server, and keeps each line in the model: a file of the host leaves it "
        "with the model's next copy, and an address tells who loads it (CVE-2025-12058). A list or nothing is normal; "
        "a path is also what an honest author leaves who gave a file: nothing in the config tells one from the other."
    ),
    example='{"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}',
    references=("https://github.com/advisories/GHSA-qg93-c7p6-gg7f",),
)
_LOOKUPS = ("StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup")
TRIGGERS = tuple(f"class:{name}" for name in _LOOKUPS)
# Addresses, and places that hold what a stranger may want: system files, home and hidden folders. Elsewhere a path is
# what Keras 2 keeps where a vocabulary was given as a file: it must lie there on every machine that loads the model.
_WANTED = re.compile(
    r"://|^\\\\|^//|^~|\.\.[/\\]|/\.|^/(?:etc|proc|sys|dev|root|var|boot|run)/|passwd|shadow|secret|token"
)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each lookup layer whose vocabulary is a text."""
    for entry in evidence.configs:
        path = entry.arguments.get("vocabulary")
        if entry.class_name in _LOOKUPS and isinstance(path, str):
            risk = Risk.HIGH if _WANTED.search(path) else Risk.MEDIUM
            place, details = entry.at("config", "vocabulary"), {"class_name": entry.class_name}
            guard = f"vocabulary_file@{evidence.container}"
            yield Sighting(RULE.code, path, place, risk, guard=guard, details=details)
