"""A copy of a report that is safe to print: nothing that stands in an artifact can act on the reader's terminal.

Names in a hostile file hold escape sequences (which recolour, move the cursor, set the title), newlines (which forge
lines of the report) and characters that reverse the reading order (https://trojansource.codes, CVE-2021-42574).
"""

from __future__ import annotations

from typing import Any, TypeVar

from inspector.terms.record import replace

T = TypeVar("T")

# Characters of one text, from its beginning and its end, where wrapped errors say their cause; JSON and SARIF have
# the whole. A name of megabytes would scroll the answer away.
HEAD_LIMIT = 600
TAIL_LIMIT = 200


def readable(value: T) -> T:
    """A copy of records, tuples and mappings in which every text is one printable line of bounded length."""
    return _copy(value)  # type: ignore[no-any-return]


def plain(text: str) -> str:
    """The text with each unprintable character written as its escape, and each run of spaces as one.

    A run of spaces as wide as the terminal would begin a line of its own.
    """
    text = escaped(text)
    return " ".join(part for part in text.split(" ") if part) if "  " in text else text


def escaped(text: str) -> str:
    """The text with each unprintable character written as its escape."""
    return text if text.isprintable() else "".join(char if char.isprintable() else _escape(char) for char in text)


def shortened(text: str) -> str:
    """The beginning and the end of a long text."""
    if len(text) <= HEAD_LIMIT + TAIL_LIMIT:
        return text
    return f"{text[:HEAD_LIMIT]} ... {text[-TAIL_LIMIT:]}"


# What no text report prints, and what is large: graphs, configs, a recorded environment.
_UNPRINTED = {
    "Artifact": {"saved_model", "keras_metadata", "keras", "graph", "bundle", "weights", "magic", "oddities", "memo"},
    "Runtime": {"snapshot", "custom_objects", "packages", "env"},
    "Problem": {"details"},
    "Finding": {"details"},
}


def _escape(char: str) -> str:
    return char.encode("unicode_escape", errors="surrogatepass").decode("ascii")


def _copy(value: Any) -> Any:
    # Enumerations are words of this program: `type` lets only texts of the artifact and the user through.
    if type(value) is str:
        return plain(shortened(value))
    if type(value) is tuple:
        return tuple(map(_copy, value))
    if isinstance(value, dict):
        return {_copy(key): _copy(item) for key, item in value.items()}
    return _record(value) if hasattr(value, "__match_args__") else value


def _record(value: Any) -> Any:
    kind = value.__class__.__name__
    names = (name for name in value.__match_args__ if name not in _UNPRINTED.get(kind, ()))
    changes = {name: _copy(getattr(value, name)) for name in names}
    if kind == "ExpectedError":  # exceptions speak in paragraphs
        changes["message"] = plain(shortened(" ".join(value.message.split())))
    return replace(value, **changes)
