"""Reading JSON for the lock types that are written in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.runtime.locks.contents import read_text
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def read_json(path: Path) -> Any:
    """Read the document. UsageError where it is no JSON."""
    try:
        return json.loads(read_text(path))
    # ValueError also stands for integers of over 4,300 digits, which Python refuses since CVE-2020-10735.
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not a readable lock file: {str(error) or 'nested too deeply'}") from error
