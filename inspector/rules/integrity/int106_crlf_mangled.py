"""A binary file went through a text conversion."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT106",
    name="crlf-mangled",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} was changed by a line-ending conversion: {reason}",
    fix="transfer it in binary mode (in git: mark it `-text` in .gitattributes) and copy it again",
    what="Line endings inside binary data were rewritten.",
    why="The damage cannot be undone: which bytes were changed is lost.",
    example="an HDF5 signature whose CR LF became LF",
    references=(),
)
