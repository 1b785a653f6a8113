"""Ops whose kernels are in no release of TensorFlow, or any function of the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.native import native_sightings
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC209",
    name="native-code",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{subject}: {reason}",
    fix="load native libraries only from where you trust; rebuild the model of TensorFlow's own ops where it can be",
    what="An op that no recorded release of TensorFlow registers, so that a native library must be loaded first; or"
    " an op that calls a native function of the process by its name.",
    why="A native library runs with all rights of the process as soon as it is loaded. What its ops do to files "
    "and network cannot be seen in the graph.",
    example="an op `MyOp` of a shared library, XlaCustomCallV2 with a target",
    references=("https://www.tensorflow.org/guide/create_op",),
)
TRIGGERS = ("op:custom", "op:native")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Each custom op once, and every call of a native function."""
    yield from native_sightings(RULE.code, evidence.graphs)
