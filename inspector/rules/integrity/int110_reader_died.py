"""The process that read the model did not survive it."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT110",
    name="reader-died",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="reading {member} ended the process that reads it: {reason}",
    fix="treat the file as hostile until it is explained; --debug reads it in this process and shows where it ends",
    what="The model is read in a process of its own, with limits on memory, CPU time, files and descriptors. It died.",
    why="A file that exhausts or crashes one reader is likely to do the same to the next, and nothing is known of it.",
    example="a file that sends a native library out of bounds, or whose parse needs more than 8 GiB of memory",
    references=("docs/isolation.md",),
)
