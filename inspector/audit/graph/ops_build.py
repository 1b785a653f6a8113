"""Makes data/risky_ops.json from the recorded registries and the table of capabilities.

    python -m inspector.audit.graph.ops_build

Every argument of the table must be one of the op's in each recorded release; what is recorded of it (position,
statefulness, releases) is taken from there, so that nothing of it is typed by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.runtime.catalog_store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATA = Path(__file__).parents[1] / "data"
TARGET = DATA / "risky_ops.json"
TABLE = DATA / "op_capabilities.tsv"
# Words in the names of string arguments that name a file, a folder or an address.
PLACE_WORDS = ("file", "path", "dir", "address", "url", "uri", "endpoint", "end_point")
# String arguments with such a word that name no place: directions of an RNN, a host's part of a TPU program, stored
# bytes that are no path.
NO_PLACES = frozenset({"direction"})


def text() -> str:
    """What risky_ops.json must hold."""
    store = open_store("tensorflow")
    names = [key[3:] for key in store.keys() if key.startswith("op/")]  # noqa: SIM118 - a store is no mapping
    data = {
        "ops": {op: _op(op, can, arguments) for op, can, arguments in rows()},
        "stateful_calls": " ".join(name for name in names if _calls_statefully(name)),
        "calls": " ".join(name for name in names if _calls(name)),
        "recorded": " ".join(names),
        "add_ons": _add_ons(),
    }
    return json.dumps(data, separators=(",", ":")).replace('],"', '],\n"').replace('},"', '},\n"') + "\n"


def rows() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The table: op, capability, arguments."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            op, can, arguments = line.split("\t")
            yield op, can, tuple(arguments.split())


def unlisted() -> Iterator[tuple[str, str]]:
    """(op, argument) where a recorded op has an argument that names a place, and the table has no line for the op."""
    listed = {op for op, _, _ in rows()}
    for key in open_store("tensorflow").keys():  # noqa: SIM118 - a store is no mapping
        if key.startswith("op/") and key[3:] not in listed:
            yield from ((key[3:], name) for name in _place_names(_records(key[3:])))


def _place_names(records: list[Mapping[str, Any]]) -> set[str]:
    inputs = {arg[0] for record in records for arg in record.get("in", ()) if arg[1].endswith("string")}
    attrs = {attr["name"] for record in records for attr in record.get("attr", ()) if "string" in attr["type"]}
    return {n for n in (inputs | attrs) - NO_PLACES if any(word in n.lower() for word in PLACE_WORDS)}


def _records(op: str) -> list[Mapping[str, Any]]:
    return [record for _, record in open_store("tensorflow").variants(f"op/{op}")]


def _op(op: str, can: str, arguments: tuple[str, ...]) -> list[Any]:
    """Capability, (argument, position) pairs, position of the contents, statefulness, first and last recorded release.

    An attribute has the position -1, and so have contents that there are none of.
    """
    store = open_store("tensorflow")
    named = {release for releases, _ in store.variants(f"op/{op}") for release in releases}
    releases = [release for release in store.releases if release in named]
    records = _records(op)
    stateful = any("is_stateful" in record.get("flags", ()) for record in records)
    places = [place for argument in arguments if argument[0] != "<" for place in _place(op, argument, records)]
    contents = [place for argument in arguments if argument[0] == "<" for place in _place(op, argument[1:], records)]
    return [
        can,
        places,
        contents[0][1] if contents else -1,
        int(stateful),
        *(releases[:1] + releases[-1:] if releases else ("", "")),
    ]


def _place(op: str, argument: str, records: list[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """Where the argument stands: nowhere if it is not in any recorded release of a recorded op."""
    if argument.startswith("@"):
        if records and not any(a["name"] == argument[1:] for r in records for a in r.get("attr", ())):
            raise ValueError(f"{op} has no attribute {argument[1:]}")
        yield [argument[1:], -1]
        return
    found = {[arg[0] for arg in record.get("in", ())].index(argument) for record in records}
    if len(found) > 1:
        raise ValueError(f"{argument} of {op} stands at {sorted(found)}")
    yield from ([argument, position] for position in found)


def _calls(op: str) -> bool:
    return any("func" in attr["type"] for record in _records(op) for attr in record.get("attr", ()))


def _calls_statefully(op: str) -> bool:
    return _calls(op) and any("is_stateful" in record.get("flags", ()) for record in _records(op))


def _add_ons() -> dict[str, str]:
    """By distribution, the ops that its modules register."""
    store = open_store("add_ons")
    found: dict[str, set[str]] = {}
    for key in store.keys():  # noqa: SIM118 - a store is no mapping
        if key.startswith("op/"):
            for releases, _ in store.variants(key):
                for release in releases:
                    found.setdefault(release.partition("==")[0], set()).add(key[3:])
    return {package: " ".join(sorted(ops)) for package, ops in sorted(found.items())}


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
