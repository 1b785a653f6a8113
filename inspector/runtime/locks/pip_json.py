"""What `pip list --format=json`, `pip inspect` and `pip install --report` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.json_lock import read_json
from inspector.runtime.locks.toml_lock import table, tables, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "pip's JSON"


def matches(name: str, head: str) -> bool:  # noqa: ARG001 - one signature for all lock types
    """Whether it is a JSON list of packages, or a report with pip's version."""
    begins = "".join(head.split())
    return begins.startswith('[{"name":') or (begins.startswith("{") and '"pip_version":' in begins)


def read(context: LockContext) -> LockContents:
    """Read names and versions; the reports name their Python."""
    document = read_json(context.path)
    collector = Collector(context)
    # Both reports carry the marker variables of the environment that pip ran in
    # (https://pip.pypa.io/en/stable/reference/inspect-report/); the plain list does not.
    collector.python = text(table(table(document).get("environment")).get("python_full_version")) or None
    for entry in _entries(document):
        collector.pin(text(entry.get("name")), text(entry.get("version")))
    return collector.contents()


def _entries(document: Any) -> Iterator[dict[str, Any]]:
    yield from tables(document)
    # `pip inspect` lists under `installed` what is there, `pip install --report` under `install` what it would put
    # there.
    for section in ("installed", "install"):
        yield from (table(entry.get("metadata")) for entry in tables(table(document).get(section)))
