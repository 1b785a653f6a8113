"""Keras' part of the catalog, made from the recorder's documents.

    python -m inspector.runtime.catalog.keras_build RECORD.json ...

adds or replaces the releases that the documents hold; the other releases stay. What each release stores is tried in all
others: `keras_union.py` beside this file joins what a first pass of the recorder found, the second pass is given it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from packaging.version import Version

from inspector.runtime.catalog.keras_pack import pack, unpack
from inspector.runtime.catalog_store import CATALOG, FactStore, write_store
from inspector.runtime.keras_record import entries

TARGET = CATALOG / "keras.zlib"


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
        releases[release_name(record)] = entries(record)
    write_store(TARGET, pack({release: releases[release] for release in sorted(releases, key=_order)}))


if __name__ == "__main__":
    main(sys.argv[1:])
