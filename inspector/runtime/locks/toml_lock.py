"""What the lock types written in TOML share: reading the document, and typed access to what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.runtime.locks.contents import read_text
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def read_toml(path: Path) -> dict[str, Any]:
    """Read the document. UsageError where it is no TOML."""
    import tomllib  # noqa: PLC0415 - cold start: most locks are requirements files

    try:
        return tomllib.loads(read_text(path))
    # tomllib parses nested arrays by recursion: `[[[[...` ends in RecursionError, not in a decode error.
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: not a readable lock file: {str(error) or 'nested too deeply'}") from error


def tables(value: Any) -> list[dict[str, Any]]:
    """Give the tables of an array of tables; nothing where it is something else."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def table(value: Any) -> dict[str, Any]:
    """Give the table, empty where it is something else."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """Give the string, empty where it is something else."""
    return value if isinstance(value, str) else ""


def any_of(markers: Any) -> str:
    """Join markers of which one suffices; empty where there are none."""
    found = [marker for marker in markers if isinstance(marker, str)] if isinstance(markers, list) else []
    return " or ".join(f"({marker})" for marker in found)
