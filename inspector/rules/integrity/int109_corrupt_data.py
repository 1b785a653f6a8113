"""Stored data does not match its checksum or its index."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT109",
    name="corrupt-data",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} is corrupt: {reason}",
    fix="copy it again from the source and compare checksums",
    what="A checksum or an index entry disagrees with the bytes.",
    why="A flipped bit in a weight changes answers silently where a loader does not check.",
    example="a TensorBundle block whose crc32c does not match",
    references=(),
)
