"""Where output goes."""

from __future__ import annotations

import io
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

# In the process that reads the model: what another one, which may write, is to write (path, or "" for stdout; text).
_kept: list[list[tuple[str, str]]] = []


def keep() -> list[tuple[str, str]]:
    """From here on nothing is written in this process: what would be is kept in this list."""
    _kept[:] = [[]]
    return _kept[0]


def write(text: str, path: str | None = None) -> None:
    """Print the text, or write it to that file. Raises UsageError where the file cannot be written."""
    whole = text if text.endswith("\n") else text + "\n"
    if _kept:
        _kept[0].append((path or "", whole))
    elif path is None:
        _print(whole)
    else:
        _save(whole, path)


def flush() -> None:
    """Have standard output take what was printed. Raises UsageError where it cannot: a full disk shows only now."""
    _to_stdout(sys.stdout.flush)


def _print(text: str) -> None:
    """Print, with escapes for what the output's encoding has not: `LANG=C` in a container is ASCII."""
    try:
        _to_stdout(partial(sys.stdout.write, text))
    except UnicodeEncodeError as error:
        # Only after the plain way has failed: a terminal of UTF-8 shows names in any script.
        _to_stdout(partial(sys.stdout.write, text.encode(error.encoding, "backslashreplace").decode(error.encoding)))


def _to_stdout(act: Callable[[], object]) -> None:
    try:
        act()
    # A reader that left, as `| head` does, is no error of the output: the command ends by the signal's status.
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write standard output: {error.strerror or error}") from error


def _save(text: str, path: str) -> None:
    try:
        # Half of a surrogate pair, which JSON files may hold, is no character of UTF-8.
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


class Nowhere(io.StringIO):
    """A standard output that leads nowhere, and says of itself whether the real one is a terminal."""

    def __init__(self, *, tty: bool) -> None:
        super().__init__()
        self._tty = tty

    def isatty(self) -> bool:
        """Whether the output of the command is a terminal: then it may have colours."""
        return self._tty
