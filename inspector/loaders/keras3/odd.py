"""Values of another type than a class's own: what its constructor raises, and what the first call of a layer does.

Recorded by trying (`runtime/odd_values.py`): None, a word, numbers, an empty list or dict, and a value in a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.construct import wrapped
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.names import NAMING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing
    from inspector.runtime.facts import ClassFacts
    from inspector.runtime.odd_values import Odd

# Of `bias_axes` too, which are letters of an equation.
_NAMING = (*NAMING, "bias_axes")
# Axes: how many there may be depends on the rank of the input, which was that of the trial.
_OF_RANK = frozenset({"dims", "shared_axes"})


def check_made(session: Session, cls: ClassFacts, config: Mapping[str, Any], pointer: str) -> None:
    """Raise what the constructor does for a value that it does not expect."""
    for key, odd in _odd(session, cls, config):
        if not odd.is_called:
            raise wrapped(session, cls, config, _failure(cls, config, pointer, (key, odd)))


def check_called(session: Session, layer: Thing) -> None:
    """Raise what the layer's first call does, which makes its variables."""
    if layer.facts is None or not isinstance(layer.config, dict):
        return
    _check_called(session, layer.facts, layer.config, f"{layer.pointer}/config")
    check_initializers(session, layer)


def check_initializers(session: Session, layer: Thing) -> None:
    """Raise what the initializers do when the layer makes its variables."""
    for key, value in layer.config.items():
        inner = value.get("config") if key.endswith("_initializer") and isinstance(value, dict) else None
        cls = next(iter(session.facts.named(str(value["class_name"]), "initializer")), None) if inner else None
        if cls is not None and isinstance(inner, dict):
            pointer = f"{layer.pointer}/config/{key}/config"
            _check_called(session, cls, inner, pointer)
            _check_seed(session, cls, inner.get("seed"), f"{pointer}/seed")


def _check_seed(session: Session, cls: ClassFacts, seed: Any, pointer: str) -> None:
    """Up to 3.5 an initializer keeps a stored SeedGenerator as the dict that it is, which the first draw refuses."""
    if session.release >= (3, 6) or not isinstance(seed, dict) or "seed" not in cls.parameters:
        return
    received = f"Received: seed={seed} (of type {dict})"
    text = f"Argument `seed` must be either an integer or an instance of `SeedGenerator`. {received}"
    details = {"class": cls.name, "key": "seed", "value": repr(seed)}
    raise LoadFailure("ValueError", text, "KER103", cls.name, pointer, details)


def _check_called(session: Session, cls: ClassFacts, config: Mapping[str, Any], pointer: str) -> None:
    for key, odd in _odd(session, cls, config):
        if odd.is_called:
            raise _failure(cls, config, pointer, (key, odd))


def _odd(session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[tuple[str, Odd]]:
    for key, value in config.items():
        # A Normalization was tried with a mean of its own, which no other axis fits.
        if key in _OF_RANK or (key == "axis" and cls.name == "Normalization"):
            continue
        if isinstance(value, str) and key.endswith(_NAMING):
            continue
        odd = session.facts.odd(cls, config, key)
        if odd is not None:
            yield key, odd


def _failure(cls: ClassFacts, config: Mapping[str, Any], pointer: str, found: tuple[str, Odd]) -> LoadFailure:
    key, odd = found
    text = odd.text.replace("{name}", str(config.get("name")))
    details = {"class": cls.name, "key": key, "value": repr(config.get(key))}
    return LoadFailure(odd.type, text, "KER103", cls.name, f"{pointer}/{key}", details)
