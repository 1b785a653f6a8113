"""What each TensorFlow release raises, in its own words: the texts recorded by fixtures/scripts/load_behaviours.py."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from inspector.terms.finding import ExpectedError
from inspector.terms.record import record

_BEHAVIOURS = Path(__file__).parents[1] / "data" / "behaviours.json"
# Where the process runs; the real text holds the machine's host name.
HOST = "this host"


@cache
def _table() -> dict[str, list[list[Any]]]:
    """Kind to its variants: exception class (null: nothing is raised), text, releases."""
    table: dict[str, list[list[Any]]] = json.loads(_BEHAVIOURS.read_bytes())
    return table


@record
class Texts:
    """The texts of one release. One that was not tried speaks as its sibling, or as the newest one before it."""

    version: str

    def accepts(self, kind: str) -> bool:
        """Whether that release loads what the kind names."""
        return _variant(kind, self.version)[0] is None

    def error(self, kind: str, **fields: str) -> ExpectedError:
        """The exception for damage of that kind, with the fields set in its text."""
        name, text = _variant(kind, self.version)
        for field, value in (("host", HOST), *fields.items()):
            text = text.replace(f"{{{field}}}", value)
        return ExpectedError(name or "", text)


@cache
def _variant(kind: str, version: str) -> tuple[str | None, str]:
    """The variant of the release, else of one with the same minor, of the newest before it, of the oldest."""
    tried = {numbers(release): (name, text or "") for name, text, releases in _table()[kind] for release in releases}
    wanted = numbers(version)
    # Patch releases carry fixes, not texts: one of the same minor speaks for its siblings, even where an older minor is
    # nearer by number.
    same = [release for release in tried if release[:2] == wanted[:2]]
    before = [release for release in tried if release <= wanted]
    return tried[wanted if wanted in tried else max(same or before or [min(tried)])]


@cache
def numbers(version: str) -> tuple[int, ...]:
    """`2.15.1` as (2, 15, 1), for comparing; a suffix like `rc1` is left out."""
    parts = []
    for part in version.split(".")[:3]:
        digits = part[: next((i for i, c in enumerate(part) if not c.isdigit()), len(part))]
        parts.append(int(digits or 0))
    return tuple(parts)
