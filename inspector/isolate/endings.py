"""What is to be done where a process ends without Python's own `atexit`: the child, and the command itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CALLS: list[Callable[[], None]] = []


def register(call: Callable[[], None]) -> Callable[[], None]:
    """Have it called by `end`; a decorator."""
    _CALLS.append(call)
    return call


def end() -> None:
    """Call what was registered, the last first."""
    while _CALLS:
        _CALLS.pop()()
