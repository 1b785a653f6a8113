"""`cls.from_config(config)` of Keras 3's own classes, and of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3 import functional, lambdas, sequential, tfsm_layer, torch_wrapper
from inspector.loaders.keras3.identifiers import family_of, get
from inspector.loaders.keras3.lookup import check_vocabulary
from inspector.loaders.keras3.odd import check_made
from inspector.loaders.keras3.policies import check_policy, names_policy, with_dtype
from inspector.loaders.keras3.values import refused
from inspector.loaders.keras_common.construct import CELL_FIRST, Construction, check_config, last_cause, wrapped
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import FunctionThing, Thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts
    from inspector.terms.runtime import CustomObject

# Classes whose from_config deserializes these keys itself, before the constructor runs.
WRAPPED_KEYS = {
    "Wrapper": ("layer",),
    "TimeDistributed": ("layer",),
    "SpectralNormalization": ("layer",),
    "Bidirectional": ("layer", "backward_layer"),
    "RNN": ("cell",),
    "StackedRNNCells": ("cells",),
    "LossScaleOptimizer": ("inner_optimizer",),
    "Pipeline": ("layers",),
}
# What Layer.__init__ takes in every Keras 3.
_OF_LAYER = frozenset({"activity_regularizer", "autocast", "dtype", "input_dim", "input_shape", "name", "trainable"})
_ABSTRACT = frozenset({"Layer", "Model", "Sequential", "Metric", "Mean", "Optimizer", "Initializer", "Wrapper"})
_POLICIES_BY_NAME = frozenset({"QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy"})
# Base classes that were not recorded, and a class whose constructor only calls theirs with the same keys.
_STANDS_FOR = {"keras.losses.Loss": "keras.losses.MeanSquaredError", "keras.Loss": "keras.losses.MeanSquaredError"}
# Keys that from_config deserializes but does not take away: their objects then stand in the config.
_DESERIALIZED_KEYS = {
    "Rescaling": ("scale", "offset"),
    "Dense": ("quantization_config",),
    "EinsumDense": ("quantization_config",),
    "Embedding": ("quantization_config",),
    "TextVectorization": ("standardize", "split"),
    "MeanMetricWrapper": ("fn",),
}


def instantiate(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    """The instance that `cls.from_config(config)` makes, or the LoadFailure that it raises."""
    special = _SPECIAL.get(cls.name) if cls.kind in {"layer", "model"} else None
    if special is not None:
        made = special(session, cls, config, pointer)
        made.broken_dtype = cls.name == "Lambda" and names_policy(session, config, pointer)
        return made
    if cls.name in WRAPPED_KEYS:
        return _wrapper(session, cls, config, pointer)
    if cls.name == "MeanMetricWrapper":
        _check_metric_name(session, cls, config, pointer)
    for key in _DESERIALIZED_KEYS.get(cls.name, ()):
        # Quantization by a config object came with 3.13: the key is an unknown one before.
        if key == "quantization_config" and session.release < (3, 13):
            continue
        _deserialize_key(session, config, key, pointer)
    return _plain(session, cls, config, pointer)


def _check_metric_name(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> None:
    """`from_config` deserializes the whole config: a name that `custom_objects` has as well becomes that object."""
    name = config.get("name")
    custom = session.custom(name) if isinstance(name, str) and "fn" in config else None
    if custom is None:
        return
    shown = "function" if custom.is_function else "type"
    kind, text = "AttributeError", f"'{shown}' object has no attribute 'replace'"
    if session.release < (3, 0, 5):
        kind, text = (
            "ValueError",
            f"Argument `name` must be a string and cannot contain character `/`. Received: name={name}",
        )
    details = {"class": cls.name, "key": "name", "value": repr(name)}
    raise LoadFailure(kind, text, "KER103", cls.name, f"{pointer}/name", details)


def _deserialize_key(session: Session, config: dict[str, Any], key: str, pointer: str) -> Any:
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    return deserialize(session, config.get(key), f"{pointer}/{key}")


def _plain(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    """`cls(**config)` of a class without a from_config of its own."""
    if cls.name in _POLICIES_BY_NAME and session.release < (3, 4) and "name" not in config:
        # 3.3 makes them by their name alone (`DTypePolicy.__new__`), later releases store what it is made of.
        text = "DTypePolicy.__new__() missing 1 required positional argument: 'name'"
        raise LoadFailure("TypeError", text, "KER104", cls.name, pointer, {"class": cls.name, "keys": "name"})
    shown, broken = with_dtype(session, cls, config, pointer)
    nested = nested_failures(session, cls, config, pointer)
    named = "name" in config and cls.kind in {"layer", "operation"}
    # Recurrent layers make their cell before they call their base, which looks at the name.
    if named and cls.name not in CELL_FIRST:
        _check_name(session, cls, shown, pointer)
    _check_replaced(cls, shown, pointer, nested)
    check_config(Construction(session, cls, shown, pointer, nested))
    if named and cls.name in CELL_FIRST:
        _check_name(session, cls, shown, pointer)
    check_vocabulary(session, cls, shown, pointer)
    _check_values(session, cls, shown, pointer)
    check_made(session, cls, shown, pointer)
    thing = Thing(cls.name, config, cls)
    thing.broken_dtype = broken
    return thing


def _check_replaced(cls: ClassFacts, config: dict[str, Any], pointer: str, nested: dict[str, LoadFailure]) -> None:
    """The legacy path takes `score_mode: dot` for the function `keras.layers.dot`, which Attention then refuses."""
    mode = config.get("score_mode")
    if cls.name == "Attention" and isinstance(mode, FunctionThing):
        text = (
            f"Invalid value for argument score_mode. Expected one of {{'dot', 'concat'}}. Received: score_mode={mode}"
        )
        details = {"class": cls.name, "key": "score_mode", "value": repr(mode)}
        nested["score_mode"] = LoadFailure("ValueError", text, "KER103", cls.name, f"{pointer}/score_mode", details)


def _check_values(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> None:
    """What the constructor raises because of a value that it looks at itself."""
    found = refused(session, cls, config)
    if found is None:
        return
    details = {"class": cls.name, "key": found.key, "value": repr(config.get(found.key))}
    failure = LoadFailure(found.type, found.text, "KER103", cls.name, f"{pointer}/{found.key}", details)
    raise wrapped(session, cls, config, failure)


def _check_name(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> None:
    """Keras 3 refuses a slash in a layer's name."""
    name = config["name"]
    if name is None or (isinstance(name, str) and "/" not in name):
        return
    received = f"Received: name={name} (of type {type(name)})"
    text = f"Argument `name` must be a string and cannot contain character `/`. {received}"
    details = {"class": cls.name, "key": "name", "value": repr(name)}
    raise wrapped(
        session, cls, config, LoadFailure("ValueError", text, "KER103", details["class"], f"{pointer}/name", details)
    )


def nested_failures(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> dict[str, LoadFailure]:
    """What the objects in a constructor's arguments raise, by key."""
    found: dict[str, LoadFailure] = {}
    for key, value in config.items():
        # What the class does not take is refused before anybody looks at the value.
        if key not in cls.parameters and key not in (cls.config or {}) and key != "activity_regularizer":
            continue
        # What names nothing was never tried as an initializer and the like: trials stand for names.
        nameless = family_of(key) is not None and not _names_something(value)
        if value is None or (not nameless and session.facts.trial(session.path, cls, key, value) is True):
            continue
        try:
            _nested(session, cls, key, value, f"{pointer}/{key}")
        except LoadFailure as failure:
            found[key] = failure
    return found


def _names_something(value: Any) -> bool:
    """Whether an identifier is a name, or an object with a class."""
    return isinstance(value, str) or (isinstance(value, dict) and "class_name" in value)


def _nested(session: Session, cls: ClassFacts, key: str, value: Any, pointer: str) -> None:
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    family = family_of(key)
    if cls.kind in {"layer", "model"} and family is not None:
        get(session, family, value, pointer)
    elif isinstance(value, dict) and "class_name" in value and cls.kind in {"optimizer", "loss", "metric"}:
        deserialize(session, value, pointer)


def _wrapper(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    """A class whose from_config first makes what it wraps."""
    inner: dict[str, Any] = {}
    keys = WRAPPED_KEYS[cls.name]
    for key in keys:
        if key not in config and key != "backward_layer":
            raise LoadFailure("KeyError", repr(key), "KER104", cls.name, pointer, {"class": cls.name, "keys": key})
        inner[key] = _deserialize_key(session, config, key, pointer)
    rest = {k: v for k, v in config.items() if k not in keys}
    if isinstance(rest.get("dtype"), str):
        check_policy(session, cls, rest, pointer)
    shown, broken = with_dtype(session, cls, rest, pointer) if session.release < (3, 4) else (rest, False)
    broken = broken or names_policy(session, rest, pointer)
    nested = nested_failures(session, cls, rest, pointer)
    # The wrapped keys count as given: the constructor gets the objects made of them.
    given = {**dict.fromkeys(keys), **shown}
    if "name" in rest and cls.kind == "layer":
        _check_name(session, cls, rest, pointer)
    check_config(Construction(session, cls, given, pointer, nested, frozenset(keys)))
    _check_values(session, cls, config, pointer)
    thing = Thing(cls.name, config, cls)
    thing.broken_dtype = broken
    for key, made in inner.items():
        for i, one in enumerate(made if isinstance(made, list) else [made]):
            if isinstance(one, Thing):
                thing.inner[key if not i else f"{key}{i}"] = one
    return thing


def instantiate_custom(session: Session, custom: CustomObject, config: dict[str, Any], pointer: str) -> Thing:
    """An instance of a class of the user's: checked against its constructor as far as that is known."""
    if not custom.revives:
        try:
            _check_constructor(session, custom, config, pointer)
        except LoadFailure as failure:
            if not custom.is_layer:
                raise
            text = f"Error when deserializing class '{custom.name}' using config={_shown(session, config)}.\n\n"
            raise failure.reworded("TypeError", f"{text}Exception encountered: {last_cause(failure.text)}") from failure
    thing = Thing(custom.name, config, custom=custom)
    thing.layers = _revived(session, custom, config, pointer)
    if {"name", "layers", "input_layers", "output_layers"} <= set(config):
        return functional.from_config(session, thing, config, pointer)
    return thing


def _revived(session: Session, custom: CustomObject, config: dict[str, Any], pointer: str) -> list[Thing]:
    """What its `from_config`, or that of its base, makes of the config's values before the constructor runs."""
    keys = custom.deserialized if custom.revives else WRAPPED_KEYS.get(custom.keras_base.rpartition(".")[2], ())
    made = [_deserialize_key(session, config, key, pointer) for key in keys if key in config]
    return [one for one in made if isinstance(one, Thing)]


def _shown(session: Session, config: dict[str, Any]) -> dict[str, Any]:
    """The config as from_config has it when the constructor fails: since 3.4 with the dtype policy's name."""
    dtype = config.get("dtype")
    policy = dtype.get("config") if isinstance(dtype, dict) and session.release >= (3, 4) else None
    return {**config, "dtype": policy.get("name")} if isinstance(policy, dict) else config


def _check_constructor(session: Session, custom: CustomObject, config: dict[str, Any], pointer: str) -> None:
    """What the constructor raises because of the config's keys."""
    if custom.parameters is None:
        _check_base(session, custom, config, pointer)
        return
    unknown = [k for k in config if k not in custom.parameters] if not custom.has_kwargs else []
    missing = [k for k in custom.required if k not in config]
    refused = custom.refused_by_base(config, _OF_LAYER)
    if unknown:
        text = f"{custom.name}.__init__() got an unexpected keyword argument {unknown[0]!r}"
        details = {"class": custom.name, "keys": ", ".join(unknown)}
        raise LoadFailure("TypeError", text, "KER102", details["class"], f"{pointer}/{unknown[0]}", details)
    if missing:
        text = f"{custom.name}.__init__() missing {len(missing)} required positional argument: {missing[0]!r}"
        details = {"class": custom.name, "keys": ", ".join(missing)}
        raise LoadFailure("TypeError", text, "KER104", details["class"], pointer, details)
    if refused:
        given = {key: config[key] for key in refused}
        text = f"Unrecognized keyword arguments passed to {custom.name}: {given}"
        details = {"class": custom.name, "keys": ", ".join(refused)}
        raise LoadFailure("ValueError", text, "KER102", details["class"], f"{pointer}/{refused[0]}", details)
    if custom.hands_on:
        _check_base(session, custom, config, pointer)


def _check_base(session: Session, custom: CustomObject, config: dict[str, Any], pointer: str) -> None:
    """What the constructor of its base says of the keys that reach it, where this is a class of Keras.

    A class without a constructor of its own is made by that of its base; one that hands its **kwargs on gives the base
    what it does not take itself, and whatever the base needs besides.
    """
    if not custom.keras_base:
        return
    base = session.facts.exported(_STANDS_FOR.get(custom.keras_base, custom.keras_base))
    if base is None or base.is_function or base.name in _ABSTRACT:
        return
    gaps = list(session.gaps)
    check_config(Construction(session, base, custom.for_base(config, base.config_v3 or base.config), pointer))
    session.gaps[:] = gaps


def _functional(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    return functional.from_config(session, Thing(cls.name, config, cls), config, pointer)


def _sequential(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    return sequential.from_config(session, Thing(cls.name, config, cls), config, pointer)


def _lambda(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    thing = lambdas.from_config(session, cls, config, pointer)
    if isinstance(config.get("dtype"), str) or session.release < (3, 3):
        with_dtype(session, cls, config, pointer)  # its own from_config leaves the policy to the constructor
    return thing


_SPECIAL: dict[str, Callable[[Session, ClassFacts, dict[str, Any], str], Thing]] = {
    "Functional": _functional,
    "Model": _functional,
    "Sequential": _sequential,
    "Lambda": _lambda,
    tfsm_layer.NAME: tfsm_layer.from_config,
    torch_wrapper.NAME: torch_wrapper.from_config,
}
