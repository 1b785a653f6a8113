"""HDF5 objects that lead out of the file."""

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
    code="SEC401",
    name="hdf5-external",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{member}: {pointer} {subject}",
    fix="do not load it; have the weights saved anew by Keras, which stores them in the file itself",
    what=(
        "A dataset keeps its data in another file (external storage), is put together from other files "
        "(virtual dataset), or a name is a soft or external link."
    ),
    why=(
        "libhdf5 opens the named file with the rights of the process that loads the model: its bytes "
        "become weights, and leave with the model when it is saved, served or shared."
    ),
    example="a kernel whose data lie in /etc/passwd",
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2026-1669",
        "https://github.com/keras-team/keras/security/advisories/GHSA-3m4q-jmj6-r34q",
        "https://github.com/keras-team/keras/security/advisories/GHSA-27f4-p4xq-cxg8",
    ),
)
_READINGS = {
    "hdf5-external-storage": Reading(Risk.HIGH, "keeps its data in another file: {target}", guard="hdf5_external"),
    "hdf5-virtual": Reading(Risk.HIGH, "is put together from other files: {target}", guard="hdf5_virtual"),
    "hdf5-external-link": Reading(Risk.HIGH, "is a link to {target!r} in another file", guard="hdf5_external_link"),
    "hdf5-soft-link": Reading(Risk.MEDIUM, "is a soft link to {target!r}", guard="hdf5_soft_link"),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each way out of the file."""
    return sightings(RULE.code, evidence, _READINGS)
