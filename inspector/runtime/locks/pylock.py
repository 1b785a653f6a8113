"""`pylock.toml`, the lock of PEP 751, as `uv export`, `pip lock` and `pdm export` write it.

https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.toml_lock import read_toml, table, tables, text
from inspector.runtime.locks.wheel_name import name_and_version
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "pylock.toml"

_FILE = re.compile(r"pylock(\.[^.]+)?\.toml$")


def matches(name: str, head: str) -> bool:
    """Whether this is a pylock: by its prescribed name, or its prescribed first key."""
    return bool(_FILE.match(name)) or (name.endswith(".toml") and "lock-version = " in head)


def read(context: LockContext) -> LockContents:
    """Read the packages whose markers choose the target. UsageError for a version of the format that is not 1.x."""
    document = read_toml(context.path)
    version = text(document.get("lock-version"))
    # Installers must refuse a major version that they don't know, and may read a newer minor one (specification,
    # section on `lock-version`).
    if not version.startswith("1."):
        raise UsageError(f"{context.path}: lock-version {version or 'missing'}; only 1.x is known")
    collector = Collector(context)
    collector.requires_python = text(document.get("requires-python"))
    for package in tables(document.get("packages")):
        name, marker = text(package.get("name")), text(package.get("marker"))
        # `version` is optional: a writer leaves it out for source trees, whose version is only known when they are
        # built.
        found = text(package.get("version")) or _version_of_file(package)
        if found:
            collector.pin(name, found, marker)
        else:
            collector.unknown(name, next((k for k in ("vcs", "directory", "archive") if k in package), "no version"))
    return collector.contents()


def _version_of_file(package: dict[str, Any]) -> str:
    """The version in the file name of the archive, source distribution or first wheel."""
    files = [table(package.get("archive")), table(package.get("sdist")), *tables(package.get("wheels"))]
    for file in files:
        # `name` is only there where the last part of the URL or path is another one.
        known = name_and_version(text(file.get("name")) or text(file.get("url")) or text(file.get("path")))
        if known:
            return known[1]
    return ""
