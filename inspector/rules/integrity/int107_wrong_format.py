"""The content is of another format than the name says."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT107",
    name="wrong-format",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} is not what its name says: {reason}",
    fix="give the file the name of its real format; where it has none, copy it again from where it was saved",
    what="What the bytes are and what the file is called differ.",
    why="Loaders choose by name first, and their message then speaks of the wrong format.",
    example="a zip archive called model.h5",
    references=(),
)
