"""Colour, only on a terminal and never against NO_COLOR (https://no-color.org)."""

from __future__ import annotations

import os
import sys

from inspector.terms.record import record

_CODES = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}


@record
class Style:
    """Paints text, or leaves it as it is."""

    enabled: bool

    def paint(self, text: str, *names: str) -> str:
        """The text in those colours."""
        codes = ";".join(_CODES[name] for name in names)
        return f"\x1b[{codes}m{text}\x1b[0m" if self.enabled else text


def style(*, allowed: bool) -> Style:
    """The style of the standard output."""
    # Whatever its value, as the convention has it; an empty one counts here too.
    return Style(allowed and sys.stdout.isatty() and "NO_COLOR" not in os.environ)
