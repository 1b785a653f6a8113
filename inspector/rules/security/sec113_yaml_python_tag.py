"""A YAML architecture that makes objects of Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC113",
    name="yaml-python-tag",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="the YAML holds the tag {subject}, {why}",
    fix="do not load the file; ask for the architecture as JSON",
    what="A YAML model holds a tag such as !!python/object/apply.",
    why=(
        "model_from_yaml of TensorFlow before 2.3.4, 2.4.3 and 2.5.1 used a loader that calls whatever such a tag "
        "names (CVE-2021-37678); TensorFlow 2.6 has no model_from_yaml any more. Keras wrote tuples as !!python/tuple, "
        "which does no harm."
    ),
    example='!!python/object/apply:os.system ["..."]',
    references=(
        "https://github.com/tensorflow/tensorflow/security/advisories/GHSA-r6jx-9g48-2r5r",
        "https://nvd.nist.gov/vuln/detail/CVE-2021-37678",
    ),
)
TRIGGERS = ("oddity:yaml-python-tag",)
# Tags of plain values, which Keras' own YAML holds.
_PLAIN = ("tuple", "str", "unicode", "int", "long", "float", "bool", "none", "list", "dict", "complex", "bytes")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each tag that names something of Python's."""
    for oddity in evidence.oddities("yaml-python-tag"):
        tag = oddity.details["tag"]
        if tag.partition("python/")[2] not in _PLAIN:
            details = {"why": "which is called or imported while the file is read"}
            yield Sighting(RULE.code, tag, oddity.location, Risk.CRITICAL, guard="yaml", details=details)
