"""JSON as Python's own parser reads it, with limits: the loaders' error texts are the parser's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Configs of the largest published models are under 30 MB; a parsed config takes about ten times its text, and empty
# lists twenty times.
TEXT_LIMIT = 32 * 2**20
# A model inside a model adds six levels, and every loader and rule walks configs by recursion, some frames a level.
DEPTH_LIMIT = 200
# A text of nothing but repeated keys says no more after the first hundred.
NOTE_LIMIT = 100
# json.loads refuses integers of more digits from Python 3.11 on (CVE-2020-10735): sys.int_info.default_max_str_digits.
_HUGE_INTEGER = "Exceeds the limit"
_SPACED = re.compile(r'"\s+:')
_SHOWN = 60


@record
class Note:
    """Something that a JSON text holds and that no writer of configs makes: its kind, JSON pointer and details."""

    kind: str
    pointer: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def decoded(content: bytes, notes: list[Note] | None = None) -> str:
    """The text of bytes as `json.loads` takes them: UTF-8, 16 or 32 by their first bytes, a byte order mark dropped.

    UnicodeDecodeError as the loader gets it.
    """
    encoding = json.detect_encoding(content)
    if encoding != "utf-8" and notes is not None:
        notes.append(Note("json-encoding", details={"encoding": encoding}))
    # `json.loads` decodes bytes so (Lib/json/__init__.py): halves of surrogate pairs pass, and fail only where they are
    # printed or become a file's name.
    return content.decode(encoding, "surrogatepass")


def parse(text: str, member: str, notes: list[Note] | None = None) -> Any:
    """The value; NaN and Infinity are taken as Python does. What is odd about it is added to `notes`.

    MalformedArtifactError carries the text that `json.loads` raises; LimitError where it is too long, nested too deep,
    or holds an integer that only older Pythons take.
    """
    if len(text) > TEXT_LIMIT:
        raise LimitError(member, f"JSON of more than {TEXT_LIMIT} characters")
    found = notes if notes is not None else []
    try:
        value = json.loads(text)
        pairs = _count_pairs(value)
        if notes is not None and _may_be_odd(text, pairs):
            _note(text, found)
    except json.JSONDecodeError as error:
        raise MalformedArtifactError(member, str(error), error.pos) from error
    except RecursionError as error:
        found.append(Note("json-depth", details={"limit": str(DEPTH_LIMIT)}))
        raise LimitError(member, f"JSON nested deeper than {DEPTH_LIMIT}") from error
    except ValueError as error:
        if not str(error).startswith(_HUGE_INTEGER):
            raise
        found.append(Note("json-huge-integer"))
        raise LimitError(member, "JSON with an integer of more digits than Python 3.11 reads") from error
    return value


def _count_pairs(value: Any) -> int:
    """How many keys all objects have together; RecursionError, as of the parser, where they are nested too deep."""
    # Level by level: recursion would end at Python's own limit, which is another one in every release and process.
    level, count = [value], 0
    for _ in range(DEPTH_LIMIT):
        below: list[Any] = []
        for item in level:
            if type(item) is dict:
                count += len(item)
                below += item.values()
            elif type(item) is list:
                below += item
        level = below
        if not level:
            return count
    raise RecursionError


def _may_be_odd(text: str, pairs: int) -> bool:
    """Whether the text must be parsed again with hooks, which takes three times as long.

    Each key ends in a quote and a colon, and a quote inside a text has a backslash before it: so they can be counted.
    Two things would upset the count, white space before a colon and a text that ends in a backslash.
    """
    has_escapes = "\\" in text
    if "NaN" in text or "Infinity" in text or (has_escapes and '\\\\"' in text) or _may_hold_surrogate(text):
        return True
    # Searching for one letter costs nothing, for two ten times as much.
    has_space = any(space in text and f'"{space}' in text for space in " \t\r\n")
    if has_space and _SPACED.search(text) is not None:
        return True
    return text.count('":') - (text.count('\\":') if has_escapes else 0) != pairs


def _may_hold_surrogate(text: str) -> bool:
    """Whether half of a surrogate pair may stand in it, written out or as an escape."""
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        return True
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def _note(text: str, notes: list[Note]) -> None:
    """Parse with hooks; places are looked for only where something was found."""
    repeats: list[tuple[dict[str, Any], str, Any]] = []
    constants: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        # Python keeps the last value of a key that comes again; RFC 8259, section 4, leaves it open, and other parsers
        # keep the first or refuse the text: what a reviewer saw need not be what is loaded.
        made = dict(items)
        if len(made) != len(items) and len(repeats) < NOTE_LIMIT:
            repeats.extend((made, key, first) for key, first in _repeated(items))
        return made

    def constant(name: str) -> float:
        constants.append(name)
        return float(name)

    value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    if repeats:
        notes += _placed(value, repeats)
    if constants:
        notes.append(Note("json-constant", details={"names": ", ".join(sorted(set(constants)))}))
    if _may_hold_surrogate(text) and _has_surrogate(value):
        notes.append(Note("json-surrogate"))


def _repeated(items: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Each key that comes again, with the value that Python drops."""
    seen: dict[str, Any] = {}
    for key, value in items:
        if key in seen:
            yield key, seen[key]
        seen[key] = value


def _placed(value: Any, repeats: list[tuple[dict[str, Any], str, Any]]) -> Iterator[Note]:
    """The notes of repeated keys, with their places; one inside a value that was itself dropped has none."""
    wanted = {id(made) for made, _, _ in repeats}
    places = {id(item): pointer for item, pointer in _walk(value) if id(item) in wanted}
    for made, key, first in repeats:
        pointer = f"{places[id(made)]}/{escaped(key)}" if id(made) in places else ""
        yield Note("json-repeated-key", pointer, {"key": key, "first": _short(first), "last": _short(made[key])})


def _walk(value: Any) -> Iterator[tuple[Any, str]]:
    """Every container and text with its JSON pointer."""
    left = [(value, "")]
    while left:
        item, pointer = left.pop()
        yield item, pointer
        if type(item) is dict:
            left += [(below, f"{pointer}/{escaped(key)}") for key, below in item.items()]
        elif type(item) is list:
            left += [(below, f"{pointer}/{index}") for index, below in enumerate(item)]


def escaped(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _has_surrogate(value: Any) -> bool:
    """Whether a text or key holds half a surrogate pair, which no file system, log or terminal takes."""
    texts = (item if isinstance(item, str) else "".join(item) if type(item) is dict else "" for item, _ in _walk(value))
    return any("\ud800" <= letter <= "\udfff" for text in texts for letter in text)
