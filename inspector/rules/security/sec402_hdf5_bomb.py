"""HDF5 datasets that declare far more than is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.containers import Reading, sightings
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC402",
    name="hdf5-bomb",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{member}: {pointer} {subject}",
    fix="do not load it; have the weights saved anew by Keras, which stores every element",
    what=(
        "A dataset declares more than 256 MiB and more than 1000 times the bytes stored for it, or the "
        "file holds more objects or text than any model has."
    ),
    why=(
        "The loader allocates what the shape declares: a file of some kB takes the machine down. Keras "
        "refuses such datasets above 4 GiB in its newest releases only."
    ),
    example="a kernel of shape (1000000, 1000000) in a file of 2 kB",
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2026-0897",
        "https://github.com/keras-team/keras/security/advisories/GHSA-xfhx-r7ww-5995",
    ),
)
_READINGS = {
    "hdf5-bomb": Reading(Risk.HIGH, "declares {declared} bytes and stores {stored}", guard="hdf5_shape_bomb"),
    "hdf5-sparse": Reading(Risk.MEDIUM, "declares {declared} bytes and stores {stored}"),
    "hdf5-limit": Reading(Risk.MEDIUM, "is where reading stopped: {reason}"),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each dataset that is not filled."""
    return sightings(RULE.code, evidence, _READINGS)
