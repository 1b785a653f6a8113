"""The table that `pip list` and `uv pip list` print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.contents import read_text

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "pip list"

_HEAD = re.compile(r"^Package +Version\b.*\n-+ -+", re.MULTILINE)
# A version begins with a digit: so the head, the rule of dashes and pip's own notices below the table are no rows. The
# third column, of editable projects, is a folder.
_ROW = re.compile(r"([A-Za-z0-9][\w.-]*) +(\d\S*)")
_PYTHON = re.compile(r"# python (\d+\.\d+(?:\.\d+)?)", re.IGNORECASE)


def matches(name: str, head: str) -> bool:  # noqa: ARG001 - one signature for all lock types
    """Whether the table's head is there."""
    return bool(_HEAD.search(head.replace("\r", "")))


def read(context: LockContext) -> LockContents:
    """Read the rows; `# python 3.11.7` may stand in the first line."""
    collector = Collector(context)
    text = read_text(context.path)
    first = _PYTHON.match(text)
    collector.python = first[1] if first else None
    for line in text.splitlines():
        if row := _ROW.match(line):
            collector.pin(row[1], row[2])
    return collector.contents()
