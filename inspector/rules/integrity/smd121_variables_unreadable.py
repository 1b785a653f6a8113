"""The variables' index or one of its shards is missing, cut short or changed."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD121",
    name="variables-unreadable",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{loader} cannot read {subject}: {reason}",
    fix="copy the folder `variables` again, completely",
    what="The variables' index or one of its shards is missing, cut short or changed.",
    why="Every restored value is checked against its checksum.",
    example="",
    references=(),
)
