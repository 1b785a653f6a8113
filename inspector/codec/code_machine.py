"""The stack of texts by which a code object's instructions are followed."""

from __future__ import annotations

from typing import Any

from inspector.codec.marshalled import Code
from inspector.terms.record import field, record

# Doubling an expression twenty times would take a megabyte; nobody reads more than a line of one.
TEXT_LIMIT = 160
NULL = ""  # what Python 3.11 and later push beside a callable


@record(frozen=False)
class Machine:
    """The stack, the events so far, and the code that is followed."""

    code: Code
    python: str
    stack: list[str] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    keywords: tuple[str, ...] = ()
    # What local variables stand for, where that is a name: `import os as m` hides nothing.
    aliases: dict[str, str] = field(default_factory=dict)

    def push(self, text: str) -> None:
        """Put a text on the stack, cut short."""
        self.stack.append(text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…")

    def pop(self) -> str:
        """The topmost text; `?` where the stack is empty."""
        return self.stack.pop() if self.stack else "?"

    def pops(self, count: int) -> list[str]:
        """The topmost items, the deepest first; never more than there are."""
        taken = [self.pop() for _ in range(min(count, len(self.stack)))]
        return taken[::-1]

    def event(self, kind: str, text: str) -> None:
        """Note what happens: a call, an import, a store, what is returned."""
        self.events.append((kind, text[:TEXT_LIMIT]))

    def name(self, index: int) -> str:
        """A name of globals and attributes."""
        return _named(self.code.names, index)

    def local(self, index: int) -> str:
        """A local variable, or the name that it was set to."""
        name = _named(self.code.variables, index)
        return self.aliases.get(name, name)

    def store(self, index: int) -> None:
        """Keep what a variable is set to, where that is a name."""
        value, name = self.pop(), _named(self.code.variables, index)
        self.aliases.pop(name, None)
        if value.replace(".", "").isidentifier():
            self.aliases[name] = value

    def cell(self, index: int) -> str:
        """A variable that nested functions share."""
        return _named(self.code.cells, index)

    @property
    def minor(self) -> int:
        """13 for Python 3.13, -1 for 2.7."""
        return int(self.python.partition(".")[2]) if self.python.startswith("3.") else -1


def _named(names: tuple[Any, ...], index: int) -> str:
    """The name at that place; `?` beyond the last, and for what is no text: marshalled tuples hold anything."""
    name = names[index] if index < len(names) else None
    return name if isinstance(name, str) else "?"


def shown(value: Any, depth: int = 3) -> str:
    """A constant as Python would write it, cut short; numbers too long to print stand as such.

    `depth` is that of nested tuples: eight parts of eight parts, fifty times over, would never end.
    """
    if isinstance(value, Code):
        return f"<function {value.name}>"
    # str() of an integer of more than 4,300 digits raises ValueError from Python 3.11 on (CVE-2020-10735).
    if isinstance(value, int) and abs(value) >= 1 << 128:
        return "<a long integer>"
    if isinstance(value, slice):
        parts = (value.start, value.stop) if value.step is None else (value.start, value.stop, value.step)
        return ":".join(shown(part, 0) for part in parts).replace("None", "")
    if isinstance(value, tuple | list):
        inside = [shown(item, depth - 1) for item in value[: 8 if depth else 0]]
        return f"({', '.join(inside)}{', …' if len(value) > len(inside) else ''})"
    text = repr(value[:TEXT_LIMIT] if isinstance(value, str | bytes) else value)
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
