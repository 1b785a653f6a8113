"""A function takes or returns a composite tensor whose type the target does not know."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD108",
    name="type-not-registered",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="type '{subject}' is not registered in {runtime}",
    fix="{remedy}",
    what="A function takes or returns a composite tensor whose type the target does not know.",
    why="The structures of inputs and outputs are decoded for every function when the model loads.",
    example="a distribution of TensorFlow Probability as the output of a layer",
    references=(),
)
