"""Files that are not what their suffix says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.containers import Reading, sightings
from inspector.rules.rule import Rule
from inspector.terms.audit import Moment, Risk
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC410",
    name="suffix-lie",
    category=Category.SECURITY,
    severity=Severity.NOTE,
    message="{member}: its suffix says {suffix}, but it is {holds}",
    fix="name it as what it is, and check it as such",
    what="A .keras file is HDF5, or a file with an HDF5 suffix is a zip archive.",
    why=(
        "Keras before 2.12 wrote HDF5 under .keras, so this may be honest; but Keras 2 loads such a file "
        "by its legacy loader, which ignores safe_mode, and scanners that go by suffixes look for the "
        "wrong things."
    ),
    example="model.keras that begins with the HDF5 signature",
    references=("https://nvd.nist.gov/vuln/detail/CVE-2025-9905",),
)
_READINGS = {
    "suffix-lie": Reading(Risk.LOW, "{holds}", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting where suffix and content differ."""
    return sightings(RULE.code, evidence, _READINGS)
