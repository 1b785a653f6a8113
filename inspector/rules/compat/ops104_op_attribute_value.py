"""The value of an attribute (mostly a dtype) is outside what the target's OpDef allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return case.released(case.undo(f"give the node an allowed {case.detail('attr')}"))


RULE = Rule(
    code="OPS104",
    name="op-attribute-value",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="attribute '{attr}' of op '{op}' does not allow {value} in {runtime}",
    fix="use a release whose '{op}' supports {value}, or save the model with another dtype",
    what="The value of an attribute (mostly a dtype) is outside what the target's OpDef allows.",
    why="Ops gain dtypes over the releases; an older one refuses the node before anything runs.",
    example="a `bfloat16` matrix product in a release that has none",
    references=(),
    advise=advise,
)
