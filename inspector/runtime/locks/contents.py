"""What every lock type is read with, and what it yields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.errors import UsageError
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from inspector.terms.finding import Gap

# The largest real locks (conda-lock of many platforms, Poetry with hashes) are a few MB; parsing takes 20 times that.
MAX_BYTES = 64 * 1024 * 1024
HEAD_BYTES = 4096  # what decides the type stands in the first lines


@record
class LockContext:
    """Where the lock lies and which environment is chosen from it.

    `python` is the target's Python as the user names it (`3.11.7`), `python_beside` that of a `.python-version`: what
    the lock itself says stands between the two.
    """

    path: Path
    python: str | None = None
    python_beside: str | None = None


@record
class LockContents:
    """A lock as read: canonical distribution name to version.

    `python` is the version of Python that the lock itself names. `wanted` are requirements without one version
    (canonical name to specifier, `>=2.10`): they mean what they mean to pip. `constraints` narrow what pip would choose
    and require nothing. `unread` says in words what was passed over.
    """

    packages: Mapping[str, str]
    python: str | None = None
    wanted: Mapping[str, str] = field(default_factory=dict)
    constraints: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    unread: tuple[str, ...] = ()


def read_text(path: Path) -> str:
    """Read a lock as UTF-8 text (PowerShell's `>` writes UTF-16). UsageError where it is too large or no text."""
    data = read_bytes(path)
    # pip goes by the same marks at the start of a file (pip/_internal/req/req_file.py, BOMS): `pip freeze > lock.txt`
    # in Windows PowerShell 5 makes UTF-16 with one, editors on Windows UTF-8 with one.
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not a lock file: its bytes are no text ({error.reason})") from error


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Read a whole file. UsageError where it cannot be read or is larger than the limit."""
    try:
        with path.open("rb") as stream:
            # Read and then compared: the size that `stat` gives may be another one by then, and is 0 for files of
            # /proc.
            data = stream.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(data) > limit:
        raise UsageError(f"{path}: larger than {limit // 1024 // 1024} MB, which no lock file is")
    return data
