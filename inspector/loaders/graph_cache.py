"""Work on an artifact that no runtime changes is done once, so that judging it against many costs what differs."""

from __future__ import annotations

from collections import OrderedDict
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
R = TypeVar("R")

# Artifacts are judged one after the other against all their runtimes: a few in hand are enough, and more would keep
# large models in memory.
_KEPT = 4


def once_per_object(function: Callable[[T], R]) -> Callable[[T], R]:
    """Remember the answers for the last few objects, told apart by identity: views of messages have no useful hash."""
    kept: OrderedDict[int, tuple[T, R]] = OrderedDict()

    @wraps(function)
    def remembered(key: T) -> R:
        found = kept.get(id(key))
        if found is None:
            found = kept[id(key)] = (key, function(key))
            if len(kept) > _KEPT:
                kept.popitem(last=False)
        return found[1]

    return remembered


def first_of_each(items: list[Any], key: Callable[[Any], Any]) -> list[Any]:
    """The items without those whose key came before, in order."""
    seen: dict[Any, Any] = {}
    for item in items:
        seen.setdefault(key(item), item)
    return list(seen.values())
