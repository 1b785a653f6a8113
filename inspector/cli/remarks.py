"""What is said on standard error beside the output of a command."""

from __future__ import annotations

import sys

from inspector.report.readable import plain

# In the process that reads the model, which has no standard error: what another one is to say.
_kept: list[list[str]] = []


def keep() -> list[str]:
    """From here on nothing is said in this process: what would be is kept in this list."""
    _kept[:] = [[]]
    return _kept[0]


def remark(text: str) -> None:
    """Say it, with what no terminal should be given escaped."""
    if _kept:
        _kept[0].append(text)
    else:
        sys.stderr.write(f"inspect: {plain(text)}\n")
