"""The report as JSON, schema version 1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.report.json_text import dumps

if TYPE_CHECKING:
    from inspector.terms.report import Report


def render(report: Report, *, color: bool = False) -> str:  # noqa: ARG001 - JSON has no colour
    """Indented JSON with a stable order of fields."""
    # Not of the copy for people, which is cut short: programs get every text whole.
    return dumps(report.to_dict())
