"""The trials of one class on one path as the catalog keeps them: what all releases tried once, outcomes by number.

All releases of a class share one table, `class/NAME/PATH/table`: {keys: [key], values: [[value]], texts: [[type,
text]]}. What a release did is a row of numbers against it, `class/NAME/PATH`: {module: [base, [unknown], {key: number},
keys, order]}. `keys` has an item for each key of the table: 1 (every value accepted), 0 (refused as any unknown key),
null (not tried) or a number for each value. The number 1 is acceptance, others count the texts from 2. `order` holds
places in `keys`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from inspector.runtime.facts import Rejected
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

# Texts begin alike: what Keras 3 and Keras 2.12+ put before the cause is kept as a mark.
_MARKS = {
    "{not}": (
        "<class '{module}.{name}'> could not be deserialized properly. Please ensure that components that are Python "
        "object instances (layers, models, etc.) returned by `get_config()` are explicitly deserialized in the model's "
        "`from_config()` method.\n\nconfig={config}.\n\nException encountered: "
    ),
    "{new}": "Error when deserializing class '{name}' using config={inner}.\n\nException encountered: ",
}


def shortened(text: str, name: str, module: str) -> str:
    """The text with marks for what texts of that class begin with."""
    for mark, words in _MARKS.items():
        text = text.replace(_of_class(words, name, module), mark)
    return text.replace(f"{module}.{name}", "{path}")


@lru_cache(maxsize=4096)  # the texts of one model's classes in all releases: they mostly share them
def lengthened(text: str, name: str, module: str) -> str:
    """The whole text again."""
    text = text.replace("{path}", f"{module}.{name}")
    for mark, words in _MARKS.items():
        text = text.replace(mark, _of_class(words, name, module))
    return text


def _of_class(words: str, name: str, module: str) -> str:
    return words.replace("{module}", module).replace("{name}", name)


@record
class Trials:
    """What one class did on one path in one release; `table` and `row` as described above."""

    name: str
    module: str
    table: Mapping[str, Any]
    row: list[Any]
    # What was looked up, by key and by number: every load asks again for the same few.
    keys: dict[str, int | list[tuple[Any, int]] | None] = field(default_factory=dict, compare=False, repr=False)
    outcomes: dict[int, Rejected | bool] = field(default_factory=lambda: {1: True}, compare=False, repr=False)

    @property
    def base(self) -> Rejected | bool:
        """What its own default config did."""
        return self.outcome(self.row[0])

    def unknown(self, count: int) -> Rejected | bool:
        """What one or two unknown keys did; False where they were not tried because the default config was refused."""
        return self.outcome(self.row[1][count - 1]) if len(self.row) > 1 else False

    def without(self, key: str) -> Rejected | bool:
        """What leaving out that key did."""
        return self.outcome(self.row[2].get(key, 1)) if len(self.row) > 1 else False

    def key(self, key: str) -> int | list[tuple[Any, int]] | None:
        """1, 0, None as described above; else each value that was tried with its number."""
        if key not in self.keys:
            self.keys[key] = self._tried(key)
        return self.keys[key]

    def _tried(self, key: str) -> int | list[tuple[Any, int]] | None:
        # A key of a newer release that this one was never asked: no answer is not a refusal.
        if len(self.row) < _FULL or key not in self.table["keys"]:
            return None
        place = self.table["keys"].index(key)
        found = self.row[3][place] if place < len(self.row[3]) else None
        if not isinstance(found, list):
            return int(found) if found is not None else None
        pairs = zip(self.table["values"][place], found, strict=False)
        return [(value, number) for value, number in pairs if number is not None]

    def values(self, key: str) -> list[Any]:
        """Every value of that key that any release tried."""
        keys = self.table["keys"]
        return list(self.table["values"][keys.index(key)]) if key in keys else []

    def order(self) -> tuple[str, ...]:
        """The refused keys in the order in which they are met."""
        return tuple(self.table["keys"][place] for place in self.row[4]) if len(self.row) == _FULL else ()

    def outcome(self, number: int) -> Rejected | bool:
        """The outcome of that number."""
        found = self.outcomes.get(number)
        if found is None:
            kind, text = self.table["texts"][number - 2]
            found = self.outcomes[number] = Rejected(kind, lengthened(text, self.name, self.module))
        return found


_FULL = 5  # items of a row whose default config was accepted
