"""What all recorded releases of Keras store and how they name things, for the second pass of the recorder.

`python -m inspector.runtime.catalog.keras_union RECORD.json ... > union.json` joins the documents of the first pass.
"""

from __future__ import annotations

import json
import re
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

# Values of one key: more are other spellings of the same (layer names, paths), and each costs a trial in every release.
VALUES = 12
# A marshalled code object as Lambda stores it (type `c`, its reference flag set or not), and what is kept of it: code
# differs with every interpreter, and names the folders of the machine that it was recorded on.
_CODE = re.compile(r"(?:4[w-z]|Y[w-z])[A-Za-z0-9+/\n]{40,}=*\n?")
_ANY_CODE = "4w=="


def without_code(value: Any) -> Any:
    """Give a stored value with a mark in the place of code objects."""
    if isinstance(value, str):
        return _ANY_CODE if _CODE.fullmatch(value) else value
    if isinstance(value, dict):
        return {key: without_code(item) for key, item in value.items()}
    return [without_code(item) for item in value] if isinstance(value, list) else value


def union_of(records: list[dict[str, Any]], known: dict[str, Any] | None = None) -> dict[str, Any]:
    """Give {union: {kind:class: {path: {key: [values]}}}, names: {family: [names]}}, added to a `known` one."""
    names: dict[str, set[str]] = {family: set(found) for family, found in (known or {}).get("names", {}).items()}
    union: dict[str, dict[str, dict[str, list[Any]]]] = deepcopy((known or {}).get("union", {}))
    for record in records:
        for family, found in record["names"].items():
            names.setdefault(family, set()).update(found)
        for facts in record["classes"].values():
            for path, emits in facts.get("emits", {}).items():
                _merge(union.setdefault(f"{facts['kind']}:{facts['name']}", {}).setdefault(path, {}), emits)
    return {"union": union, "names": {family: sorted(found) for family, found in names.items()}}


def _merge(known: dict[str, list[Any]], emits: dict[str, list[Any]]) -> None:
    for key, values in emits.items():
        # Automatic names: any text is taken, and each would cost a trial.
        if key != "name":
            merged = known.setdefault(key, [])
            for value in map(without_code, values):
                if value not in merged and len(merged) < VALUES:
                    merged.append(value)


def main(arguments: list[str]) -> None:
    """Print the union of the documents."""
    documents = [json.loads(Path(a).read_text(encoding="utf-8")) for a in arguments]
    json.dump(union_of([d.get("keras", d) for d in documents]), sys.stdout, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
