"""A web page was saved in place of the data."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT105",
    name="html-page",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} is an HTML page, not a model: {reason}",
    fix="download the file itself: a link to a web page about it was followed",
    what="The file starts like an HTML document.",
    why="A login page or a viewer page is what an unauthenticated download yields.",
    example="a `.h5` that starts with `<!DOCTYPE html>`",
    references=(),
)
