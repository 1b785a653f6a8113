"""Keras' part of the catalog, made from the recorder's documents.

    python -m inspector.runtime.catalog.keras_build RECORD.json ...

adds or replaces the releases that the documents hold; the other releases stay. What each release stores is tried in all
others: `keras_union.py` beside this file joins what a first pass of the recorder found, the second pass is given it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from inspector.runtime.catalog.keras_pack import pack, unpack
from inspector.runtime.catalog.keras_union import without_code
from inspector.runtime.catalog_store import CATALOG, FactStore, write_store
from inspector.runtime.keras_record import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = CATALOG / "keras.zlib"

# Patch releases that deserialize as another does: their sources differ in no file that a trial reaches (what differs is
# saving_lib, file_editor, datasets, exporting, ...). Made by comparing the packages file by file.
ALIKE = {
    "3.3.0": "3.3.2",
    "3.3.1": "3.3.2",
    "3.9.0": "3.9.2", "3.9.1": "3.9.2",
    "3.11.0": "3.11.2", "3.11.1": "3.11.2",
    "3.12.1": "3.12.0", "3.12.2": "3.12.0", "3.12.3": "3.12.4",
    "3.13.0": "3.13.2", "3.13.1": "3.13.2",
    "3.14.0": "3.14.1",
    "3.15.0": "3.15.1",
}  # fmt: skip


def catalogued(path: Path) -> dict[str, dict[str, Any]]:
    """Give every release that the store has; nothing where there is no store yet."""
    if not path.exists():
        return {}
    store = FactStore(path.read_bytes())
    return {release: unpack(store.facts(release)) for release in store.releases}


def release_name(record: dict[str, Any]) -> str:
    """Give the store's name of a recorded release: flavour and version (a bundled Keras goes by its TensorFlow's)."""
    return f"{record['flavour']} {record['version'].partition('-')[0]}"


def _order(release: str) -> tuple[str, Version]:
    flavour, _, version = release.partition(" ")
    return flavour, Version(version)


def main(arguments: list[str]) -> None:
    """Fold the recorded documents into the catalog."""
    releases = catalogued(TARGET)
    for argument in arguments:
        document = json.loads(Path(argument).read_text(encoding="utf-8"))
        record = document.get("keras", document)
        # Bytecode differs with each Python that recorded: in the store every release would be another variant.
        classes = {place: without_code(facts) for place, facts in record["classes"].items()}
        releases[release_name(record)] = entries(record | {"classes": classes})
    # After the recorded ones, of which they are copies: a release that is recorded anew takes its likes along.
    releases |= dict(_alike(releases))
    write_store(TARGET, pack({release: releases[release] for release in sorted(releases, key=_order)}))


def _alike(releases: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for version, other in ALIKE.items():
        facts = releases.get(f"keras3 {other}")
        if facts is not None:
            yield f"keras3 {version}", facts | {"about": facts["about"] | {"version": version}}


if __name__ == "__main__":
    main(sys.argv[1:])
