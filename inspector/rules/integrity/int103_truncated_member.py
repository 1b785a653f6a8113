"""A member is cut short."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT103",
    name="truncated-member",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} is cut short: {reason}",
    fix="download or save it again and compare its size with the original",
    what="The member ends before the data that its own header announces.",
    why="A cut file often has a valid beginning, so that only the loader notices, with a message about parsing.",
    example="an HDF5 file whose superblock announces more bytes than there are",
    references=(),
)
