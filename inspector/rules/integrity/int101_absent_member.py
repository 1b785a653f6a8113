"""A file that the artifact needs is not there."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT101",
    name="absent-member",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} is missing: {reason}",
    fix="copy the whole artifact again; nothing rebuilds a missing member",
    what="The artifact refers to a member that is not there.",
    why=(
        "Copies and archives that leave out a folder are the usual cause; the loader names the "
        "path, not the copy that lost it."
    ),
    example="a SavedModel folder without variables/variables.index",
    references=(),
)
