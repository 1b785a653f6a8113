"""The target's own known vulnerabilities that a model can reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.advisories import advisories, first_without
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.runtime import Runtime

RULE = Rule(
    code="SEC213",
    name="runtime-advisories",
    category=Category.SECURITY,
    severity=Severity.NOTE,
    message="tensorflow {subject} has {count} known vulnerabilities that a hostile model can reach: {shown}",
    fix="run models of strangers in tensorflow {since} or later",
    what="The target is a TensorFlow with published advisories about malformed graphs, checkpoints or kernels.",
    why="A model that is harmless by its ops can still crash such a release, or read its memory, by malformed parts.",
    example="TensorFlow 2.7.0, in which functions that call themselves overflow the stack",
    references=("https://github.com/tensorflow/tensorflow/tree/master/tensorflow/security",),
)
TRIGGERS = ("target:advisories",)
# The newest are named; the list of a release of 2019 is long, and all of it is fixed by the same update.
_SHOWN = 4


def find_in(evidence: Evidence, runtime: Runtime) -> Iterator[Sighting]:
    """One summary for the target."""
    ids = [name for item in reversed(advisories(runtime.tensorflow or "")) for name in item.ids]
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    details = {
        "count": str(len(ids)),
        "shown": ", ".join(ids[:_SHOWN]) + more,
        "since": first_without(runtime.tensorflow or ""),
    }
    place = Location(evidence.graphs.member)
    yield Sighting(RULE.code, runtime.tensorflow or "", place, Risk.LOW, details=details)
