"""Variables of the optimizer in an archive: `Optimizer.load_own_variables` gives them by their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.legacy_weights import variables_of
from inspector.loaders.keras_common.things import Thing
from inspector.loaders.keras_common.variables import Variable

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.terms.keras import Hdf5File

Found = tuple[Thing, Variable, tuple[int, ...]]
# Optimizers whose slots all have the shapes of the model's variables.
_LIKE_VARIABLES = frozenset(
    {"SGD", "Adam", "AdamW", "Adamax", "RMSprop", "Adagrad", "Adadelta", "Lion", "Ftrl", "Lamb"}
)


def mismatch(session: Session, model: Thing, file: Hdf5File) -> Found | None:
    """The optimizer, the first variable that does not fit, and the stored shape; None where all do.

    Another number of variables is only warned of.
    """
    whole = session.artifact.keras.config if session.artifact.keras and session.compile else None
    config = whole.get("compile_config") if isinstance(whole, dict) else None
    stored = config.get("optimizer") if isinstance(config, dict) else None
    if not isinstance(stored, dict):
        return None
    name, shapes = str(stored.get("class_name")), _shapes(file)
    found = _nadam(session, shapes) if name == "Nadam" else None
    if name in _LIKE_VARIABLES and shapes:
        found = _scalars(stored.get("config"), shapes) or _slots(session, model, stored.get("config"), shapes)
    if found is None:
        return None
    facts = next(iter(session.facts.named(name, "optimizer")), None)
    shown = f"{facts.module}.{name}" if facts is not None else name
    return (Thing(shown, {}, facts), *found)


def _shapes(file: Hdf5File) -> list[tuple[int, ...]]:
    """The shapes by number; none where a number is missing, so that the loader only warns."""
    there = [path for path in file.datasets if path.startswith("/optimizer/vars/")]
    found = [file.datasets.get(f"/optimizer/vars/{number}") for number in range(len(there))]
    return [one.shape for one in found if one is not None] if None not in found else []


def _nadam(session: Session, shapes: list[tuple[int, ...]]) -> tuple[Variable, tuple[int, ...]] | None:
    """Nadam's product changed places among as many variables in 3.10."""
    first = session.release < (3, 10)
    if len(shapes) < 4 or (shapes[2] == ()) is first or shapes[2] == shapes[3]:  # noqa: PLR2004 - two numbers, product, slot
        return None
    return Variable("u_product", ()) if first else Variable("momentum", shapes[3]), shapes[2]


def _scalars(config: Any, shapes: list[tuple[int, ...]]) -> tuple[Variable, tuple[int, ...]] | None:
    """The count of steps, and the learning rate where no schedule gives it."""
    rate = config.get("learning_rate") if isinstance(config, dict) else None
    names = ["iteration", "learning_rate"] if isinstance(rate, int | float) else ["iteration"]
    for name, shape in zip(names, shapes, strict=False):
        if shape != ():
            return Variable(name, ()), shape
    return None


def _slots(
    session: Session, model: Thing, config: Any, shapes: list[tuple[int, ...]]
) -> tuple[Variable, tuple[int, ...]] | None:
    """A slot of a shape that none of the model's variables has, where there are as many as the optimizer makes."""
    variables = variables_of(session, model)
    if variables is None or any(one.shape is None or None in one.shape for one in variables):
        return None
    trained = [one for one in variables if one.trainable]
    if not trained or not isinstance(config, dict) or len(shapes) != _count(config, len(trained)):
        return None
    known = {one.shape for one in trained} | {()}
    odd = next((shape for shape in shapes if shape not in known), None)
    return None if odd is None else (Variable("momentum", trained[0].shape), odd)


def _count(config: dict[str, Any], variables: int) -> int:
    """How many variables the optimizer has: the steps, the rate, and its slots of each of the model's."""
    slots = 2 if {"beta_2", "l1_regularization_strength"} & config.keys() else 1
    slots += 1 if config.get("amsgrad") else 0
    if "rho" in config:
        # Adadelta has two; RMSprop one, and one each for its momentum and its center.
        slots = 1 + bool(config.get("momentum")) + bool(config.get("centered")) if "centered" in config else 2
    elif "nesterov" in config:
        slots = 1 if config.get("momentum") else 0
    elif config.get("name") == "lion":
        slots = 1
    slots += 1 if config.get("use_ema") else 0
    return (2 if isinstance(config.get("learning_rate"), int | float) else 1) + slots * variables
