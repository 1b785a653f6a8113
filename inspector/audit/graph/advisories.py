"""TensorFlow's own advisories that concern loading and running a model: data/advisories.json, of the CVE records.

Only what a model can reach is listed: malformed graphs and checkpoints by name, kernels by batch.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from inspector.terms.record import record

_DATA = Path(__file__).parents[1] / "data" / "advisories.json"


@record
class Advisory:
    """Vulnerabilities that were found and fixed together. `fixed` has the first release of each line that got it."""

    ids: tuple[str, ...]
    what: str
    fixed: tuple[str, ...]


def advisories(version: str) -> tuple[Advisory, ...]:
    """Those that this release of TensorFlow has; none for a text that is no version."""
    found = json.loads(_DATA.read_text(encoding="utf-8"))
    known = (Advisory(tuple(item["ids"]), item["what"], tuple(item["fixed"])) for item in found)
    release = _numbers(version)
    return tuple(item for item in known if release and _has(release, item.fixed))


def first_without(version: str) -> str:
    """The first release from that one on which has none of its advisories."""
    newest = [max(item.fixed, key=_numbers) for item in advisories(version)]
    return max(newest, key=_numbers, default="")


def _has(release: tuple[int, ...], fixed: tuple[str, ...]) -> bool:
    """A release has it before the newest fix, unless its own line got one."""
    fixes = [_numbers(version) for version in fixed]
    return release < max(fixes) and not any(fix[:2] == release[:2] and fix <= release for fix in fixes)


@cache  # the advisories' own versions, for every runtime
def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")[:3]
    return tuple(map(int, parts)) if len(parts) == 3 and all(part.isdigit() for part in parts) else ()  # noqa: PLR2004
