"""Finds the lock type that a file is: each type is one module of this folder that declares NAME, matches and read."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from inspector.runtime.locks.contents import HEAD_BYTES
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

_HELPERS = {
    "__init__",
    "collect",
    "conda_names",
    "contents",
    "json_lock",
    "registry",
    "toml_lock",
    "wheel_name",
    "yaml_subset",
}
_LAST = "requirements"  # the type without a mark of its own: whatever text no other type claims


_PINNED = re.compile(r"[A-Za-z0-9][\w.-]*==\d")


class LockType(Protocol):
    """A module of this folder."""

    NAME: str

    def matches(self, name: str, head: str) -> bool:
        """Whether a file of that name that begins with that text is of this type."""

    def read(self, context: LockContext) -> LockContents:
        """Read the lock. Raises UsageError where it is none after all."""


@cache
def lock_types() -> tuple[LockType, ...]:
    """Every lock type, the most particular first. They import their parsers when they read."""
    names = {path.stem for path in Path(__file__).parent.glob("*.py")} - _HELPERS
    ordered = sorted(names, key=lambda name: (name == _LAST, name))
    return tuple(map(_load, ordered))


def read_lock(context: LockContext) -> LockContents:
    """Read a lock of any type. Raises UsageError where the file cannot be read or is of none of them."""
    return lock_type(context.path).read(context)


def lock_type(path: Path) -> LockType:
    """Give the type of a lock file by its name and first lines."""
    head = _head(path)
    # Importing the other twelve modules to ask each would cost more than reading the usual lock.
    if _is_plain(head):
        return _load(_LAST)
    for candidate in lock_types():
        if candidate.matches(path.name, head):
            return candidate
    known = ", ".join(candidate.NAME for candidate in lock_types())
    raise UsageError(f"{path}: not a lock file that is known here ({known})")


def _load(name: str) -> LockType:
    return cast("LockType", importlib.import_module(f"{__package__}.{name}"))


def _is_plain(head: str) -> bool:
    """Whether the first entry is `name==version`, as in no other type: spares the common case the others."""
    entries = (line for line in head.splitlines() if line.strip() and not line.startswith("#"))
    return bool(_PINNED.match(next(entries, "")))


def _head(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return head.decode(encoding, errors="replace")
