"""Entries whose headers contradict each other, or of kinds that Keras never writes."""

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
    code="SEC409",
    name="zip-odd-entry",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="zip entry {member}: {subject}",
    fix="have the model saved anew by Keras",
    what=(
        "An entry's own header and the directory disagree, entries share bytes, or an entry is encrypted, "
        "a symbolic link, or compressed by another method than deflate."
    ),
    why=(
        "A reader that streams goes by the local headers and Python by the directory; shared bytes make "
        "small files unpack to huge ones; scanners pass over what they cannot unpack."
    ),
    example="a local header that says 'stored, 10 bytes' where the directory says 'deflated, 4 GiB'",
    references=("https://github.com/python/cpython/issues/109858", "https://www.bamsoftware.com/hacks/zipbomb/"),
)
_READINGS = {
    "zip-header-mismatch": Reading(
        Risk.MEDIUM, "{what} is {central} in the directory and {local} in its own header", Moment.READ
    ),
    "zip-overlap": Reading(Risk.MEDIUM, "its bytes overlap those of {other!r}", Moment.READ),
    "zip-encrypted": Reading(Risk.MEDIUM, "it is encrypted, so that nothing can look into it", Moment.READ),
    "zip-method": Reading(Risk.LOW, "it is compressed by method {method}, which Keras never uses", Moment.READ),
    "zip-symlink": Reading(Risk.MEDIUM, "it is marked as a symbolic link", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such entry."""
    return sightings(RULE.code, evidence, _READINGS)
