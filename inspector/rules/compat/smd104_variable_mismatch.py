"""A variable and its stored value differ in dtype or shape."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

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
)
