"""The add-ons' part of the catalog, made from the recorder's documents.

    python -m inspector.runtime.catalog.add_ons_build RECORD.json ...

Each document was recorded with `--import` of the modules of one package. Its release is added or replaced.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from inspector.runtime.catalog.tensorflow_build import catalogued
from inspector.runtime.catalog_store import CATALOG, write_store

TARGET = CATALOG / "add_ons.zlib"


def facts_of(document: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give the release `PACKAGE==VERSION` that a document records, with the store's keys and values."""
    imports = [entry for entry in document["imports"] if entry["error"] is None]
    package = imports[0]["package"]
    modules = {entry["module"]: {"ops": entry["ops"], "brings": entry["brings"]} for entry in imports}
    facts: dict[str, Any] = {f"module/{name}": brought for name, brought in modules.items()}
    facts["fact/modules"] = list(modules)
    # An add-on's library is built against one minor version of TensorFlow: this says which one loaded it.
    facts["fact/recorded_with"] = document["tensorflow"]["version"]
    for op in {op for brought in modules.values() for op in brought["ops"]}:
        facts[f"op/{op}"] = document["tensorflow"]["ops"][op]
        if op in document["tensorflow"]["kernels"]:
            facts[f"kernels/{op}"] = document["tensorflow"]["kernels"][op]
    return f"{package}=={document['packages'][package]}", facts


def is_usable(document: dict[str, Any]) -> bool:
    """Whether the first import worked: a package that failed to import says nothing of what it registers."""
    return document["imports"][0]["error"] is None and document["imports"][0]["package"] is not None


def attributed(releases: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give the releases with each op left to the package that registers it, not to those that import that package."""
    packages = {module: name.partition("==")[0] for name, facts in releases.items() for module in facts["fact/modules"]}
    by_package: dict[str, set[str]] = {}
    for release, facts in releases.items():
        by_package.setdefault(release.partition("==")[0], set()).update(_all_ops(facts))
    return {release: _own(facts, packages, by_package) for release, facts in releases.items()}


def _own(facts: dict[str, Any], packages: dict[str, str], by_package: dict[str, set[str]]) -> dict[str, Any]:
    modules = {key: value for key, value in facts.items() if key.startswith("module/")}
    brought = {packages[top] for value in modules.values() for top in value["brings"] if top in packages}
    others = set().union(*(by_package[package] for package in brought))
    own = {key: value | {"ops": [op for op in value["ops"] if op not in others]} for key, value in modules.items()}
    return {key: value for key, value in (facts | own).items() if key.partition("/")[2] not in others}


def _all_ops(facts: dict[str, Any]) -> set[str]:
    return {op for name in facts["fact/modules"] for op in facts[f"module/{name}"]["ops"]}


def main(arguments: list[str]) -> None:
    """Fold the recorded documents into the catalog."""
    documents = [json.loads(Path(argument).read_text(encoding="utf-8")) for argument in arguments]
    # With those of the catalog: whose op it is can only be told beside the package that it came with.
    releases = attributed(catalogued(TARGET) | dict(facts_of(d) for d in documents if is_usable(d)))
    write_store(TARGET, {release: releases[release] for release in sorted(releases)})


if __name__ == "__main__":
    main(sys.argv[1:])
