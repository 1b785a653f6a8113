"""HDF5 structures that no Keras writes."""

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
    code="SEC403",
    name="hdf5-odd",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member}: {pointer} {subject}",
    fix="have the weights saved anew by Keras",
    what=(
        "A group contains itself or has two names, a dataset needs a filter that is no part of HDF5, its "
        "elements are references or of variable length, or the file begins with other bytes."
    ),
    why=(
        "A cycle makes naive readers run for ever; a foreign filter makes libhdf5 load a native plugin; "
        "bytes before the file make it two files in one."
    ),
    example="a group /layers/x that is a hard link to /layers",
    references=("https://support.hdfgroup.org/documentation/hdf5/latest/_h5_z__u_g.html",),
)
_READINGS = {
    "hdf5-cycle": Reading(Risk.MEDIUM, "is a hard link to {target!r}, which it lies in", Moment.READ),
    "hdf5-second-name": Reading(Risk.LOW, "is a second name of {target!r}", Moment.READ),
    "hdf5-filter": Reading(Risk.MEDIUM, "needs filters that are no part of HDF5: {filters}"),
    "hdf5-pointing": Reading(Risk.LOW, "holds {what}, which are no weights"),
    "hdf5-shifted": Reading(Risk.MEDIUM, "begins {count} bytes after the start of the file", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each odd object."""
    return sightings(RULE.code, evidence, _READINGS)
