"""Reads a policy from `inspector.toml`, or from `[tool.inspector]` of a `pyproject.toml`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from inspector.engine.policy import FAIL_ON, Policy, Suppression
from inspector.rules.registry import codes
from inspector.terms.errors import UsageError
from inspector.terms.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# A configuration is written by hand: one of more bytes is something else.
SIZE_LIMIT = 1 << 20
_KEYS = ("select", "ignore", "fail-on", "severity", "suppressions")
_SUPPRESSION_KEYS = ("rules", "reason", "path", "member", "pointer", "fingerprint", "expires")


def read_policy(path: Path) -> Policy:
    """The policy in that file. Raises UsageError, in one line, for whatever is not understood: nothing is skipped."""
    document = _document(path)
    try:
        return _policy(_own_table(document) if path.name == "pyproject.toml" else document, path)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def _own_table(document: dict[str, Any]) -> Any:
    tools = document.get("tool", {})
    return tools.get("inspector", {}) if isinstance(tools, dict) else {}


def _document(path: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - cold start: only where there is a configuration

    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
        if len(content) > SIZE_LIMIT:
            raise UsageError(f"{path}: larger than {SIZE_LIMIT} bytes")
        return tomllib.loads(content.decode())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not readable as TOML: {' '.join(str(error).split())}") from error


def _policy(table: Any, path: Path) -> Policy:
    known = _known(table, _KEYS, "the configuration")
    severities = known.get("severity", {})
    if not isinstance(severities, dict):
        raise UsageError("severity: expected a table of codes")
    suppressions = known.get("suppressions", [])
    if not isinstance(suppressions, list):
        raise UsageError("suppressions: expected [[suppressions]]")
    return Policy(
        source=path.name,
        folder=str(path.absolute().parent),
        select=_codes(known.get("select", []), "select"),
        ignore=_codes(known.get("ignore", []), "ignore"),
        severities={_code(code, "severity"): _severity(word, code) for code, word in severities.items()},
        suppressions=tuple(_suppression(entry, place) for place, entry in enumerate(suppressions, 1)),
        fail_on=_one_of(known["fail-on"], FAIL_ON, "fail-on") if "fail-on" in known else "",
    )


def _suppression(entry: Any, place: int) -> Suppression:
    where = f"suppression {place}"
    known = _known(entry, _SUPPRESSION_KEYS, where)
    patterns = {key: _text(known[key], f"{where}: {key}") for key in known if key not in ("rules", "expires")}
    # An exception without its reason cannot be looked at again by anybody else.
    if not patterns.get("reason", "").strip():
        raise UsageError(f"{where}: a suppression needs a reason")
    rules = _codes(known.get("rules", []), f"{where}: rules")
    if not rules:
        raise UsageError(f"{where}: a suppression needs rules, as rules = ['SEC101']")
    return Suppression(rules=rules, expires=_day(known.get("expires", ""), where), **patterns)


def _known(table: Any, keys: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: expected a table")
    for key in table:
        _one_of(key, keys, f"{where}: key")
    return table


def _codes(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UsageError(f"{where}: expected a list of rule codes")
    return tuple(_code(code, where) for code in value)


def _code(value: Any, where: str) -> str:
    """A rule's code, or the beginning of one."""
    # Beginnings are allowed (`SEC4`), but one that no rule has is a slip of the pen, which would silence nothing.
    text = _text(value, where).upper()
    if not text or not any(code.startswith(text) for code in codes()):
        raise UsageError(f"{where}: no rule {value!r}{_suggestion(text, codes())}")
    return text


def _severity(word: Any, code: str) -> Severity:
    return Severity(_one_of(word, tuple(Severity), f"severity: {code}"))


def _one_of(value: Any, words: Iterable[str], where: str) -> str:
    text, known = _text(value, where), [str(word) for word in words]
    if text not in known:
        raise UsageError(f"{where} {text!r} is not known{_suggestion(text, known)}")
    return text


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where}: expected a text, not {value!r}")
    return value


def _day(value: Any, where: str) -> str:
    """A date of TOML, or its text, as YYYY-MM-DD; "" for none."""
    if value == "":
        return ""
    try:
        # TOML has dates of its own (https://toml.io/en/v1.0.0#local-date), so that they need no quotes; times are cut
        # off.
        return dt.date.fromisoformat(value).isoformat() if isinstance(value, str) else value.isoformat()[:10]
    except (ValueError, AttributeError) as error:
        raise UsageError(f"{where}: expires is a date such as 2027-01-31, not {value!r}") from error


def _suggestion(text: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - cold start: only for complaints

    words = list(known)
    close = get_close_matches(text, words, n=1)
    if close:
        return f" (did you mean {close[0]!r}?)"
    return f" (these are: {', '.join(words)})" if len(words) < 10 else " (`inspect rules` lists them)"  # noqa: PLR2004
