"""Keras classes that packages beside Keras define: which package has a class, and what importing a module registers.

The catalog's releases are `PACKAGE==VERSION`. A class counts at load only where a decorator registered it and the
process imports its package; the others are what `custom_objects` must name: they say where an unknown class comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.runtime.catalog_store import open_store
from inspector.runtime.distributions import release as numbers
from inspector.terms.runtime import CustomObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STORE = "add_on_classes"


def packages_with_class(name: str) -> tuple[str, ...]:
    """Give the packages (canonical names) that define a Keras class of that name, or register one as `package>Name`."""
    bare = name.rpartition(">")[2]
    found: dict[str, None] = {}
    for releases, records in open_store(STORE).variants(f"class/{bare}"):
        if name == bare or any(record["registered_name"] == name for record in records):
            found |= dict.fromkeys(release.partition("==")[0] for release in releases)
    return tuple(found)


def imported_objects(imports: Iterable[str], packages: Mapping[str, str]) -> tuple[CustomObject, ...]:
    """Give what importing these modules registers, where their packages are installed.

    The recorded release nearest to the installed one speaks for it; constructors are told of recorded releases only.
    """
    found: dict[str, CustomObject] = {}
    for release, exact in _releases(imports, packages):
        for key, records in open_store(STORE).facts(release).items():
            if key.startswith("class/"):
                found |= {r["registered_name"]: _object(r, exact=exact) for r in records if r["registered_name"]}
    return tuple(found.values())


def _releases(imports: Iterable[str], packages: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """The recorded releases that stand for what is imported, what those import in turn among them."""
    store = open_store(STORE)
    waiting = {name.partition(":")[0].partition(".")[0] for name in imports}
    seen: set[str] = set()
    while waiting - seen:
        # The smallest name first: sets have another order in every process, and the first that registers a name counts.
        module = min(waiting - seen)
        seen.add(module)
        having = [release for named, _ in store.variants(f"module/{module}") for release in named]
        chosen = _nearest(having, packages)
        if chosen is not None:
            waiting |= set(store.get(chosen, f"module/{module}"))
            package, _, version = chosen.partition("==")
            yield chosen, packages[package] == version


def _nearest(having: list[str], packages: Mapping[str, str]) -> str | None:
    """The newest recorded release that is not newer than the installed one, else the oldest; None if not installed."""
    installed = [r for r in having if r.partition("==")[0] in packages]
    if not installed:
        return None
    wanted = numbers(packages[installed[0].partition("==")[0]])
    ordered = sorted(installed, key=lambda r: numbers(r.partition("==")[2]))
    return next((r for r in reversed(ordered) if numbers(r.partition("==")[2]) <= wanted), ordered[0])


def _object(record: Mapping[str, Any], *, exact: bool) -> CustomObject:
    parameters: Mapping[str, bool] | None = record.get("parameters") if exact else None
    return CustomObject(
        name=record["name"],
        registered_name=record["registered_name"],
        parameters=None if parameters is None else tuple(parameters),
        required=tuple(p for p, required in (parameters or {}).items() if required),
        has_kwargs=parameters is None or record["kwargs"],
        is_class="parameters" in record,
        source=record["module"],
    )
