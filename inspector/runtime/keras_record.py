"""What the recorder says of a Keras, cut into the small keyed facts that the catalog keeps and `keras_facts` asks for.

    about                    {version, flavour, root, python, registry}
    class/NAME               [class or function of that name, ...]
    class/NAME/legacy        {module: trials on that path}; so with /v3
    export/keras.layers.X    [name, module, whether the `.keras` loader's own registry has that public name]
    name/FAMILY/NAME         [name, module]: what the family's table (`keras.layers.deserialize`, ...) holds under NAME
    module/NAME              1
    identifiers/FAMILY/PATH  what identifiers of that family raise
    behaviours               {trial: outcome}
    registered/NAME          a class that an import registered

An outcome is 1 (accepted) or [exception class, text].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ABOUT = ("version", "flavour", "root", "python", "registry")


def entries(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keyed facts of a record, as `record_keras` of the recorder prints it."""
    found: dict[str, Any] = {"about": {name: record.get(name) for name in ABOUT}}
    found |= {f"module/{name}": 1 for name in record["modules"]}
    for family, table in record["tables"].items():
        found |= {f"name/{family}/{name}": target for name, target in table.items()}
    texts = record["texts"]
    found |= {f"identifiers/{key}": _resolved(value, texts) for key, value in record["identifiers"].items()}
    found["behaviours"] = {name: outcome(number, texts) for name, number in record["behaviours"].items()}
    found |= {f"registered/{name}": value for name, value in record.get("registered", {}).items()}
    for facts in record["classes"].values():
        _add_class(found, facts, texts)
    return found


def outcome(number: int, texts: list[Any]) -> Any:
    """The outcome of that number: 1, or [exception class, text]."""
    return 1 if number == 1 else texts[number - 2]


def _resolved(rows: Mapping[str, Any], texts: list[Any]) -> dict[str, Any]:
    known = {key: outcome(value, texts) for key, value in rows.items() if isinstance(value, int)}
    rejects = {name: outcome(number, texts) for name, number in rows.get("rejects", {}).items()}
    return known | {"resolves": rows.get("resolves", []), "rejects": rejects}


def _add_class(found: dict[str, Any], facts: Mapping[str, Any], texts: list[Any]) -> None:
    name, module = facts["name"], facts["module"]
    found.setdefault(f"class/{name}", []).append(_described(facts))
    for path, trials in facts.get("trials", {}).items():
        found.setdefault(f"class/{name}/{path}", {})[module] = dict(_trials(trials, texts))
    for public in facts["symbols"]:
        found[f"export/{public}"] = [name, module, 1]
    for public in facts["exports"]:
        # After the registry's own names, which it must not overrule.
        found.setdefault(f"export/{public}", [name, module, 0])


def _described(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The description of a class without its trials, empty fields left out."""
    kept = ("name", "kind", "module", "exports", "symbols", "registered_name", "parameters", "kwargs", "function")
    described = {key: facts[key] for key in kept if facts.get(key)}
    stored = {path: value.get("config") for path, value in facts.get("stored", {}).items()}
    if "legacy" in stored or "v3" in stored:
        described["config"] = stored.get("legacy", stored.get("v3"))
    if stored.get("v3") is not None and set(stored["v3"]) != set(described["config"]):
        described["config_v3"] = stored["v3"]
    return described


def _trials(trials: Mapping[str, Any], texts: list[Any]) -> Iterator[tuple[str, Any]]:
    """The trials with their texts in a list of their own: numbers of the record mean nothing outside it."""
    own: list[Any] = []

    def number(n: int) -> int:
        if n == 1:
            return 1
        row = texts[n - 2]
        if row not in own:
            own.append(row)
        return own.index(row) + 2

    yield "base", number(trials["base"])
    if "unknown" in trials:
        yield "unknown", [number(n) for n in trials["unknown"]]
        yield "without", {key: number(n) for key, n in trials["without"].items()}
        keys = trials["keys"]
        yield "keys", {k: f if isinstance(f, int) else [[v, number(n)] for v, n in f] for k, f in keys.items()}
        yield "order", trials["order"]
    yield "texts", own
