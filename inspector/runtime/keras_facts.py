"""The classes, names and trials of one Keras release: from the shipped catalog, or from a user's snapshot.

Facts are keyed as `keras_record` describes. Releases that share a fact share one decoded value.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from inspector.runtime.catalog_store import open_store
from inspector.runtime.facts import ClassFacts, Rejected
from inspector.runtime.keras_trials import Trials
from inspector.terms.runtime import CustomObject, KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspector.runtime.odd_values import Odd

STORE = "keras"
# An automatic name is accepted by every class, and no trial of it would say anything.
_ALWAYS_TAKEN = frozenset({"name"})
# Stands first among a key's trials where every value that a release stores was accepted.
_ALL_TAKEN = ("", 1)


@cache
def recorded_releases() -> dict[KerasFlavour, tuple[str, ...]]:
    """Give the releases that the catalog covers by flavour; a bundled Keras goes by its TensorFlow's release."""
    found: dict[KerasFlavour, list[str]] = {}
    for release in open_store(STORE).releases:
        flavour, _, version = release.partition(" ")
        found.setdefault(KerasFlavour(flavour), []).append(version)
    return {flavour: tuple(versions) for flavour, versions in found.items()}


@cache
def release_facts(flavour: KerasFlavour, release: str) -> RecordedKeras:
    """Give the facts of a catalogued release. Raises KeyError for any other."""
    store = open_store(STORE)
    name = f"{flavour.value} {release}"
    return RecordedKeras(flavour, lambda key: store.get(name, key))


def snapshot_facts(record: Mapping[str, Any], flavour: KerasFlavour) -> RecordedKeras:
    """Give the facts of a snapshot's `keras` record.

    A catalogued release speaks for the snapshot's Keras too: there every value was tried that any release stores.
    """
    # The Keras inside TensorFlow calls itself `2.2.4-tf` up to TensorFlow 2.1.
    release = str(record["version"]).partition("-")[0]
    if release in recorded_releases().get(flavour, ()):
        return release_facts(flavour, release)
    from inspector.runtime.catalog.keras_pack import pack  # noqa: PLC0415 - cold start: only for snapshots
    from inspector.runtime.keras_record import entries  # noqa: PLC0415 - as above

    return RecordedKeras(flavour, pack({"": entries(record)})[""].get)


def registered_objects(record: Mapping[str, Any]) -> tuple[CustomObject, ...]:
    """Give what the imports of a recorded process registered: classes and functions that are not Keras' own."""
    root = str(record["root"]).partition(".")[0]
    found = record.get("registered", {}).items()
    return tuple(_custom_object(name, v) for name, v in found if v["module"].partition(".")[0] != root)


def defined_objects(record: Mapping[str, Any]) -> tuple[CustomObject, ...]:
    """Give the classes that those imports define from Keras' and that nobody registered.

    They are found only by loaders that look into the module which a file names: those of Keras 3 up to 3.8.
    """
    entries = record.get("subclasses")
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    named = (e for e in found if isinstance(e.get("name"), str) and isinstance(e.get("module"), str))
    return tuple(_custom_object(None, entry) for entry in named if isinstance(entry.get("parameters"), dict))


def _custom_object(registered_name: str | None, record: Mapping[str, Any]) -> CustomObject:
    """An object of another package as loaders look it up; `record` as the recorder's `registered` holds it."""
    parameters = record.get("parameters")
    return CustomObject(
        name=record["name"],
        registered_name=registered_name,
        parameters=None if parameters is None else tuple(parameters),
        required=tuple(p for p, required in (parameters or {}).items() if required),
        has_kwargs=record.get("kwargs", True),
        is_class=parameters is not None,
        source=record["module"],
        passed=False,
    )


class RecordedKeras:
    """One Keras release, as `KerasFacts` asks for it. `lookup` gives the fact of a key, None where there is none."""

    __slots__ = ("_known_names", "_known_trials", "_lookup", "flavour", "python", "registry", "root", "version")

    def __init__(self, flavour: KerasFlavour, lookup: Callable[[str], Any]) -> None:
        about = lookup("about")
        self.flavour = flavour
        self.version: str = about["version"]
        self.root: str = about["root"]
        self.python: str = about["python"]
        self.registry: bool = about["registry"]
        self._lookup = lookup
        self._known_trials: dict[tuple[str, str, str], Trials | None] = {}
        self._known_names: dict[tuple[str, str | None], tuple[ClassFacts, ...]] = {}

    def named(self, name: str, kind: str | None = None) -> tuple[ClassFacts, ...]:
        """Give every class or function of that name; the one that the family's own table has first."""
        found = self._known_names.get((name, kind))
        if found is None:
            found = self._named(name, kind)
            if found:  # names that no release has are the user's: their number has no limit
                self._known_names[name, kind] = found
        return found

    def _named(self, name: str, kind: str | None) -> tuple[ClassFacts, ...]:
        listed = self._lookup(f"name/{kind}/{name}") if kind else None
        records = list(self._lookup(f"class/{name}") or ())
        if listed and listed[0] != name:
            records += self._lookup(f"class/{listed[0]}") or ()
        in_table = [r for r in records if [r["name"], r["module"]] == listed]
        others = [r for r in records if r not in in_table and (kind is None or r["kind"] == kind)]
        return tuple(_described(r) for r in (*in_table, *others))

    def exported(self, name: str) -> ClassFacts | None:
        """Give the object of that public name: as the `.keras` loader finds it where the release has such a loader."""
        found = self._lookup(f"export/{name}")
        # `_retrieve_class_or_fn` asks `get_symbol_from_name` for names of Keras' own
        # (keras/src/saving/serialization_lib.py): what no decorator exports is not found there, even if `import` would
        # find it.
        if found is None or (self.registry and not found[2]):
            return None
        return self._one(found)

    def public(self, name: str) -> ClassFacts | None:
        """Give the object of any public name, aliases among them (`keras.losses.mse`)."""
        found = self._lookup(f"export/{name}")
        return None if found is None else self._one(found)

    def has_module(self, name: str) -> bool:
        """Whether `import name` works: a module of Keras' own package."""
        return self._lookup(f"module/{name}") is not None

    def resolves(self, family: str, identifier: str) -> bool:
        """Whether the family's own table has the name."""
        if self._lookup(f"name/{family}/{identifier}") is not None:
            return True
        known = self._lookup(f"identifiers/{family}/legacy") if family == "optimizer" else None
        # Keras 2 finds its own optimizers in any case of letters (keras/src/optimizers/__init__.py, `deserialize`).
        return known is not None and identifier.lower() in {name.lower() for name in known["resolves"]}

    def identifier(self, path: str, family: str, name: str) -> Rejected | bool:
        """Give what a string identifier does on that path (a loss's goes through the compile arguments of `.h5`)."""
        known = self._lookup(f"identifiers/{family}/{path}")
        if known is None or "unknown_string" not in known:
            return False
        if name in known["resolves"]:
            return True
        rejected = known["rejects"].get(name, known["unknown_string"])
        return _outcome(rejected, {"zz_unknown": name})

    def unknown_identifier(self, path: str, family: str, form: str) -> Rejected | bool:
        """Give what an object of an unknown class raises: `form` is dict, dict_null, dict_module or dict_keras.

        They are `{class_name: ZzUnknown, config: {}}`, the same with `module` null and `registered_name` zz>ZzUnknown,
        with `module` zz_module, and with the public module of the family.
        """
        known = self._lookup(f"identifiers/{family}/{path}")
        found = (known or {}).get(f"unknown_{form}")
        return False if found is None else _outcome(found, {})

    def behaviour(self, name: str) -> Rejected | bool:
        """Give the outcome of a trial that concerns no single class; False where it was not made."""
        found = (self._lookup("behaviours") or {}).get(name)
        return False if found is None else _outcome(found, {})

    def registered(self, name: str) -> Mapping[str, Any] | None:
        """Give the class that an import registered under that name (`package>Name`)."""
        found: Mapping[str, Any] | None = self._lookup(f"registered/{name}")
        return found

    def base(self, path: str, cls: ClassFacts) -> Rejected | bool:
        """Give what the class's own default config does: Rejected where not even that can be loaded."""
        trials = self._trials(path, cls)
        return trials is not None and trials.base

    def trial(self, path: str, cls: ClassFacts, key: str, value: Any) -> Rejected | bool:
        """Give what happens with that key and value in the class's config: True accepted, False never tried."""
        trials = self._trials(path, cls)
        if trials is None or trials.unknown(1) is False:
            return False
        if key in _ALWAYS_TAKEN:
            return True
        found = trials.key(key)
        if found == 0:
            unknown = trials.unknown(1)
            return _renamed(unknown, key, value) if isinstance(unknown, Rejected) else unknown
        return _of_rows(trials, found, value) if isinstance(found, list) else found == 1

    def unknown_keys(self, path: str, cls: ClassFacts) -> Rejected | bool:
        """Give what two unknown keys `zz_a: 1, zz_b: 2` do; True where they are ignored, False where not tried."""
        trials = self._trials(path, cls)
        return trials is not None and trials.unknown(2)

    def without(self, path: str, cls: ClassFacts, key: str) -> Rejected | bool:
        """Give what leaving out that key of the default config does; False where not tried."""
        trials = self._trials(path, cls)
        config = cls.config_v3 if path == "v3" and cls.config_v3 is not None else cls.config
        return trials is not None and config is not None and key in config and trials.without(key)

    def odd(self, cls: ClassFacts, config: Mapping[str, Any], key: str) -> Odd | None:
        """Give what the class raises for a value of another type than its own; None: nothing, or not tried."""
        if self._is_stored(cls, key, config[key]):
            return None
        from inspector.runtime.odd_values import odd_value  # noqa: PLC0415 - cold start: sound configs have few

        found = odd_value((self.flavour.value, self.version), cls, key, config[key])
        # What is refused beside one value of another argument may be right beside another.
        others = (name for name in config if name != key and f"`{name}`" in (found.text if found else ""))
        return None if any(not self._is_stored(cls, name, config[name]) for name in others) else found

    def _is_stored(self, cls: ClassFacts, key: str, value: Any) -> bool:
        """Whether some release stores that very value there: what it does was tried by itself."""
        own = cls.config or {}
        if key in own and type(own[key]) is type(value) and own[key] == value:
            return True
        trials = self._trials("legacy", cls) or self._trials("v3", cls)
        values = trials.values(key) if trials is not None else ()
        return any(type(one) is type(value) and one == value for one in values)

    def order(self, path: str, cls: ClassFacts) -> tuple[str, ...]:
        """Give the refused keys in the order in which the class meets them when all stand in one config."""
        trials = self._trials(path, cls)
        return () if trials is None else trials.order()

    def _trials(self, path: str, cls: ClassFacts) -> Trials | None:
        wanted = (path, cls.name, cls.module)
        if wanted not in self._known_trials:
            key = f"class/{cls.name}/{path}"
            row = (self._lookup(key) or {}).get(cls.module)
            found = None if row is None else Trials(cls.name, cls.module, self._lookup(f"{key}/table"), row)
            self._known_trials[wanted] = found
        return self._known_trials[wanted]

    def _one(self, target: list[Any]) -> ClassFacts | None:
        name, module = target[:2]
        return next((_described(r) for r in self._lookup(f"class/{name}") or () if r["module"] == module), None)


def _described(record: Mapping[str, Any]) -> ClassFacts:
    symbols = record.get("symbols", ())
    return ClassFacts(
        name=record["name"],
        kind=record["kind"],
        module=record.get("module", ""),
        exports=tuple(dict.fromkeys((*symbols, *record.get("exports", ())))),
        registered_name=record.get("registered_name", record["name"]),
        parameters=record.get("parameters", {}),
        has_kwargs=record.get("kwargs", False),
        config=record.get("config"),
        config_v3=record.get("config_v3"),
        is_function=record.get("function", False),
        canonical=symbols[0] if symbols else "",
    )


def _outcome(found: Any, names: Mapping[str, str]) -> Rejected | bool:
    if found == 1:
        return True
    kind, text = found
    for placeholder, name in names.items():
        text = text.replace(placeholder, name)
    return Rejected(kind, text)


def _renamed(unknown: Rejected, key: str, value: Any) -> Rejected:
    """The rejection of the unknown key `zz_a: 1` as it reads for another."""
    text = unknown.text.replace("'zz_a': 1", f"{key!r}: {value!r}").replace("'zz_a'", repr(key))
    return Rejected(unknown.type, text.replace("zz_a", key))


def _of_rows(trials: Trials, rows: list[tuple[Any, int]], value: Any) -> Rejected | bool:
    """The outcome of that very value; else of the values of its sort, where all of them end alike.

    Names and serialized objects stand for what they name: another of them says nothing.
    """
    # True equals 1 and 1.0, and classes treat them differently.
    exact = next((n for tried, n in rows if type(tried) is type(value) and tried == value), None)
    if exact is not None:
        return trials.outcome(exact)
    if isinstance(value, str) or (isinstance(value, dict) and "class_name" in value):
        return _whatever_the_value(trials, rows)
    if _ALL_TAKEN in rows:
        return True
    alike = [row for row in rows if type(row[0]) is type(value)]
    return _common(trials, alike, value) or _whatever_the_value(trials, rows)


def _whatever_the_value(trials: Trials, rows: list[tuple[Any, int]]) -> Rejected | bool:
    """The rejection that every value of that key has met (the key itself is refused), else False: not known."""
    numbers = {number for _, number in rows}
    return trials.outcome(numbers.pop()) if len(numbers) == 1 and 1 not in numbers else False


def _common(trials: Trials, rows: list[tuple[Any, int]], value: Any) -> Rejected | bool:
    outcomes = set(_substituted(trials, rows, value))
    return outcomes.pop() if len(outcomes) == 1 else False


def _substituted(trials: Trials, rows: list[tuple[Any, int]], value: Any) -> Iterator[Rejected | bool]:
    for tried, number in rows:
        found = trials.outcome(number)
        # Short values stand in texts by chance: only what is unmistakable is put in the new value's place.
        if isinstance(found, Rejected) and len(repr(tried)) > 1:
            found = Rejected(found.type, found.text.replace(repr(tried), repr(value)))
        yield found
