"""Models `deserialize_keras_object` of Keras 2 as the `.h5`, JSON and SavedModel loaders call it (never by `module`).

A dict names a class of the family's own table, a string a class or function of it. What a class's constructor
deserializes in turn (initializers, activations, wrapped layers, ...) follows from the config's keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.constructors import (
    layer_value_events,
    loss_scale_events,
    loss_scale_keys,
    plain_policy,
    wraps_optimizer,
)
from inspector.loaders.keras2.keys import config_events, custom_events
from inspector.loaders.keras2.odd_arguments import made_events
from inspector.loaders.keras2.walk import reworded, until_problem
from inspector.runtime.facts import Rejected
from inspector.terms.finding import ExpectedError, Problem
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import ClassFacts


@record
class Family:
    """A kind of object with its own table of names; `noun` is how exceptions call it."""

    name: str
    noun: str


LAYER = Family("layer", "layer")
ACTIVATION = Family("activation", "activation function")
INITIALIZER = Family("initializer", "initializer")
REGULARIZER = Family("regularizer", "regularizer")
CONSTRAINT = Family("constraint", "constraint")
LOSS = Family("loss", "loss function")
METRIC = Family("metric", "metric function")
OPTIMIZER = Family("optimizer", "optimizer")
SCHEDULE = Family("schedule", "decay")
DTYPE_POLICY = Family("dtype_policy", "dtype policy")
FUNCTION = Family("function", "function in Lambda layer")

# Which family a key's value belongs to, by the end of the key. Source: the constructors of every layer.
_BY_KEY = (
    ("_initializer", INITIALIZER),
    ("_regularizer", REGULARIZER),
    ("_constraint", CONSTRAINT),
    ("activation", ACTIVATION),
)
_ENDINGS = tuple(suffix for suffix, _ in _BY_KEY)
# Up to TensorFlow 2.2 `keras.layers.deserialize` adds these to its table when it is called.
_MODELS_IN_TABLE_SINCE = (2, 3)
# Releases whose deserialize_keras_object looks at a class's config before the class does, and puts names into texts
# of any type. Source: class_and_config_for_serialized_keras_object.
_ITEMS_SINCE = (2, 1)
_FORMATTED_SINCE = (2, 5)
# Layers that `activations.deserialize` has in its table beside the functions.
_ACTIVATION_LAYERS = frozenset({"ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "ThresholdedReLU"})
_EXPERIMENTAL_SINCE = (2, 8)
_MODELS_BESIDE_TABLE = frozenset(
    {
        "Network",
        "Model",
        "Sequential",
        "LinearModel",
        "WideDeepModel",
        "DenseFeatures",
        "SequenceFeatures",
        "BatchNormalizationV1",
        "BatchNormalizationV2",
    }
)
# Keys of wrappers and RNN layers whose value is a layer.
_OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "Nadam", "RMSprop", "SGD", "Ftrl", "LossScaleOptimizer")
NETWORKS = ("Sequential", "Functional", "Model")
_LAYER_KEYS = ("layer", "cell", "backward_layer")
# Names of the zip format that stay in a layer until it makes its weights, outside of its constructor.
_RAISED_LATER = ("Unknown initializer: ", "Unknown constraint: ")


def object_events(walk: Walk, family: Family, identifier: Any) -> Iterator[Event]:
    """What deserializing that identifier raises."""
    if identifier is None:
        return
    if walk.path == "v3" and not (isinstance(identifier, dict) and "module" not in identifier and family is not LAYER):
        from inspector.loaders.keras2.v3 import family_events  # noqa: PLC0415 - only for the zip format

        yield from family_events(walk, family, identifier)
        return
    if family is LAYER and walk.release < _MODELS_IN_TABLE_SINCE and not _has_class(identifier):
        yield _unread_class(walk, identifier)
    elif isinstance(identifier, str):
        yield from name_events(walk, family, identifier)
    elif not isinstance(identifier, dict):
        text = texts.not_interpreted(family.noun, identifier)
        yield walk.problem("KER130", family.noun, "ValueError", text)
    elif "class_name" not in identifier or "config" not in identifier:
        yield walk.problem("KER130", family.noun, "ValueError", texts.improper_config(walk.release, identifier))
    elif isinstance(name := identifier["class_name"], list | dict):
        yield walk.problem("KER130", family.noun, "TypeError", f"unhashable type: {type(name).__name__!r}")
    else:
        yield from _class_events(walk, family, identifier)


def _has_class(identifier: Any) -> bool:
    return isinstance(identifier, dict) and "class_name" in identifier


def _unread_class(walk: Walk, identifier: Any) -> Problem:
    """Up to TensorFlow 2.2 `keras.layers.deserialize` asks for the class name before anything else."""
    if isinstance(identifier, dict):
        return walk.problem("KER130", LAYER.noun, "KeyError", "'class_name'")
    return walk.problem("KER130", LAYER.noun, "TypeError", texts.indexed_by_name(walk.python, identifier))


def name_events(walk: Walk, family: Family, name: str) -> Iterator[Event]:
    """What a string identifier raises: functions are taken as they are, classes are built without arguments."""
    if name in walk.custom:
        return
    if knows(walk, family, name):
        yield from _without_arguments(walk, family, name)
        return
    # Keras 2.12 turns an initializer's name into a class config without arguments, other families look it up as it is.
    text = texts.unknown_object(walk.release, family.noun, name, by_string=family is not INITIALIZER)
    yield walk.problem("KER105", name, "ValueError", text, kind=family.noun)


def _without_arguments(walk: Walk, family: Family, name: str) -> Iterator[Event]:
    """A layer's class that is named alone; the other families name functions, or classes that need nothing."""
    cls = class_of(walk, family, name, {}) if family is LAYER else None
    # Some releases wrap their constructors, whose parameters are then not those of the class: its config's keys are.
    needed = [key for key, required in cls.parameters.items() if required and key in (cls.config or ())] if cls else []
    if cls and needed:
        text = texts.missing_argument(walk.python, cls.name, needed)
        yield walk.problem("KER104", cls.name, "TypeError", text, key=needed[0], keys=", ".join(needed))


def _class_events(walk: Walk, family: Family, identifier: Mapping[str, Any]) -> Iterator[Event]:
    """A dict: the class is looked up, then built from its config."""
    name, config = identifier["class_name"], identifier["config"]
    known = walk.custom.get(name)
    if known is not None:
        if isinstance(config, dict):
            yield from custom_events(walk.at("config"), known, config)
        return
    if not knows(walk, family, str(name)):
        yield _unknown_class(walk, family, name)
        return
    refused = _not_items(walk, family, config)
    if refused is not None:
        yield refused
        return
    if family is LAYER and name in NETWORKS:
        yield from network_events(walk.at("config"), name, config)
        return
    if family is OPTIMIZER and wraps_optimizer(walk, name) and isinstance(config, dict):
        yield from _loss_scaled(walk.at("config"), config)
        return
    cls = class_of(walk, family, name, config)
    hidden = walk.facts.registered(name)
    if cls is None and hidden is not None and isinstance(config, dict):
        yield from _hidden_events(walk.at("config"), hidden, config)
    elif cls is None:
        yield walk.gap(f"nothing is recorded of the {family.noun} {name}")
    elif isinstance(config, dict):
        yield from built_events(walk.at("config"), family, cls, config)
    else:
        yield not_mapping(walk.at("config"), family, cls, config)


def _loss_scaled(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """An optimizer around another one."""
    yield from loss_scale_events(walk, config)
    key = loss_scale_keys(walk, config)[0]
    yield from object_events(walk.at(key), OPTIMIZER, config.get(key))


def _not_items(walk: Walk, family: Family, config: Any) -> Problem | None:
    """From TensorFlow 2.1 on the items of a class's config are looked at first; from 2.3 on it may be a list."""
    if isinstance(config, dict) or walk.release < _ITEMS_SINCE:
        return None
    # Sequential models of Keras 2.0 are stored as a bare list (`class_and_config_for_serialized_keras_object`).
    if isinstance(config, list) and walk.release >= _MODELS_IN_TABLE_SINCE:
        return None
    text = f"'{type(config).__name__}' object has no attribute 'items'"
    return walk.at("config").problem("KER130", family.noun, "AttributeError", text)


def not_mapping(walk: Walk, family: Family, cls: ClassFacts, config: Any) -> Problem:
    """The TypeError of the constructor for a config that is no dict, as `from_config` passes it on."""
    text = texts.no_mapping(walk.python, f"{cls.module}.{cls.name}", config)
    if family is INITIALIZER and isinstance(config, list):  # `Initializer.from_config` pops a key with a default
        text = "pop expected at most 1 argument, got 2"
    error = passed_on(walk, family, cls, config, ExpectedError("TypeError", text))
    return walk.problem("KER130", family.noun, error.type, error.message)


def _hidden_events(walk: Walk, cls: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[Event]:
    """A class that is registered but not public: the optimizers of Keras 2.8 that became the default in 2.11."""
    unknown = [key for key in config if key not in cls["parameters"] and key != "is_legacy_optimizer"]
    if not unknown:
        return
    if "optimizer_experimental" not in cls["module"]:
        yield walk.gap(f"nothing is recorded of {cls['module']}.{cls['name']}")
        return
    text = f"{unknown[0]} is not a valid argument, kwargs should be empty  for `optimizer_experimental.Optimizer`."
    yield walk.problem("KER102", cls["name"], "TypeError", text, keys=", ".join(unknown), key=unknown[0])


def network_events(walk: Walk, name: str, config: Any) -> Iterator[Event]:
    """What rebuilding a model of that class raises."""
    from inspector.loaders.keras2 import network  # noqa: PLC0415 - models hold objects: the modules call each other

    yield from network.network_events(walk, name, config)


def knows(walk: Walk, family: Family, name: str) -> bool:
    """Whether the family's table has the name, or a class of Keras' own is registered under it (`Custom>Adam`)."""
    if walk.facts.resolves(family.name, name) or _registered(walk, name) or walk.facts.registered(name) is not None:
        return True
    if family is LAYER and walk.release < _MODELS_IN_TABLE_SINCE:
        return name in _MODELS_BESIDE_TABLE
    if family is ACTIVATION and walk.release >= (2, 5) and name in _ACTIVATION_LAYERS:
        return True
    if family is SCHEDULE:
        # Up to Keras 2.12 their table is the module that they stand in.
        return bool(walk.facts.named(name, family.name))
    if family is OPTIMIZER:
        return wraps_optimizer(walk, name) or walk.facts.resolves(family.name, name.lower())
    return family is DTYPE_POLICY and bool(walk.facts.named(name, family.name))


def _registered(walk: Walk, name: str) -> tuple[ClassFacts, ...]:
    """The classes of Keras that a decorator registered under that name."""
    bare = name.rpartition(">")[2]
    return tuple(c for c in walk.facts.named(bare) if c.registered_name == name) if ">" in name else ()


def _unknown_class(walk: Walk, family: Family, name: Any) -> Problem:
    """The ValueError for a class that the table lacks. Up to TF 2.2 a dict activation is called `activation`."""
    if not isinstance(name, str) and walk.release < _FORMATTED_SINCE:
        text = f'can only concatenate str (not "{type(name).__name__}") to str'
        return walk.problem("KER130", family.noun, "TypeError", text)
    name = str(name)
    noun = "activation" if family is ACTIVATION and walk.release < (2, 3) else family.noun
    text = texts.unknown_object(walk.release, noun, name)
    return walk.problem("KER101", name, "ValueError", text, kind=family.noun)


def class_of(walk: Walk, family: Family, name: str, config: Any) -> ClassFacts | None:
    """The recorded class that the family's table has under that name."""
    found = _registered(walk, name) or walk.facts.named(name, family.name) or walk.facts.named(name)
    if family is OPTIMIZER:
        found = _optimizer_generation(walk, name, config, found)
    return found[0] if found else None


def _optimizer_generation(walk: Walk, name: str, config: Any, found: tuple[ClassFacts, ...]) -> tuple[ClassFacts, ...]:
    """Keras 2.9 to 2.15 have each optimizer twice; `is_legacy_optimizer: false` in its config chooses the new one."""
    if not found:  # the table's names are lower case, the lookup ignores case
        names = {c.lower(): c for c in _OPTIMIZERS}
        found = walk.facts.named(names.get(name.lower(), name))
    # keras/src/optimizers/__init__.py `deserialize`: a config without the key counts as a legacy one.
    new = isinstance(config, dict) and config.get("is_legacy_optimizer", True) is False
    old_modules = (".legacy.", ".optimizer_v2.")
    wanted = [c for c in found if any(part in c.module for part in old_modules) is not new]
    return tuple(wanted) or found


def built_events(walk: Walk, family: Family, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[Event]:
    """What building the class from its config raises: its keys, then the objects that the config holds."""
    if cls.name in NETWORKS and family is LAYER:
        yield from network_events(walk, cls.name, config)
        return
    failed = False
    if family is OPTIMIZER and isinstance(config.get("learning_rate"), dict):
        # `from_config` makes the schedule before anybody looks at the other keys.
        scheduled = list(_scheduled(walk, cls, config["learning_rate"]))
        yield from scheduled
        if any(isinstance(event, Problem) for event in scheduled):
            return
        config = {key: value for key, value in config.items() if key != "learning_rate"}
    for event in config_events(walk, cls, config):
        failed = failed or isinstance(event, Problem)
        yield event
    if not failed:
        events = until_problem(
            lambda: layer_value_events(walk, cls.name, config) if family is LAYER else (),
            lambda: file_events(walk, cls, config),
            # Beside what names another object: a value that can name none.
            lambda: made_events(walk, cls, config),
            lambda: nested_events(walk, family, cls, config),
        )
        yield from reworded(events, lambda error: passed_on(walk, family, cls, config, error))


def _scheduled(walk: Walk, cls: ClassFacts, schedule: Any) -> Iterator[Event]:
    """A learning rate that is a schedule. The old Adagrad leaves it a dict, which fails where its slots are made."""
    old = any(part in cls.module for part in (".legacy.", ".optimizer_v2.")) or walk.release < _EXPERIMENTAL_SINCE
    if cls.name == "Adagrad" and old and walk.has_slots:
        text = f"Attempt to convert a value ({schedule}) with an unsupported type (<class 'dict'>) to a Tensor."
        yield walk.problem("KER103", cls.name, "ValueError", text, key="learning_rate", value=repr(schedule))
    elif not (cls.name == "Adagrad" and old):
        yield from object_events(walk.at("learning_rate"), SCHEDULE, schedule)


def file_events(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[Event]:
    """A vocabulary that is a path is read while the layer is made: files of the machine that saved it are not there."""
    path = config.get("vocabulary")
    if isinstance(path, str) and path not in walk.runtime.assumed_files:
        text = f"Vocabulary file {path} does not exist."
        yield walk.at("vocabulary").problem("KER133", path, "ValueError", text, target=path, layer=cls.name)


def passed_on(
    walk: Walk, family: Family, cls: ClassFacts, config: Mapping[str, Any] | list[Any], error: ExpectedError
) -> ExpectedError:
    """An exception from inside the constructor as `from_config` passes it on.

    Keras 2.12 and later wrap it, but not the classes with a `from_config` of their own: what unknown keys do tells
    which.
    """
    refusal = walk.facts.unknown_keys(walk.path, cls)
    if walk.release < (2, 12) or family is not LAYER or not isinstance(refusal, Rejected):
        return error
    later = walk.path == "v3" and error.message.startswith(_RAISED_LATER) and not _named_alone(config, error.message)
    if not refusal.text.startswith("Error when deserializing class") or later:
        return error
    return ExpectedError("TypeError", texts.deserializing(cls.name, config, error.message))


def _named_alone(config: Mapping[str, Any] | list[Any], message: str) -> bool:
    """Whether the config names the unknown object by a string, which the constructor looks up at once."""
    values = config.values() if isinstance(config, dict) else ()
    return any(isinstance(value, str) and f"'{value}'" in message[:200] for value in values)


def nested_events(walk: Walk, family: Family, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[Event]:
    """The objects that the constructor deserializes, in the order of its parameters."""
    if cls.name == "Lambda":
        from inspector.loaders.keras2.lambdas import lambda_events  # noqa: PLC0415 - only for the models that hold one

        yield from lambda_events(walk, config)
        return
    order = {key: place for place, key in enumerate(cls.parameters)}
    for key in sorted(config, key=lambda k: order.get(k, len(order))):
        value = config[key]
        if value is None:  # no object: most keys of most layers
            continue
        if family is LAYER and key in _LAYER_KEYS:
            yield from object_events(walk.at(key), LAYER, value)
        elif family is LAYER and key == "cells" and isinstance(value, list):
            for index, cell in enumerate(value):
                yield from object_events(walk.at(key).at(index), LAYER, cell)
        elif family is LAYER:
            yield from _of_layer(walk, cls, key, value)
        elif isinstance(value, (dict, str)):
            yield from _of_other(walk.at(key), family, key, value)


def _of_layer(walk: Walk, cls: ClassFacts, key: str, value: Any) -> Iterator[Event]:
    """An initializer, regularizer, constraint, activation, dtype policy or function of a layer."""
    if key == "dtype" and isinstance(value, dict):
        yield from policy_events(walk.at(key), value)
    elif cls.name == "Activation" and key == "activation":
        yield from object_events(walk.at(key), ACTIVATION, value)
    elif key.endswith(_ENDINGS):
        family = next(family for suffix, family in _BY_KEY if key.endswith(suffix))
        yield from object_events(walk.at(key), family, value)


def policy_events(walk: Walk, value: Mapping[str, Any]) -> Iterator[Event]:
    """A dtype policy as a dict, known from TensorFlow 2.1 on; before, the dict itself is taken for a dtype."""
    if walk.release < (2, 1):
        yield walk.problem("KER103", "dtype", "TypeError", "unhashable type: 'dict'", key="dtype", value=repr(value))
    else:
        yield from object_events(walk, DTYPE_POLICY, plain_policy(value) if walk.release >= (2, 4) else value)


def _of_other(walk: Walk, family: Family, key: str, value: Any) -> Iterator[Event]:
    """The objects inside losses, metrics and optimizers."""
    if family in (METRIC, LOSS) and key == "fn":
        yield from object_events(walk, family, value)
    elif key == "learning_rate" and isinstance(value, dict):
        yield from object_events(walk, SCHEDULE, value)
    elif key in ("inner_optimizer", "optimizer") and isinstance(value, dict):
        yield from object_events(walk, OPTIMIZER, value)
