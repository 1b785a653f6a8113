"""The table that `conda list` prints, and the lines of `conda list --export`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.conda_names import add
from inspector.runtime.locks.contents import read_text

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "conda list"

_HEAD = re.compile(
    r"^# (packages in environment at |Name +Version +Build|This file may be used to create an env)", re.MULTILINE
)
# Columns are split by spaces in the table, by `=` in `conda list --export` (`name=version=build`); versions begin with
# a digit, which keeps the rows of the header out.
_ROW = re.compile(r"([A-Za-z0-9_][\w.-]*)(?:\s+|=)(\d[^\s=]*)(?:\s|=|$)")


def matches(name: str, head: str) -> bool:  # noqa: ARG001 - one signature for all lock types
    """Whether one of the headers is there."""
    return bool(_HEAD.search(head.replace("\r", "")))


def read(context: LockContext) -> LockContents:
    """Read name and version of each row; packages of channel `pypi` stand among conda's own."""
    collector = Collector(context)
    for line in read_text(context.path).splitlines():
        if row := _ROW.match(line):
            add(collector, row[1], row[2])
    return collector.contents()
