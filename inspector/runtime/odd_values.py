"""What the classes of a Keras release do with a value of another type than their own: recorded by trying.

A release that was not recorded answers as the last one before it; the store has every boundary that trials showed.
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
_REFUSED = 2  # the least number that is no acceptance
# An unknown word is told from one that was not tried by the words that the text lists: two at least.
_WORD = re.compile(r"""['"][a-z_]+['"]""")
_LISTED = 2


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
    """Give the kind of odd value that this one would be; None for a dict or list with something in it.

    A list of one may be a value in a list.
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "switch"
    if isinstance(value, int):
        return "negative" if value < 0 else "integer"
    simple = {float: "fraction", str: "text"}.get(type(value))
    if simple is not None:
        return simple
    if not value:
        return "list" if isinstance(value, list | tuple) else "dict"
    return "wrapped" if isinstance(value, list) and len(value) == 1 else None


def odd_value(release: tuple[str, str], cls: ClassFacts, key: str, value: Any) -> Odd | None:
    """Give what the class of that (flavour, version) raises for that value; None where it takes it, or nobody tried."""
    kind = kind_of(value)
    # Before the store is opened: nearly all values of sound files are of the type of the default.
    if kind in _AS_STORED and kind == kind_of((cls.config or {}).get(key)):
        return None
    name = _nearest(*release)
    default = (cls.config or {}).get(key)
    items, own = items_of(value), items_of(default)
    if items and own and not (len(items) == 1 and isinstance(items[0], list)):
        kind, value = _listed_kind(items, own)
    if kind is None or name is None or (kind == "wrapped" and bool(own) != isinstance(value[0], list)):
        return None
    store = open_store(STORE)
    place = place_of(cls.kind, cls.name, cls.module)
    row = store.get(name, f"{place}/{key}") or store.get(name, f"{place.partition('/')[0]}/*/{key}")
    # Rows end with the last kind that was refused.
    number = row[KINDS.index(kind)] if row and KINDS.index(kind) < len(row) else 0
    if number < _REFUSED:
        return None
    exception, text = store.get(name, f"text/{number // 2}")
    is_called = bool(number % 2)
    # How long a list must be is the class's own matter only where the text says so of that argument.
    if kind in {"shorter", "longer"} and (is_called or f"`{key}`" not in text):
        return None
    if not _applies(kind, value, text, is_called=is_called):
        return None
    if kind == "text" and isinstance(default, str) and len(_WORD.findall(text)) < _LISTED:
        return None
    return Odd(exception, text.replace("{value}", str(value)), is_called)


def items_of(value: Any) -> list[Any]:
    """Give the items of a list, as configs hold lists and tuples; none of anything else."""
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    return list(value) if isinstance(value, list | tuple) else []


def _listed_kind(items: list[Any], own: list[Any]) -> tuple[str | None, Any]:
    """The kind of a list where the class stores one itself, and the value that it is about."""
    for item in items:
        kind = kind_of(item)
        if kind is not None and kind != kind_of(own[-1]):
            return ("in_list_one" if kind == "wrapped" else f"in_{kind}"), item
    if len(items) == len(own):
        return None, None
    # A list of other items may have another length: only those that differ in the number alone were tried.
    return ("shorter" if len(items) < len(own) else "longer"), items


def _applies(kind: str, value: Any, text: str, *, is_called: bool) -> bool:
    """Whether the trial speaks for this value too: it was made with one number and one word."""
    # The call of a layer depends on how much, a constructor on of what type.
    number = kind.removeprefix("in_")
    if is_called and number in {"integer", "negative", "fraction"}:
        return repr(value) == SHOWN[number]
    # A text that lists the words that it takes says itself whether this is one of them; `int("7")` is a number.
    if number == "text" and "literal for int()" in text and str(value).strip().lstrip("+-").isdecimal():
        return False
    return number != "text" or str(value) not in text.replace("{value}", "")


@cache
def _nearest(flavour: str, version: str) -> str | None:
    """The recorded release that answers for that one: the last of its line that is not newer, else the first."""
    line = [
        (numbers(name.partition(" ")[2]), name) for name in open_store(STORE).releases if _line(name) == _line(flavour)
    ]
    before = [one for one in line if one[0] <= numbers(version)]
    if before:
        return max(before)[1]
    return min(line)[1] if line else None


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
