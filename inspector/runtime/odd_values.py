"""What the classes of a Keras release do with a value of another type than their own: recorded by trying.

A release that was not recorded refuses what the recorded ones before and after it refuse.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from inspector.runtime.catalog_store import open_store
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.runtime.facts import ClassFacts

STORE = "keras_odd"
# The kinds of value in the order of the rows, and how texts show those that stood for them (`ODD` of the recorder).
_PLAIN = ("none", "text", "integer", "negative", "fraction", "list", "dict", "switch")
# `in_...`: an item of a list; `shorter` and `longer`: a list of one item less or more than the class's own.
KINDS = (*_PLAIN, "wrapped", *(f"in_{kind}" for kind in _PLAIN), "in_list_one", "shorter", "longer")
SHOWN = {
    "none": "None",
    "integer": "7",
    "negative": "-1",
    "fraction": "0.5",
    "list": "[]",
    "dict": "{}",
    "switch": "True",
}
_AS_STORED = frozenset({"integer", "fraction", "switch"})
_WHOLE = frozenset({"integer", "negative"})
_REFUSED = 2  # the least number that is no acceptance
# An unknown word is told from one that was not tried by the words that the text lists: two at least.
_WORD = re.compile(r"""['"][a-z_]+['"]""")
_LISTED = 2
# Texts are kept to a length (`keras_odd_build._LENGTH`); with a place for the value in them they are a little longer.
_CUT = 165
# The number of items that a text asks for; an order of axes is as long as its input has axes.
_COUNTED = re.compile(r"tuple of \d|have \w+ elements|elements|length")
# What a text says of sizes follows from other arguments: a Normalization over all axes takes one mean, not four.
_SIZED = "the requested shape has"
_LISTING = re.compile(r"one of|[Aa]llowed values|[Ss]upported values")


@record
class Odd:
    """What such a value does: refused when the object is made, or when the layer is called (`is_called`)."""

    type: str
    text: str
    is_called: bool


def place_of(kind: str, name: str, module: str) -> str:
    """Give the store's name of a class: some names are had by a layer of TensorFlow 1, or by an old optimizer, too."""
    old = ".legacy" if ".legacy." in module or "optimizer_v2" in module else ""
    old = ".v1" if module.endswith(("_v1", ".normalization")) else old
    return f"{kind}{old}/{name}"


def kind_of(value: Any) -> str | None:
    """Give the kind of odd value that this one would be; None for a serialized object, or a list of several items."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "switch"
    if isinstance(value, int):
        return "negative" if value < 0 else "integer"
    simple = {float: "fraction", str: "text"}.get(type(value))
    if simple is not None:
        return simple
    if isinstance(value, dict):  # plain, unlike a serialized object
        return None if {"class_name", "module"} & value.keys() else "dict"
    return {0: "list", 1: "wrapped"}.get(len(value)) if isinstance(value, list | tuple) else None


def odd_value(release: tuple[str, str], cls: ClassFacts, key: str, value: Any) -> Odd | None:
    """Give what the class of that (flavour, version) raises for that value; None where it takes it, or nobody tried."""
    default, last = (cls.config or {}).get(key), items_of(value)[-1:]
    kind, value = _kind_beside(default, value)
    # Before the store is opened: nearly all values of sound files are of the type of the default.
    if kind is None or (kind in _AS_STORED and kind == kind_of(default)) or _is_number_alike(kind, default, value):
        return None
    found = [_recorded(name, cls, key, kind) for name in _around(*release)]
    if not found or found[0] is None or None in found:
        return None
    # Of a release between two that refuse words each may take one that the other lists.
    for _, text, is_called in (one for one in found if one is not None):
        if not _applies(kind, value, text, is_called=is_called) or not _says_so(kind, key, default, text):
            return None
    exception, text, is_called = found[0]
    # The last item was tried: to a call None stands for an unknown size in other places.
    if is_called and kind == "in_none" and last != [None]:
        return None
    return Odd(exception, text.replace("{value}", str(value)), is_called)


def _is_number_alike(kind: str, default: Any, value: Any) -> bool:
    """Whether it is a number where the class stores one: 0 for 0.0, 2.0 for 2. Trials were made beyond most ranges."""
    if kind in _WHOLE:
        return kind_of(default) == "fraction"
    return kind == "fraction" and kind_of(default) in _WHOLE and value == int(value)


def _kind_beside(default: Any, value: Any) -> tuple[str | None, Any]:
    """The kind of a value where the class stores that one, and the value or item that it is about."""
    items, own = items_of(value), items_of(default)
    if items and own and not (len(items) == 1 and isinstance(items[0], list)):
        return _listed_kind(items, own)
    kind = kind_of(value)
    # A list is no odd value where the class stores one, but for a list in it; nor where it stores None, but for [None].
    alike = (
        (default is None) == (value[0] is None) and bool(own) == isinstance(value[0], list) if kind == "wrapped" else 1
    )
    return (kind if alike else None), value


def _says_so(kind: str, key: str, default: Any, text: str) -> bool:
    """Whether the text names what it takes, where another value of that kind may be right."""
    if kind in {"shorter", "longer"}:
        return f"`{key}`" in text and _COUNTED.search(text) is not None
    return kind != "text" or not isinstance(default, str) or len(_WORD.findall(text)) >= _LISTED


def items_of(value: Any) -> list[Any]:
    """Give the items of a list, as configs hold lists and tuples; none of anything else."""
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    return list(value) if isinstance(value, list | tuple) else []


def _listed_kind(items: list[Any], own: list[Any]) -> tuple[str | None, Any]:
    """The kind of a list where the class stores one itself, and the value that it is about."""
    for index, item in enumerate(items):
        kind = kind_of(item)
        # The last item was tried: None stands for an unknown size in other places.
        if kind is None or kind == kind_of(own[-1]) or (kind == "none" and index != len(items) - 1):
            continue
        # 0 is as good as 0.0 where numbers with a fraction stand; the trial was made with 7 and -1, beyond most ranges.
        if kind in _WHOLE and kind_of(own[-1]) == "fraction":
            continue
        return ("in_list_one" if kind == "wrapped" else f"in_{kind}"), item
    if len(items) == len(own):
        return None, None
    return ("shorter" if len(items) < len(own) else "longer"), items


def _applies(kind: str, value: Any, text: str, *, is_called: bool) -> bool:
    """Whether the trial speaks for this value too: it was made with one number and one word."""
    # The call of a layer depends on how much, a constructor on of what type.
    number = kind.removeprefix("in_")
    if is_called and (kind in {"shorter", "longer"} or _SIZED in text):
        return False
    if is_called and number in {"integer", "negative", "fraction"}:
        return repr(value) == SHOWN[number]
    # A text that lists the words that it takes says itself whether this is one of them; `int("7")` is a number.
    if number == "text" and "literal for int()" in text and str(value).strip().lstrip("+-").isdecimal():
        return False
    # A list of words that was cut short may go on with this one.
    if number == "text" and len(text) >= _CUT and _LISTING.search(text):
        return False
    # Constructors ask for the word in small letters (`conv_utils.normalize_padding`).
    return number != "text" or str(value).lower() not in text.replace("{value}", "")


def _recorded(name: str, cls: ClassFacts, key: str, kind: str) -> tuple[str, str, bool] | None:
    """What that release raised: exception class, text, and whether the layer's call did; None where it took it."""
    store = open_store(STORE)
    place = place_of(cls.kind, cls.name, cls.module)
    row = store.get(name, f"{place}/{key}")
    if row is None and cls.name in (store.get(name, f"{cls.kind}/*") or ()):
        row = store.get(name, f"{place.partition('/')[0]}/*/{key}")
    # Rows end with the last kind that was refused.
    number = row[KINDS.index(kind)] if row and KINDS.index(kind) < len(row) else 0
    if number < _REFUSED:
        return None
    exception, text = store.get(name, f"text/{number // 2}")
    return exception, text, bool(number % 2)


@cache
def _around(flavour: str, version: str) -> tuple[str, ...]:
    """The recorded releases that answer for that one: itself, or the ones before and after, which must agree."""
    line = sorted(
        (numbers(name.partition(" ")[2]), name) for name in open_store(STORE).releases if _line(name) == _line(flavour)
    )
    wanted = numbers(version)
    exact = [name for number, name in line if number == wanted]
    before = [name for number, name in line if number < wanted][-1:]
    after = [name for number, name in line if number > wanted][:1]
    return tuple(exact[:1] or (before + after))


def _line(flavour: str) -> str:
    """Keras 3, or Keras 2 under any of its names: one went on where the other ended."""
    return "3" if flavour.startswith("keras3") else "2"


def numbers(version: str) -> tuple[int, ...]:
    """Give a version as numbers; letters end it."""
    found = []
    for part in version.partition("-")[0].split("."):
        if not part.isdigit():
            break
        found.append(int(part))
    return tuple(found)
