"""A function of the library is called, but cannot be found when it is needed."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

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
)
