"""Checkpoints whose index contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit import folders
from inspector.rules.rule import Rule
from inspector.terms.audit import Sighting
from inspector.terms.finding import Category, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC306",
    name="bundle-inconsistent",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member}: tensor {pointer} {subject}",
    fix="save the checkpoint anew",
    what=(
        "A tensor lies in no shard, shares bytes with another, has another size than its type and shape "
        "need, or is a resource."
    ),
    why=(
        "Old releases of TensorFlow crash on such an index, or read beyond a buffer; a tensor that shares "
        "bytes with another is one no writer made."
    ),
    example="a float32 of shape [10] with 4 bytes",
    references=("https://nvd.nist.gov/vuln/detail/CVE-2021-41203",),
)
TRIGGERS = ("bundle:inconsistent",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each tensor."""
    bundle = folders.bundle_of(evidence.artifact)
    for fault in folders.bundle_faults(bundle) if bundle else ():
        place = Location(f"{bundle.prefix}.index" if bundle else "", fault.key)
        yield Sighting(RULE.code, fault.text, place, fault.risk)
