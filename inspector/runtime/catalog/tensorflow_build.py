"""TensorFlow's part of the catalog, made from the recorder's documents.

    python -m inspector.runtime.catalog.tensorflow_build RECORD.json ...

adds or replaces the releases that the documents hold; the other releases stay.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from packaging.version import Version

from inspector.runtime.catalog_store import CATALOG, FactStore, write_store

TARGET = CATALOG / "tensorflow.zlib"
_FACTS = ("git_version", "graph_def", "eager", "loaders")


def facts_of(record: dict[str, Any]) -> dict[str, Any]:
    """Give a `tensorflow` record as the store's keys and values."""
    facts = {f"fact/{name}": record[name] for name in _FACTS}
    facts |= {f"op/{name}": op for name, op in record["ops"].items()}
    facts |= {f"kernels/{name}": kernels for name, kernels in record["kernels"].items()}
    facts |= {f"behaviour/{name}": found for name, found in record.get("behaviours", {}).items()}
    # A key for each name: as one list the gradients would be stored anew with every release that adds one.
    return facts | {f"gradient/{name}": True for name in record["gradients"]}


def catalogued(path: Path) -> dict[str, dict[str, Any]]:
    """Give every release that the store has; nothing where there is no store yet."""
    if not path.exists():
        return {}
    store = FactStore(path.read_bytes())
    return {release: store.facts(release) for release in store.releases}


def main(arguments: list[str]) -> None:
    """Fold the recorded documents into the catalog."""
    releases = catalogued(TARGET)
    for argument in arguments:
        record = json.loads(Path(argument).read_text(encoding="utf-8"))["tensorflow"]
        releases[record["version"]] = facts_of(record)
    # By version: as text 2.10 stands before 2.2, and the order of the store is that of "oldest first".
    write_store(TARGET, {release: releases[release] for release in sorted(releases, key=Version)})


if __name__ == "__main__":
    main(sys.argv[1:])
