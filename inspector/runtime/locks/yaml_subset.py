"""The part of YAML that conda and conda-lock write: block mappings and sequences, plain and quoted scalars, comments.

Everything else (anchors, tags, block scalars, flow mappings with content, more than one document) raises UsageError: a
lock that is read halfway would say nothing wrong, and mean something else. Every scalar is a string.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

# conda-lock nests four levels; recursion follows the nesting.
MAX_DEPTH = 40
# A conda-lock for four platforms has some 30,000 lines; fifty times that is no lock.
MAX_LINES = 1_500_000
MAX_LINE = 4000  # conda's longest lines are URLs of some 300 characters; patterns are not linear in what they match

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"\[\]{},&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+(.*)|$)"""
)
_COMMENT = re.compile(r"(^|\s)#.*$")
_QUOTED_WITH_COMMENT = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$""")
_ESCAPE = re.compile(r"\\(.)")


def parse_yaml(text: str, path: Path) -> Any:
    """Parse one document into dicts, lists, strings and None. Raises UsageError for what is not of the subset."""
    lines = _lines(text, path)
    if not lines:
        return None
    parser = _Parser(lines, path)
    value = parser.block(lines[0][0], 0)
    parser.demand(at_end=True)
    return value


def _lines(text: str, path: Path) -> list[tuple[int, str, int]]:
    """(indentation, content, line number) of every line that has content."""
    found: list[tuple[int, str, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if not content or content.startswith("#") or (content == "---" and not found):
            continue
        if number > MAX_LINES:
            raise UsageError(f"{path}: more than {MAX_LINES} lines, which no lock file has")
        if len(content) > MAX_LINE:
            raise UsageError(f"{path}: line {number} is longer than {MAX_LINE} characters")
        found.append((len(line) - len(line.lstrip(" ")), content, number))
    return found


class _Parser:
    __slots__ = ("at", "lines", "path")

    def __init__(self, lines: list[tuple[int, str, int]], path: Path) -> None:
        self.lines = lines
        self.path = path
        self.at = 0

    def demand(self, *, at_end: bool) -> None:
        """UsageError where the position is not as it must be."""
        if at_end != (self.at >= len(self.lines)):
            raise self._refusal("the indentation")

    def block(self, indent: int, depth: int) -> Any:
        """The value that begins at the present line with that indentation."""
        if depth > MAX_DEPTH:
            raise self._refusal(f"more than {MAX_DEPTH} levels")
        _, content, _ = self.lines[self.at]
        if content == "-" or content.startswith("- "):
            return self._sequence(indent, depth)
        if _KEY.match(content):
            return self._mapping(indent, depth)
        self.at += 1
        return self._scalar(content)

    def _sequence(self, indent: int, depth: int) -> list[Any]:
        found = []
        while self._here(indent) and re.match(r"-( |$)", self.lines[self.at][1]):
            _, content, number = self.lines[self.at]
            rest = content[1:].lstrip()
            if rest and not rest.startswith("#"):
                inner = indent + len(content) - len(rest)
                # What follows the dash is a line of its own, further to the right.
                self.lines[self.at] = (inner, rest, number)
                found.append(self.block(inner, depth + 1))
            else:
                self.at += 1
                found.append(self._nested(indent, depth, same=False))
        return found

    def _mapping(self, indent: int, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        # A key that comes again overrules the first, as in PyYAML.
        while self._here(indent) and (key := _KEY.match(self.lines[self.at][1])):
            value = _uncommented(key[2] or "")
            name = str(self._scalar(key[1]))
            self.at += 1
            found[name] = self._scalar(value) if value else self._nested(indent, depth, same=True)
        return found

    def _nested(self, indent: int, depth: int, *, same: bool) -> Any:
        """The value on the lines below; a sequence under a key may stand at the key's own indentation."""
        if self.at >= len(self.lines):
            return None
        below, content, _ = self.lines[self.at]
        # "- " counts as indentation there (YAML 1.2, 8.2.1): PyYAML and conda write lists under their key without any.
        if below > indent or (same and below == indent and re.match(r"-( |$)", content)):
            return self.block(below, depth + 1)
        return None

    def _here(self, indent: int) -> bool:
        return self.at < len(self.lines) and self.lines[self.at][0] == indent

    def _scalar(self, text: str) -> Any:
        quoted = _QUOTED_WITH_COMMENT.match(text)
        if quoted:
            inner = quoted[1][1:-1]
            return _ESCAPE.sub(r"\1", inner) if text[0] == '"' else inner.replace("''", "'")
        plain = _uncommented(text)
        if plain.startswith("[") and plain.endswith("]"):
            return [self._scalar(part.strip()) for part in plain[1:-1].split(",") if part.strip()]
        if plain == "{}":
            return {}
        if not plain or plain[0] in "&*!|>%@`{[\"'":
            raise self._refusal(f"{plain[:40]!r}")
        # Numbers stay text: as YAML, Python 3.10 would be the float 3.1.
        return None if plain in ("null", "~") else plain

    def _refusal(self, what: str) -> UsageError:
        number = self.lines[min(self.at, len(self.lines) - 1)][2]
        return UsageError(f"{self.path}: line {number}: {what} is outside the part of YAML that is read here")


def _uncommented(text: str) -> str:
    return text if text[:1] in ("'", '"') else _COMMENT.sub("", text).strip()
