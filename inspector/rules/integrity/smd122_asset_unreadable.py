"""A vocabulary file that fills a table is missing or empty."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD122",
    name="asset-unreadable",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{loader} cannot fill a table from {subject}: {reason}",
    fix="put the file back into `assets`",
    what="A vocabulary file that fills a table is missing or empty.",
    why="Tables are filled while the model loads, so the load itself fails.",
    example="",
    references=(),
)
