"""Finds the report formats: `NAME_report.py` in this folder declares `render(report, color=...)`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.terms.report import Report

_SUFFIX = "_report"
# A new format is a new file: nothing else has to name it.
FORMATS = tuple(sorted(p.stem.removesuffix(_SUFFIX) for p in Path(__file__).parent.glob(f"*{_SUFFIX}.py")))


def render(report: Report, name: str, *, color: bool = False) -> str:
    """The report in that format; `color` allows colour where the format has any and the output is a terminal."""
    text: str = importlib.import_module(f"inspector.report.{name}{_SUFFIX}").render(report, color=color)
    return text
