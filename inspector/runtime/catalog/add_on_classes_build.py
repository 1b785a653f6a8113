"""The Keras classes of add-ons for the catalog, made from the recorder's documents.

    python -m inspector.runtime.catalog.add_on_classes_build RECORD.json ...

Each document was recorded with `--import` of the modules of one package. Its release is added or replaced.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from inspector.runtime.catalog.tensorflow_build import catalogued
from inspector.runtime.catalog_store import CATALOG, write_store

TARGET = CATALOG / "add_on_classes.zlib"
_KEPT = ("name", "module", "kind", "parameters", "kwargs")


def facts_of(document: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give the release `PACKAGE==VERSION` that a document records, with the store's keys and values."""
    entry = next(e for e in document["imports"] if e["error"] is None and e["package"])
    top, keras = entry["module"].partition(":")[0].partition(".")[0], document["keras"]
    facts: dict[str, Any] = {}
    for registered, record in _records(keras):
        if record["module"].partition(".")[0] == top:
            kept = {key: record[key] for key in _KEPT if key in record}
            facts.setdefault(f"class/{record['name']}", []).append(kept | {"registered_name": registered})
    own = keras["root"].partition(".")[0]
    tops = {record["module"].partition(".")[0] for _, record in _records(keras)}
    facts[f"module/{top}"] = sorted(tops - {top, own, "tensorflow", "tensorflow_core"})
    return f"{entry['package']}=={document['packages'][entry['package']]}", facts


def _records(keras: dict[str, Any]) -> list[tuple[str | None, dict[str, Any]]]:
    return [*keras["registered"].items(), *((None, record) for record in keras["subclasses"])]


def main(arguments: list[str]) -> None:
    """Fold the recorded documents into the catalog."""
    documents = [json.loads(Path(argument).read_text(encoding="utf-8")) for argument in arguments]
    releases = catalogued(TARGET) | dict(facts_of(document) for document in documents)
    write_store(TARGET, {release: releases[release] for release in sorted(releases)})


if __name__ == "__main__":
    main(sys.argv[1:])
