"""A small table as text, without tabulate: importing that takes longer than all the rest of a report (cold start)."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = "  "


def columns(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The rows below their headers and a rule of dashes, each column as wide as its widest cell."""
    widths = [max(map(_width, column)) for column in zip_longest(headers, *rows, fillvalue="")]
    lines = [headers, ["-" * width for width in widths], *rows]
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    # Not str.ljust: it would count the codes of colours.
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=False))
    return _GAP.join(padded).rstrip()


def _width(cell: str) -> int:
    """The columns that a cell takes: colours take none."""
    return len(re.sub(r"\x1b\[[\d;]*m", "", cell) if "\x1b" in cell else cell)
