"""Names in an archive that lead two readers to different bytes, or out of the folder."""

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
    code="SEC404",
    name="zip-name",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="zip entry {member}: {subject}",
    fix="have the model saved anew by Keras, which writes plain names, each once",
    what=(
        "Two entries share a name, or differ only in letter case, or a name is absolute, leaves its "
        "folder, or hides a part."
    ),
    why=(
        "Python's zipfile opens the last entry of a name and other readers the first: what was scanned is "
        "not what is loaded. With more than three entries Keras unpacks the whole archive, names and all."
    ),
    example="config.json twice: a scanner reads the first one, Keras the second",
    references=(
        "https://github.com/keras-team/keras/security/advisories/GHSA-hqp4-2352-xf5r",
        "https://docs.python.org/3/library/zipfile.html#zipfile.ZipFile.open",
    ),
)
_READINGS = {
    "zip-duplicate-name": Reading(
        Risk.HIGH, "{count} entries have this name; Python takes the last, other readers the first", Moment.READ
    ),
    "zip-alias-name": Reading(
        Risk.MEDIUM,
        "unpacked it takes the place of {other!r} where file systems ignore letter case or dots",
        Moment.READ,
    ),
    # zipfile itself drops what leads out of the folder when it unpacks (`ZipFile.extract`); other tools do not.
    "zip-unsafe-name": Reading(Risk.MEDIUM, "the name {how}", Moment.READ),
    "zip-unicode-path": Reading(
        Risk.HIGH, "its Unicode path names another file, {other!r}, which some readers go by", Moment.READ
    ),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each odd name."""
    return sightings(RULE.code, evidence, _READINGS)
