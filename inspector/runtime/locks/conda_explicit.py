"""What `conda list --explicit` prints and `conda-lock render` writes: the URL of every package file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.conda_names import add, of_file
from inspector.runtime.locks.contents import read_text
from inspector.runtime.locks.wheel_name import name_and_version

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "conda list --explicit"

_MARK = re.compile(r"^@EXPLICIT\b", re.MULTILINE)
# conda-lock notes pip's packages in comments: `# pip keras @ URL`.
_PIP = re.compile(r"#\s*pip\s+\S+\s*@\s*(\S+)")


def matches(name: str, head: str) -> bool:  # noqa: ARG001 - one signature for all lock types
    """Whether the mark of an explicit list is there."""
    return bool(_MARK.search(head))


def read(context: LockContext) -> LockContents:
    """Read name and version from each file name."""
    collector = Collector(context)
    for line in read_text(context.path).splitlines():
        # The file of a wheel names the distribution as PyPI does, that of a conda package as its channel does.
        pip = _PIP.match(line)
        found = name_and_version(pip[1]) if pip else of_file(line.strip())
        if found:
            add(collector, *found)
    return collector.contents()
