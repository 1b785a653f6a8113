"""A variable and its stored value differ in dtype or shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return case.undo("take saved_model.pb and the folder variables from the same save")


RULE = Rule(
    code="SMD104",
    name="variable-mismatch",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="variable '{subject}' is declared as {wanted}, but {stored} is stored",
    fix="save the model again; its variables are from another model",
    what="A variable and its stored value differ in dtype or shape.",
    why=(
        "The object graph declares each variable, the bundle stores its value. They only disagree where files"
        " of two models were mixed or one of them was edited."
    ),
    example="",
    references=(),
    advise=advise,
)
