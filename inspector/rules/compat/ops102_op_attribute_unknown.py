"""A node carries an attribute that the target's OpDef does not declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.rules.writer import Standing
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case

# The session loader and the importer of functions: graph_constructor strips them since 2.5 where it may.
_FIRST_THAT_IGNORES = "2.5"


def advise(case: Case) -> str:
    """The release that wrote the attribute knows it."""
    ignored = f"use TensorFlow {_FIRST_THAT_IGNORES} or newer, which leaves out attributes that it does not know"
    newer = case.writer.standing is Standing.NEWER
    return f"{case.install}, or {ignored}" if newer and case.install else case.released(case.undo())


RULE = Rule(
    code="OPS102",
    name="op-attribute-unknown",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{op}' has no attribute '{attr}' in {runtime}",
    fix=(
        "save the model again with the older release, or load it with TensorFlow 2.5 or later, which ignores "
        "attributes that it does not know"
    ),
    what="A node carries an attribute that the target's OpDef does not declare.",
    why=(
        "Up to 2.4 TensorFlow refuses such a node, whatever the attribute's value is. Attributes that have "
        "their default are left out by most writers, but not by all."
    ),
    example="`AssignVariableOp.validate_shape` in TensorFlow 2.4",
    references=(),
    advise=advise,
)
