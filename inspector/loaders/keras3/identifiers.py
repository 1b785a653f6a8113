"""`keras.initializers.get` and its like: what a constructor makes of an identifier or serialized object it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.resolve import as_found
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import FunctionThing, Thing
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts

# How each family's `get` words an identifier that it cannot use.
_WORDS = {"activation": "activation function"}


def family_of(key: str) -> str | None:
    """The family whose `get` a layer's constructor calls for that key."""
    # By the end of the key, since layers name them by the weight (`depthwise_initializer`, `recurrent_activation`), and
    # every one of them calls the family's `get` in its constructor.
    for family in ("initializer", "regularizer", "constraint", "activation"):
        if key.endswith(family):
            return family
    return None


def get(session: Session, family: str, identifier: Any, pointer: str) -> Any:
    """The object of an identifier; LoadFailure where Keras raises."""
    if identifier is None or isinstance(identifier, Thing | FunctionThing):
        return identifier
    if isinstance(identifier, dict):
        found = _from_dict(session, family, identifier, pointer)
    elif isinstance(identifier, str):
        found = _from_string(session, family, identifier, pointer)
    else:
        found = identifier
    if isinstance(found, Thing | FunctionThing):
        return found
    text = f"Could not interpret {_WORDS.get(family, family)} identifier: {identifier}"
    name = identifier.get("class_name", "") if isinstance(identifier, dict) else str(identifier)
    raise LoadFailure("ValueError", text, "KER105", str(name), pointer, {"kind": family})


def _from_dict(session: Session, family: str, identifier: dict[str, Any], pointer: str) -> Any:
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    # activations.get stopped giving its own table of names to the deserializer in 3.10.
    if family == "activation" and session.release >= (3, 10):
        return deserialize(session, identifier, pointer)
    return deserialize_in(session, family, identifier, pointer)


def _from_string(session: Session, family: str, identifier: str, pointer: str) -> Any:
    if family in {"initializer", "optimizer"}:
        # keras/src/initializers/__init__.py and keras/src/optimizers/__init__.py make an object of a bare name through
        # the deserializer, where a user's class may answer; the other families only look in their own table.
        return deserialize_in(session, family, {"class_name": identifier, "config": {}}, pointer)
    return FunctionThing(identifier) if session.facts.resolves(family, identifier) else None


@record
class _Named:
    """A name to be looked up in a family's table: with the inner config, and the module of a stored function."""

    family: str
    name: str
    pointer: str
    inner: Any = None
    module: str | None = None


def deserialize_in(session: Session, family: str, config: Any, pointer: str) -> Any:
    """`deserialize_keras_object` with the family's own table of names: an unknown name comes back as it is."""
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    if isinstance(config, str):
        return FunctionThing(config) if session.custom(config) else _look_up(session, _Named(family, config, pointer))
    if not isinstance(config, dict):
        return deserialize(session, config, pointer)
    if "class_name" not in config:
        text = f"Unknown `config` as a `dict`, config={config}"
        details = {"class": family, "key": "class_name"}
        raise LoadFailure("ValueError", text, "KER103", family, pointer, details)
    if config["class_name"] != "function" and config.get("module", "_") is not None:
        check_looked_up(config["class_name"], pointer)
    inner = config.get("config")
    # Custom objects come before the family's own table: a user's `relu` replaces the built-in one of that name.
    if session.custom(config["class_name"], config.get("registered_name"), inner if isinstance(inner, str) else None):
        return deserialize(session, config, pointer)
    return _look_up(session, _stored(family, config, pointer))


def check_looked_up(name: Any, pointer: str) -> None:
    """`name in module_objects`: what cannot be a key of a table."""
    if isinstance(name, list | dict):
        text = f"unhashable type: {type(name).__name__!r}"
        raise LoadFailure("TypeError", text, "KER130", str(name), pointer)


def _stored(family: str, config: dict[str, Any], pointer: str) -> _Named:
    """The name that a serialized object goes by in its family's table."""
    inner = config.get("config")
    if config["class_name"] == "function":
        module = config.get("module")
        name = inner if module == "builtins" else config.get("registered_name")
        return _Named(family, str(name), pointer, inner, module)
    # A module of null is what `record_object_after_serialization` writes for a class of the user's `__main__`; a config
    # without the key at all is one of Keras 2 and goes on to the table.
    if config.get("module", "_") is None:
        raise _unregistered(config, pointer)
    return _Named(family, str(config["class_name"]), pointer, inner)


def _unregistered(config: dict[str, Any], pointer: str) -> LoadFailure:
    name = config["class_name"]
    text = (
        f"Cannot deserialize object of type `{name}`. If `{name}` is a custom class, please register it using the "
        "`@keras.saving.register_keras_serializable()` decorator."
    )
    return LoadFailure("TypeError", text, "KER101", str(name), pointer, {"class": str(name), "module": "None"})


def _look_up(session: Session, named: _Named) -> Any:
    """The object that the family's table holds under that name, made from its public name; else the name."""
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    table_name = _in_table(session, named.family, named.name)
    if table_name is None:
        return named.name
    facts = public(session, named.family, table_name)
    if facts is None or isinstance(as_found(facts), FunctionThing):
        return _public_function(session, named, facts)
    # `serialize_with_public_class` in keras/src/saving/serialization_lib.py: the stored module is dropped for the
    # public one. A family's table thus forgives modules that the plain walk would refuse.
    stored = {**_canonical(facts), "config": named.inner, "registered_name": None}
    return deserialize(session, stored, named.pointer)


def _canonical(facts: ClassFacts) -> dict[str, str]:
    """The `module` and `class_name` that a class is stored under: its registered public name."""
    module, _, last = facts.canonical.rpartition(".")
    return {"module": module or facts.module, "class_name": last or facts.name}


def _in_table(session: Session, family: str, name: str) -> str | None:
    """The name as the table spells it; built-in optimizers are found in any case."""
    if session.facts.resolves(family, name):
        return name
    if family == "optimizer" and session.facts.resolves(family, name.lower()):
        return name.lower()
    return None


def public(session: Session, family: str, name: str) -> ClassFacts | None:
    """The class or function that the family's table holds under that name."""
    return next(iter(session.facts.named(name, family)), None)


def _public_function(session: Session, named: _Named, facts: ClassFacts | None) -> Any:
    """A function is fetched again by module and the name in the config, which an alias (`mse`) does not survive."""
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    # Aliases of metrics are classes; aliases of losses are functions, and those are looked up by the alias again. So
    # are activations that come with a module: `swish`, stored by a `tf.nn.swish` or by hand, is `silu` in public.
    again = named.family == "loss" or (named.family == "metric" and facts is not None)
    if not again and (named.family != "activation" or named.module is None):
        return FunctionThing(named.name)
    module = named.module
    if module is None:
        module = facts.canonical.rpartition(".")[0] if facts is not None else "keras.metrics"
    stored = {"module": module, "class_name": "function", "config": named.name, "registered_name": named.name}
    return deserialize(session, stored, named.pointer)
