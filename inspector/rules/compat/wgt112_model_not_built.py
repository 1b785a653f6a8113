"""A Sequential model without an input shape makes its variables at the first call."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT112",
    name="model-not-built",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the model {subject} has no variables yet: its input shape is not known",
    fix="give the model an Input, or call model.build(shape), before loading weights",
    what="A Sequential model without an input shape makes its variables at the first call.",
    why="There is nothing that the weights could be assigned to.",
    example="Sequential([Dense(8)]) without an Input",
)
