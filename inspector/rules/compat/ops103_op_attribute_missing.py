"""A node lacks an attribute that its OpDef requires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    attribute = case.detail("attr")
    return case.released(case.undo(f"set the attribute {attribute} of the node"))


RULE = Rule(
    code="OPS103",
    name="op-attribute-missing",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="a node of op '{op}' lacks the attribute '{attr}', which has no default in {runtime}",
    fix="save the model again; if the graph was edited, set '{attr}'",
    what="A node lacks an attribute that its OpDef requires.",
    why=(
        "Attributes without a default must stand in every node. A writer never leaves them out; an edited "
        "graph or an op whose definition changed does."
    ),
    example="an `AddV2` without `T`",
    references=(),
    advise=advise,
)
