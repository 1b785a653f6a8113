"""A member cannot be parsed."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT108",
    name="unparseable-member",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} cannot be parsed: {reason}",
    fix="save or download it again; if the writer made it so, report it there",
    what="The bytes are not valid in their own format.",
    why="The loader stops at the same place.",
    example="a protobuf with an invalid wire type",
    references=(),
)
