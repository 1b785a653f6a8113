"""A variable and the stored value that belongs to it have different shapes."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT103",
    name="weights-shape",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{count} variable(s) of {model} have another shape in the file: {names}",
    fix="build the model with the sizes that it had when the weights were saved: the table shows both shapes",
    what="A variable and the stored value that belongs to it have different shapes.",
    why="Every reader refuses to assign it.",
    example="units changed from 8 to 16",
)
