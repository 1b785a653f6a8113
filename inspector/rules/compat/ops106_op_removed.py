"""The graph uses an op that TensorFlow removed."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS106",
    name="op-removed",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{op}' was removed at GraphDef version {version}: {explanation}",
    fix="save the model again with a release that no longer uses '{op}'",
    what="The graph uses an op that TensorFlow removed.",
    why="Removed ops stay registered for old graphs, but a graph of a producer after the removal may not hold them.",
    example="",
    references=(),
)
