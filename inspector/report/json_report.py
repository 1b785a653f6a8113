"""The report as JSON, schema version 1.0."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.terms.report import Report


def render(report: Report, *, color: bool = False) -> str:  # noqa: ARG001 - JSON has no colour
    """Indented JSON with a stable order of fields."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=False)
