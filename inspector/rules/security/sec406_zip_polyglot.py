"""Archives with bytes of something else before, between or behind their entries."""

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
    code="SEC406",
    name="zip-polyglot",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member}: {subject}",
    fix="unpack it in a sandbox, look at the extra bytes, and have the model saved anew",
    what=(
        "Bytes stand before the first entry, between entries or behind the end record, or there are "
        "several end records."
    ),
    why=(
        "Such a file is two files in one: another program, or another zip reader, sees different contents "
        "than Keras does."
    ),
    example="a shell script or a pickle followed by a valid .keras archive",
    references=("https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT",),
)
_READINGS = {
    "zip-prefix": Reading(Risk.MEDIUM, "{count} bytes stand before the first zip entry", Moment.READ),
    "zip-suffix": Reading(Risk.MEDIUM, "{count} bytes follow the end of the archive", Moment.READ),
    "zip-several-ends": Reading(Risk.MEDIUM, "{count} end records: readers choose different directories", Moment.READ),
    "zip-hidden-entry": Reading(
        Risk.MEDIUM, "behind {after!r} stands an entry that the directory does not list", Moment.READ
    ),
    "zip-hidden-bytes": Reading(Risk.LOW, "{count} bytes behind {after!r} belong to no entry", Moment.READ),
    "zip-comment": Reading(Risk.LOW, "the archive carries a comment of {count} bytes", Moment.READ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each stretch of foreign bytes."""
    return sightings(RULE.code, evidence, _READINGS)
