"""Links in a model's folder that lead out of it, or nowhere."""

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
    code="SEC302",
    name="symlink-out",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{member} {subject}",
    fix="remove the link, or put the file itself in its place",
    what=(
        "A symbolic link in the folder leads out of it, back to a folder that it lies in, or nowhere. "
        "Links of a Hugging Face cache to its own blobs are no finding."
    ),
    why=(
        "The loader reads what the link leads to with the rights of its process, and a copy or upload of "
        "the model carries that file along."
    ),
    example="assets/vocab.txt -> /home/user/.ssh/id_rsa",
    references=(
        "https://cwe.mitre.org/data/definitions/61.html",
        "https://huggingface.co/docs/huggingface_hub/guides/manage-cache",
    ),
)
_READINGS = {
    "link-out": Reading(Risk.HIGH, "is a link out of the model, to {target}"),
    "link-loop": Reading(Risk.MEDIUM, "is a link to {target}, a folder that it lies in", Moment.READ),
    "link-broken": Reading(Risk.LOW, "is a link to {target}, where nothing is"),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _READINGS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each link."""
    return sightings(RULE.code, evidence, _READINGS)
