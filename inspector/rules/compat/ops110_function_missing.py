"""A function of the library is called, but cannot be found when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """Layouts of the library changed between releases; what is not in it, no release finds."""
    return case.released(case.undo("put the functions back"))


RULE = Rule(
    code="OPS110",
    name="function-missing",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="functions cannot be resolved: {functions}",
    fix="save the model again; the library is incomplete or uses a layout that {runtime} cannot read",
    what="A function of the library is called, but cannot be found when it is needed.",
    why=(
        "Functions are loaded callees first. One that is missing stops everything that waits for it. "
        "TensorFlow before 2.3 also loses the branches of a case."
    ),
    example="",
    references=(),
    advise=advise,
)
