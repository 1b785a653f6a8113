"""A node takes an input that no node provides, or one of another dtype."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS111",
    name="graph-edge-broken",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the graph does not fit together at {pointer}: {subject}",
    fix="save or convert the graph again",
    what="A node takes an input that no node provides, or one of another dtype.",
    why="Cutting a graph down by hand or with an old tool leaves such ends.",
    example="",
    references=(),
)
