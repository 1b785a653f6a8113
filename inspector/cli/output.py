"""Where output goes."""

from __future__ import annotations

import sys
from pathlib import Path

from inspector.terms.errors import UsageError


def write(text: str, path: str | None = None) -> None:
    """Print the text, or write it to that file. Raises UsageError where the file cannot be written."""
    if path is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        Path(path).write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
