"""Models Keras' serialization_lib as Keras 2.13 to 2.15 and tf_keras use it for the zip format.

Objects inside a model are found by class name in their family's table; only the model itself, and what `compile_config`
holds, is imported by its `module`. Keras 2.12 uses this for the outermost objects alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.keys import custom_events
from inspector.loaders.keras2.objects import (
    ACTIVATION,
    CONSTRAINT,
    INITIALIZER,
    LAYER,
    LOSS,
    METRIC,
    NETWORKS,
    OPTIMIZER,
    REGULARIZER,
    SCHEDULE,
    Family,
    built_events,
    class_of,
    knows,
    not_mapping,
)
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import ClassFacts
    from inspector.terms.finding import Problem

# Namespaces that are searched for a function whose module is `builtins`.
_BUILTIN = ("activation", "constraint", "initializer", "loss", "metric", "optimizer", "regularizer")
LAMBDA_REFUSED = (
    "Requested the deserialization of a `lambda` object. This carries a potential risk of arbitrary code execution and "
    "thus it is disallowed by default. If you trust the source of the saved model, you can pass "
    "`safe_mode=False` to the "
    "loading function in order to allow `lambda` loading."
)


def family_events(walk: Walk, family: Family, identifier: Any) -> Iterator[Event]:
    """What a family's own `deserialize` raises for an identifier of the zip format."""
    if isinstance(identifier, str):
        yield from _string(walk, family, identifier)
        return
    if family is LAYER and isinstance(identifier, list):  # `"module" not in layer_config`: taken for the old format
        yield walk.problem("KER130", family.noun, "ValueError", texts.not_interpreted(family.noun, identifier))
        return
    if not isinstance(identifier, dict) or "class_name" not in identifier:
        yield walk.problem("KER130", family.noun, "ValueError", f"Unknown `config` as a `dict`, config={identifier}")
        return
    unhashable = next((v for v in _looked_up(identifier) if isinstance(v, list | dict)), None)
    if unhashable is not None:
        yield walk.problem("KER130", family.noun, "TypeError", f"unhashable type: {type(unhashable).__name__!r}")
        return
    name, config = str(identifier["class_name"]), identifier.get("config")
    # `deserialize_keras_object` with `module_objects` asks custom objects by all three names, without them by the
    # registered name alone: a class under its bare name is found inside a model, not as the model.
    names = (name, identifier.get("registered_name"), config if isinstance(config, str) else None)
    if any(known in walk.custom for known in names if isinstance(known, str)):
        yield from value_events(walk, identifier)
        return
    if name == "function":
        key = "config" if identifier.get("module") == "builtins" else "registered_name"
        yield from _string(walk, family, str(identifier.get(key)), identifier)
    elif identifier.get("module", "_") is None:
        text = (
            f"Cannot deserialize object of type `{name}`. If `{name}` is a custom class, please register it using the "
            "`@keras.saving.register_keras_serializable()` decorator."
        )
        yield walk.problem("KER101", name, "TypeError", text, kind=family.noun)
    else:
        yield from _of_table(walk, family, identifier)


def _of_table(walk: Walk, family: Family, identifier: Mapping[str, Any]) -> Iterator[Event]:
    """A class that the table has is built; one that it lacks comes back as its name, which fails where it is used."""
    name, config = str(identifier["class_name"]), identifier.get("config")
    if not knows(walk, family, name):
        yield from _string(walk, family, name, identifier)
        return
    cls = class_of(walk, family, name, config)
    if cls is None:
        yield walk.gap(f"nothing is recorded of the {family.noun} {name}")
    # `inner_config = config["config"] or {}`: what is false counts as empty, and the rest goes to `cls(**config)`.
    elif config and not isinstance(config, dict) and family is LAYER and cls.name not in NETWORKS:
        yield not_mapping(walk.at("config"), family, cls, config)
    elif config and not isinstance(config, dict) and family in (INITIALIZER, REGULARIZER, CONSTRAINT):
        yield _unpopped(walk.at("config"), family, cls, config)
    else:
        yield from built_events(walk.at("config"), family, cls, config if isinstance(config, dict) else {})


def _unpopped(walk: Walk, family: Family, cls: ClassFacts, config: Any) -> Problem:
    """A config that is no dict: `Initializer.from_config` pops a key from it, the others unpack it."""
    if family is INITIALIZER and not isinstance(config, list):
        text = f"'{type(config).__name__}' object has no attribute 'pop'"
        return walk.problem("KER130", family.noun, "AttributeError", text)
    return not_mapping(walk, family, cls, config)


def _looked_up(identifier: Mapping[str, Any]) -> Iterator[Any]:
    """What is asked for among the custom objects, a list of keys: class name and registered name."""
    yield identifier["class_name"]
    yield identifier.get("registered_name")


def _string(walk: Walk, family: Family, name: str, identifier: Any = None) -> Iterator[Event]:
    """A name: known, or handed on as the string that it is."""
    if name in walk.custom or knows(walk, family, name):
        return
    if family is LAYER and walk.pointer.endswith("/cell"):
        text = f"Argument `cell` should have a `call` method. The RNN was passed: cell={name}"
        yield walk.problem("KER101", name, "ValueError", text, kind=family.noun)
    elif family is LAYER and walk.pointer.endswith("/layer"):
        text = texts.unknown_object(walk.release, family.noun, name)
        yield walk.problem("KER101", name, "ValueError", text, kind=family.noun)
    elif family is LAYER and isinstance(identifier, dict) and "inbound_nodes" in identifier:
        # In a graph it is called as it is, or asked for its name by the layer that takes its output.
        called = "is not callable" if identifier["inbound_nodes"] else "has no attribute 'name'"
        kind, shown = "TypeError" if identifier["inbound_nodes"] else "AttributeError", identifier["class_name"]
        yield walk.problem("KER101", name, kind, f"'{type(shown).__name__}' object {called}", kind=family.noun)
    elif family is LAYER:
        text = f"The added layer must be an instance of class Layer. Received: layer={name} of type <class 'str'>."
        yield walk.problem("KER101", name, "TypeError", text, kind=family.noun)
    elif family is SCHEDULE:
        text = f"Cannot convert '{name}' to EagerTensor of dtype float"
        yield walk.problem("KER105", name, "TypeError", text, kind=family.noun)
    elif family is REGULARIZER and not walk.pointer.endswith("/activity_regularizer"):
        return  # the name is not called before the losses are asked for
    elif family in (INITIALIZER, CONSTRAINT):
        # The name stays in the layer until its weights are made.
        text = texts.unknown_object(walk.release, family.noun, name)
        yield walk.problem("KER105", name, "ValueError", text, kind=family.noun)
    elif family is ACTIVATION:
        text = f"Unknown activation function '{identifier or name}' cannot be deserialized."
        yield walk.problem("KER105", name, "ValueError", text, kind=family.noun)
    else:
        yield walk.problem("KER105", name, "TypeError", "'str' object is not callable", kind=family.noun)


def value_events(walk: Walk, value: Any) -> Iterator[Event]:
    """What `deserialize_keras_object(value)` without a table raises: classes and functions are found by module."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from value_events(walk.at(index), item)
    elif isinstance(value, dict) and ("class_name" not in value or "config" not in value):
        for key, item in value.items():
            yield from value_events(walk.at(key), item)
    elif isinstance(value, dict):
        yield from _object(walk, value)


def _object(walk: Walk, value: Mapping[str, Any]) -> Iterator[Event]:
    name, config = str(value["class_name"]), value["config"]
    if name == "__lambda__":
        if walk.safe_mode:
            yield walk.problem("KER108", "lambda", "ValueError", LAMBDA_REFUSED)
    # `__tensor__`, `__numpy__` and `__bytes__` are plain values (keras/src/saving/serialization_lib.py): nothing in
    # them is looked up.
    elif name.startswith("__"):
        return
    elif name == "function":
        yield from _function(walk, str(config), value)
    else:
        # A class is asked for by its registered name alone, in `custom_objects` too.
        known = walk.custom.get(str(value.get("registered_name", name)))
        if known is not None:
            yield from custom_events(walk.at("config"), known, config if isinstance(config, dict) else {})
            return
        found, events = located(walk, name, value)
        yield from events
        if found is not None and not events:
            yield from _made(walk.at("config"), found, config)
        elif not events:
            yield walk.gap(f"nothing is recorded of {value.get('module')}.{name}")


def _made(walk: Walk, cls: ClassFacts, config: Any) -> Iterator[Event]:
    """The class made from its config; what is no dict fails where the class's `from_config` first looks at it."""
    if config and cls.kind == "schedule" and not isinstance(config, dict):
        yield not_mapping(walk, SCHEDULE, cls, config)
    elif config and cls.kind == "optimizer" and isinstance(config, int | float):  # `"learning_rate" in config`
        text = f"argument of type '{type(config).__name__}' is not iterable"
        yield walk.problem("KER130", cls.name, "TypeError", text)
    else:
        yield from built_events(walk, _family(cls), cls, config if isinstance(config, dict) else {})


def _family(cls: ClassFacts) -> Family:
    """The family that a class found by its module belongs to: what its constructor deserializes follows from it."""
    return {"loss": LOSS, "metric": METRIC, "optimizer": OPTIMIZER}.get(cls.kind, LAYER)


def located(walk: Walk, name: str, value: Mapping[str, Any]) -> tuple[ClassFacts | None, list[Event]]:
    """The class that `module` and `class_name` lead to, or what looking for it raises."""
    module = value.get("module")
    if not module:
        return None, [_not_located(walk, "class", name, value)]
    if not isinstance(module, str):
        text = f"'{type(module).__name__}' object has no attribute 'startswith'"
        return None, [walk.problem("KER130", name, "AttributeError", text)]
    if module == "keras" or module.startswith(("keras.", "tf_keras")):
        exported = walk.facts.exported(f"{module.removeprefix('tf_')}.{name}")
        if exported is not None:
            return exported, []
        # tf_keras renamed its own package; files of Keras 2.13 to 2.15 name `keras.src`, which there is Keras 3, or
        # nothing.
        if walk.facts.flavour is KerasFlavour.TF_KERAS and module.startswith("keras"):
            module = f"tf_{module}"
    if not _importable(walk, module):
        text = (
            f"Could not deserialize class '{name}' because its parent module {module} cannot be imported. "
            f"Full object config: {dict(value)}"
        )
        return None, [walk.problem("KER106", name, "TypeError", text, module=module)]
    found = _member(walk, module, name)
    if found is None and walk.release >= (2, 13) and isinstance(value.get("registered_name"), str):
        # The module is asked for the registered name too ("special case for keras.metrics.metrics").
        found = _member(walk, module, value["registered_name"])
    # Other packages may hold the class and were not recorded: the caller makes a gap of that, never a failure.
    if found is None and module.partition(".")[0] in {"keras", "tf_keras", "__main__"}:
        return None, [_not_located(walk, "class", name, value)]
    return found, []


def _member(walk: Walk, module: str, name: str) -> ClassFacts | None:
    """The class of that name that the module, or one below it, defines."""
    return next((c for c in walk.facts.named(name) if c.module == module or c.module.startswith(f"{module}.")), None)


def _importable(walk: Walk, module: str) -> bool:
    """Whether the target can import that module: Keras' own are recorded, `__main__` is there, and what is imported."""
    imported = {name.partition(":")[0].partition(".")[0] for name in walk.runtime.imports}
    return module == "__main__" or module.partition(".")[0] in imported or walk.facts.has_module(module)


def _not_located(walk: Walk, kind: str, name: str, value: Mapping[str, Any]) -> Event:
    decorator = (
        "`@keras.utils.register_keras_serializable`"
        if walk.release < (2, 13)
        else "`@keras.saving.register_keras_serializable()`"
    )
    text = (
        f"Could not locate {kind} '{name}'. Make sure custom classes are decorated with {decorator}. "
        f"Full object config: {dict(value)}"
    )
    return walk.problem("KER101" if kind == "class" else "KER105", name, "TypeError", text, kind=kind)


def _function(walk: Walk, name: str, value: Mapping[str, Any]) -> Iterator[Event]:
    """A function: by its public name, or, for the module `builtins`, in the families' namespaces."""
    if name in walk.custom:
        return
    module = value.get("module")
    if module == "builtins":
        # Among the user's own, any name that ends alike will do: it finds a function that is registered with a package.
        if any(walk.facts.resolves(f, name) for f in _BUILTIN) or any(key.endswith(name) for key in walk.custom):
            return
    elif module and walk.facts.exported(f"{module}.{name}") is not None:
        return
    elif module and not _importable(walk, module):
        text = (
            f"Could not deserialize function '{name}' because its parent module {module} cannot be imported. "
            f"Full object config: {dict(value)}"
        )
        yield walk.problem("KER106", name, "TypeError", text, module=module)
        return
    yield _not_located(walk, "function", name, value)


def model_events(walk: Walk, config: Any) -> Iterator[Event]:
    """What rebuilding the outermost object raises. Plain values and lists stand for themselves and what they hold."""
    if config is None or isinstance(config, str | int | float | list):
        yield from value_events(walk, config)
        return
    if not isinstance(config, dict) or "class_name" not in config:
        yield walk.problem("KER130", "config.json", "ValueError", f"Unknown `config` as a `dict`, config={config}")
        return
    yield from value_events(walk, config)
