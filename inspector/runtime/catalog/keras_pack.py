"""Packs the trials of all releases for the catalog, and unpacks them to fold new releases in (see keras_trials.py)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.runtime.keras_trials import Trials, lengthened, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

Entries = dict[str, Any]


class Table:
    """A growing table of one class and path."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.values: list[list[Any]] = []
        self.texts: list[list[str]] = []
        self._seen: dict[str, int] = {}

    def place(self, key: str) -> int:
        """Give the place of a key, adding it."""
        if key not in self.keys:
            self.keys.append(key)
            self.values.append([])
        return self.keys.index(key)

    def value(self, place: int, value: Any) -> int:
        """Give the place of a value among those of its key, adding it."""
        name = f"{place} {json.dumps(value, sort_keys=True)}"
        if name not in self._seen:
            self._seen[name] = len(self.values[place])
            self.values[place].append(value)
        return self._seen[name]

    def number(self, outcome: Any, name: str, module: str) -> int:
        """Give the number of an outcome, adding its text."""
        if outcome == 1:
            return 1
        row = [outcome[0], shortened(outcome[1], name, module)]
        if row not in self.texts:
            self.texts.append(row)
        return self.texts.index(row) + 2

    def packed(self) -> dict[str, Any]:
        """Give the table as it is stored."""
        return {"keys": self.keys, "values": self.values, "texts": self.texts}


def _trial_keys(entries: Entries) -> Iterator[str]:
    return (key for key in entries if key.startswith("class/") and key.count("/") > 1 and not key.endswith("/table"))


def pack(releases: dict[str, Entries]) -> dict[str, Entries]:
    """Give the releases with their trials as rows of shared tables."""
    tables: dict[str, Table] = {}
    packed = {name: dict(entries) for name, entries in releases.items()}
    for entries in packed.values():
        for key in list(_trial_keys(entries)):
            table = tables.setdefault(key, Table())
            name = key.split("/")[1]
            entries[key] = {module: _row(table, name, module, found) for module, found in entries[key].items()}
    for entries in packed.values():
        for key in list(_trial_keys(entries)):
            # In a second round: a table has grown to its end only then, and all releases share the one that is stored.
            entries[f"{key}/table"] = tables[key].packed()
    return packed


def _row(table: Table, name: str, module: str, found: dict[str, Any]) -> list[Any]:
    def number(n: int) -> int:
        return 1 if n == 1 else table.number(found["texts"][n - 2], name, module)

    # The class refused its own default config: nothing else could be tried.
    if "keys" not in found:
        return [number(found["base"])]
    columns: dict[int, Any] = {}
    for key, outcome in found["keys"].items():
        place = table.place(key)
        columns[place] = outcome if isinstance(outcome, int) else _numbers(table, place, outcome, number)
    keys = [columns.get(place) for place in range(max(columns, default=-1) + 1)]
    without = {key: number(n) for key, n in found["without"].items()}
    order = [table.place(key) for key in found["order"]]
    return [number(found["base"]), [number(n) for n in found["unknown"]], without, keys, order]


def _numbers(table: Table, place: int, rows: list[Any], number: Any) -> list[int | None]:
    found = {table.value(place, value): number(n) for value, n in rows}
    return [found.get(i) for i in range(max(found) + 1)]


def unpack(entries: Entries) -> Entries:
    """Give one release's entries with its trials as `keras_record.entries` makes them."""
    plain = {key: value for key, value in entries.items() if not key.endswith("/table")}
    for key in list(_trial_keys(entries)):
        table, name = entries[f"{key}/table"], key.split("/")[1]
        rows = entries[key].items()
        plain[key] = {module: _unpacked(Trials(name, module, table, row)) for module, row in rows}
    return plain


def _unpacked(trials: Trials) -> dict[str, Any]:
    row, table = trials.row, trials.table
    texts = [[kind, lengthened(text, trials.name, trials.module)] for kind, text in table["texts"]]
    if len(row) == 1:
        return {"base": row[0], "texts": texts}
    found = {key: trials.key(key) for key in table["keys"]}
    keys = {k: v if isinstance(v, int) else [list(pair) for pair in v] for k, v in found.items() if v is not None}
    order = list(trials.order())
    return {"base": row[0], "unknown": row[1], "without": row[2], "keys": keys, "order": order, "texts": texts}
