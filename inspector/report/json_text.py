"""JSON that is safe to print."""

from __future__ import annotations

import json
import re
from typing import Any


def dumps(value: Any) -> str:
    """Indented JSON in which readable characters stay as they are and all others are escapes.

    Left as they are, control characters above 127 and those that turn the reading order act on a terminal, and lone
    surrogates, which a JSON config may hold, cannot be written at all.
    """
    # Names in other scripts stay readable: with `ensure_ascii` each of their letters would be an escape.
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if text.isascii() and "\x7f" not in text else re.sub(r"[^\x20-\x7e\n]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    return char if char.isprintable() else json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"
