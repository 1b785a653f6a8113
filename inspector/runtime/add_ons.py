"""Ops that packages beside TensorFlow register: which package has an op, and what importing a module brings.

An add-on's ops count only in a process that imports its module, and only where the package is installed. The catalog's
releases are `PACKAGE==VERSION`; each keeps, by module (`tensorflow_text`, `tensorflow_addons:register_all`), the ops
that importing it registered and the modules that it imported, so `import keras_hub` counts for tensorflow_text too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from inspector.runtime.catalog_store import open_store
from inspector.runtime.distributions import release as numbers
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

STORE = "add_ons"


@record
class Bracket:
    """The recorded releases that speak for a version: the same one twice, or the nearest on each side."""

    below: str
    above: str


@cache
def recorded_add_ons() -> dict[str, tuple[str, ...]]:
    """Give each catalogued package with its recorded versions, oldest first."""
    found: dict[str, list[str]] = {}
    for release in open_store(STORE).releases:
        package, _, version = release.partition("==")
        found.setdefault(package, []).append(version)
    return {package: tuple(sorted(versions, key=numbers)) for package, versions in found.items()}


def bracket(package: str, version: str) -> Bracket | None:
    """Give the recorded releases nearest to a version; None where that package was never recorded."""
    recorded = recorded_add_ons().get(package)
    if not recorded:
        return None
    below = [v for v in recorded if numbers(v) <= numbers(version)] or recorded[:1]
    above = [v for v in recorded if numbers(v) >= numbers(version)] or recorded[-1:]
    return Bracket(f"{package}=={below[-1]}", f"{package}=={above[0]}")


def addon_ops(package: str, version: str) -> frozenset[str]:
    """Give the ops that importing any module of a package registers: those that both nearest releases have."""
    found = bracket(package, version)
    return frozenset() if found is None else _ops(found.below) & _ops(found.above)


def packages_providing(op: str) -> tuple[str, ...]:
    """Give the packages (canonical names) that register that op in any recorded release."""
    releases = (release for named, _ in open_store(STORE).variants(f"op/{op}") for release in named)
    return tuple(dict.fromkeys(release.partition("==")[0] for release in releases))


def modules_providing(op: str) -> tuple[str, ...]:
    """Give what a process imports to have that op (`tensorflow_text`, `tensorflow_addons:register_all`)."""
    found = {module for release, module in _all_modules() if op in _module(release, module)["ops"]}
    return tuple(sorted(found))


def lookups(imports: Iterable[str], packages: Mapping[str, str]) -> list[Callable[[str], Any]]:
    """Give the look-ups of a process's imports: keys as in the TensorFlow store, None for what is not there."""
    return [_lookup(release, frozenset(ops)) for release, ops in _imported(imports, packages).items()]


def unsure_ops(imports: Iterable[str], packages: Mapping[str, str]) -> frozenset[str]:
    """Give the ops that only one of the releases nearest to an unrecorded version of an imported package has."""
    brackets = {found for name in _closure(imports, packages) if (found := _bracket_of(name, packages))}
    return frozenset().union(*(_ops(b.below) ^ _ops(b.above) for b in brackets))


def _imported(imports: Iterable[str], packages: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in _closure(imports, packages):
        sides = _bracket_of(name, packages)
        if sides is not None:
            # An op that came or went between the two releases is not counted here: `unsure_ops` names it, and it
            # becomes a gap.
            both = set(_module(sides.below, name)["ops"]) & set(_module(sides.above, name)["ops"])
            found.setdefault(sides.below, set()).update(both)
    return found


def _closure(imports: Iterable[str], packages: Mapping[str, str]) -> list[str]:
    """Give the recorded modules among the imports with those that they import in their turn, each once."""
    waiting, found = list(imports), dict[str, None]()
    while waiting:
        name = waiting.pop(0)
        sides = _bracket_of(name, packages)
        if name not in found and sides is not None:
            found[name] = None
            waiting += _module(sides.below, name)["brings"]
    return list(found)


def _bracket_of(name: str, packages: Mapping[str, str]) -> Bracket | None:
    package = _packages_of_modules().get(name.partition(":")[0].partition(".")[0])
    return bracket(package, packages[package]) if package is not None and package in packages else None


@cache
def _packages_of_modules() -> dict[str, str]:
    return {module.partition(":")[0]: release.partition("==")[0] for release, module in _all_modules()}


def _all_modules() -> Iterator[tuple[str, str]]:
    store = open_store(STORE)
    for release in store.releases:
        for module in store.get(release, "fact/modules"):
            yield release, module


def _module(release: str, name: str) -> Mapping[str, list[str]]:
    """Give what importing a module does; a submodule counts as its package, whose `__init__` runs first."""
    store = open_store(STORE)
    found = store.get(release, f"module/{name}") or store.get(release, f"module/{name.partition('.')[0]}")
    return found or {"ops": [], "brings": []}


@cache
def _ops(release: str) -> frozenset[str]:
    modules = open_store(STORE).get(release, "fact/modules")
    return frozenset(op for module in modules for op in _module(release, module)["ops"])


def _lookup(release: str, ops: frozenset[str]) -> Callable[[str], Any]:
    store = open_store(STORE)

    def look(key: str) -> Any:
        section, _, name = key.partition("/")
        return store.get(release, key) if section in {"op", "kernels"} and name in ops else None

    return look
