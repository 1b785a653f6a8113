"""What classes of Keras do with values of another type than their own, made from the recorder's documents.

    python -m inspector.runtime.catalog.keras_odd_build RECORD.json ...

adds or replaces the releases that the documents (`record_odd` of the recorder) hold. Keys of the store:

    KIND/CLASS/ARGUMENT   what each kind of odd value did, in the order of `KINDS`: 0 not odd there, 1 accepted, else
                          the number of a text, doubled; one more where it was the layer's call that raised
    KIND/*                the classes that were tried
    KIND/*/ARGUMENT       the same of most classes that have the argument: those are not listed themselves
    text/NUMBER           [exception class, text], the same numbers in all releases
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from inspector.runtime.catalog_store import CATALOG, FactStore, write_store
from inspector.runtime.odd_values import KINDS, SHOWN, STORE, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TARGET = CATALOG / f"{STORE}.zlib"
# As much as tells texts apart and fills a line of a report; what a text says of the call's arguments comes after it.
_LENGTH = 170
_FIRST = 2  # the least number of a text
_CAUSE = "Exception encountered: "
_NAMES = (("zz_odd", "{value}"), ("zz_layer", "{name}"))


def catalogued(path: Path) -> dict[str, dict[str, Any]]:
    """Give every release that the store has, with texts in the rows; nothing where there is no store yet."""
    if not path.exists():
        return {}
    store = FactStore(path.read_bytes())
    return {release: _unpacked(store.facts(release)) for release in store.releases}


def _unpacked(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: [n if isinstance(n, str) or n < _FIRST else [n % 2, *facts[f"text/{n // 2}"]] for n in row]
        for key, row in facts.items()
        if not key.startswith("text/")
    }


def entries(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keyed facts of one document."""
    rows: dict[str, Any] = {}
    for place, facts in document["classes"].items():
        named = place_of(facts["kind"], facts["name"], place.rpartition(".")[0])
        for key in facts.get("all", facts["keys"]):
            rows[f"{named}/{key}"] = _row(facts["keys"].get(key, {}), document["texts"])
    listed: dict[str, list[str]] = {}
    for facts in document["classes"].values():
        listed.setdefault(f"{facts['kind']}/*", []).append(facts["name"])
    return dict(_without_common(rows)) | {kind: sorted(set(names)) for kind, names in listed.items()}


def _row(row: Mapping[str, int], texts: list[Any]) -> list[Any]:
    found = [_outcome(kind, texts, row.get(kind)) for kind in KINDS]
    while found and isinstance(found[-1], int):
        found.pop()
    return found


def _outcome(kind: str, texts: list[Any], number: int | None) -> Any:
    """The innermost text: what the enclosing calls put around it is known to the loaders."""
    if number is None or number == 1:
        return number or 0
    stage, exception, text = texts[number - 2]
    text = re.sub(r"\s+$", "", text.rpartition(_CAUSE)[2][:_LENGTH])
    for name, mark in _NAMES:
        text = text.replace(name, mark)
    shown = SHOWN.get(kind.removeprefix("in_"))
    if shown is not None and re.search(rf"(: |=|value |got |for |\(|'){re.escape(shown)}(?!\w|\.\d)", text):
        text = re.sub(rf"(: |=|value |got |for |\(|'){re.escape(shown)}(?!\w|\.\d)", r"\1{value}", text)
    # What stands after the place of a value in a list is that value, which is the caller's own.
    if kind == "wrapped":
        text = re.sub(r"(Received: |identifier: |got: |got |=)\[.*", r"\1{value}", text)
    return [int(stage == "called"), exception, text]


def _without_common(rows: Mapping[str, list[Any]]) -> Iterator[tuple[str, list[Any]]]:
    """The rows, with what most classes of a kind do with an argument said once."""
    groups: dict[str, list[str]] = {}
    for key in rows:
        groups.setdefault(f"{key.partition('/')[0]}/*/{key.rpartition('/')[2]}", []).append(key)
    for common, keys in groups.items():
        counted = Counter(json.dumps(rows[key]) for key in keys)
        most = counted.most_common(1)[0][0]
        yield common, json.loads(most)
        yield from ((key, rows[key]) for key in keys if json.dumps(rows[key]) != most)


def packed(releases: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give the releases with numbers for texts."""
    numbers: dict[str, int] = {}
    found: dict[str, dict[str, Any]] = {}
    for release, facts in releases.items():
        rows: dict[str, Any] = {}
        for key, row in facts.items():
            rows[key] = [one if isinstance(one, int | str) else _number(numbers, one) for one in row]
        found[release] = rows
    texts = {f"text/{number}": json.loads(text) for text, number in numbers.items()}
    used = {
        release: {n // 2 for row in rows.values() for n in row if isinstance(n, int)} for release, rows in found.items()
    }
    for release, rows in found.items():
        rows.update({key: text for key, text in texts.items() if int(key[5:]) in used[release]})
    return found


def _number(numbers: dict[str, int], outcome: list[Any]) -> int:
    text = json.dumps(outcome[1:])
    number = numbers.setdefault(text, len(numbers) + 1)
    return number * 2 + int(outcome[0])


def _documents(arguments: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for argument in arguments:
        found = json.loads(Path(argument).read_text(encoding="utf-8"))
        document = found.get("keras_odd", found)
        yield f"{document['flavour']} {document['version'].partition('-')[0]}", entries(document)


def main(arguments: list[str]) -> None:
    """Fold the recorded documents into the catalog."""
    releases = catalogued(TARGET)
    releases.update(_documents(arguments))
    ordered = sorted(releases, key=lambda name: (name.partition(" ")[0], Version(name.partition(" ")[2])))
    write_store(TARGET, packed({release: releases[release] for release in ordered}))


if __name__ == "__main__":
    main(sys.argv[1:])
