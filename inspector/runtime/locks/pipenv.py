"""`Pipfile.lock`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.runtime.distributions import RELEVANT, canonical
from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.json_lock import read_json
from inspector.runtime.locks.toml_lock import table, text
from inspector.runtime.locks.wheel_name import name_and_version
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "Pipfile.lock"


def matches(name: str, head: str) -> bool:
    """Whether this is a Pipenv lock: by its name or its first keys."""
    return name == "Pipfile.lock" or ('"_meta"' in head and '"pipfile-spec"' in head)


def read(context: LockContext) -> LockContents:
    """Read the default category; the others too where it has no TensorFlow. `_meta.requires` names the Python."""
    document = read_json(context.path)
    if not isinstance(document, dict):
        raise UsageError(f"{context.path}: not a Pipfile.lock: no JSON object")
    collector = Collector(context)
    requires = table(table(document.get("_meta")).get("requires"))
    collector.python = text(requires.get("python_full_version")) or text(requires.get("python_version")) or None
    default = table(document.get("default"))
    _add(collector, default)
    if not RELEVANT & {canonical(name) for name in default}:
        for category in document.keys() - {"_meta", "default"}:
            _add(collector, table(document[category]))
    return collector.contents()


def _add(collector: Collector, packages: dict[str, Any]) -> None:
    for name, entry in packages.items():
        locked, known = table(entry), name_and_version(text(table(entry).get("file")))
        # Pipenv locks a specifier, `"version": "==2.15.0"`, not a version; an entry by URL has a file name instead.
        version = text(locked.get("version")).lstrip("=") or (known[1] if known else "")
        if version:
            collector.pin(name, version, text(locked.get("markers")))
        else:
            collector.unknown(name, next((k for k in ("git", "path", "file") if k in locked), "no version"))
