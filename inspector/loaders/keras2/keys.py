"""Whether a class of this release takes a config: unknown keys, values it refuses, keys it misses.

What decides are the recorded trials of each class. A key that no trial covers is answered by the constructor's
signature or by what unknown keys do to that class; else it is a gap.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.runtime.facts import Rejected
from inspector.terms.finding import ExpectedError, Problem
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import ClassFacts
    from inspector.terms.runtime import CustomObject


# Keys that the `from_config` of a kind drops before it calls the constructor: initializers of TensorFlow 1 carry a
# dtype.
_IGNORED = {"initializer": "dtype"}

# What the base classes pop from **kwargs in every release from 1.15 to 2.15. Source: OptimizerV2, Layer.
_OPTIMIZER_REFUSES = "Unexpected keyword argument passed to optimizer"
_OPTIMIZER_KEYS = frozenset({"clipnorm", "clipvalue", "decay", "lr"})
# Keras 2.12 and later word anew what the constructor of a layer raises. Source: Layer.from_config.
_REWORDED_SINCE = (2, 12)
_LAYER_KEYS = frozenset({"batch_input_shape", "batch_size", "input_dim", "input_shape", "weights"})
# An InputLayer takes none of these: it looks at its **kwargs itself.
_MORE_LAYER_KEYS = _LAYER_KEYS | {"autocast", "implementation"}
_BASE_KEYS = frozenset({"activity_regularizer", "autocast", "dtype", "dynamic", "implementation", "name", "trainable"})
# What the public BatchNormalization hands on to its base class. Source: BatchNormalizationBase.__init__.
_NORMALIZATION_KEYS = frozenset({"adjustment", "fused", "renorm", "renorm_momentum", "virtual_batch_size"})
_OF_LAYER = _LAYER_KEYS | _BASE_KEYS
# What a functional model stores; the class that is made from it may be the user's own.
_GRAPH_KEYS = frozenset({"name", "layers", "input_layers", "output_layers"})
_ABSTRACT = frozenset({"Layer", "Model", "Sequential", "Loss", "Metric", "Optimizer", "Mean", "Initializer", "Wrapper"})
# A layer that takes no more than every layer does, and hands it on.
_PLAIN_LAYER, _LAYER = "keras.layers.Flatten", "keras.layers.Layer"
# Keys that only SavedModel metadata holds, with the release since which their classes take them. Source:
# index_lookup.py.
_SAVED_MODEL_KEYS = {"has_input_vocabulary": (2, 6)}


@record(frozen=False)
class _Answers:
    """What the trials say of each key of one config."""

    unknown: list[str]
    refused: list[tuple[str, Rejected]]
    untried: list[str]


def config_events(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[Event]:
    """What `cls.from_config(config)` raises because of the keys, in Python's order: unexpected, missing, refused."""
    # Python binds all arguments before it runs a line of the constructor, so an unexpected keyword wins over every bad
    # value, wherever the two stand in the config.
    answers = _answers(walk, cls, config)
    missing = _missing(walk, cls, config)
    refusals = _refusals(walk, cls, config, answers)
    # With **kwargs the constructor is entered first: Python's own check of missing arguments comes before that of keys.
    yield from (*missing, *refusals) if cls.has_kwargs else (*refusals, *missing)
    for key in answers.untried:
        yield walk.at(key).gap(f"what {cls.name} does with the key {key!r} was not recorded")


def _refusals(walk: Walk, cls: ClassFacts, config: Mapping[str, Any], answers: _Answers) -> list[Event]:
    """The exceptions for unknown keys and refused values, in the recorded order in which the class meets them."""
    order = {key: place for place, key in enumerate(walk.facts.order(walk.path, cls))}
    ranked: list[tuple[int, list[Event]]] = []
    if answers.unknown:
        rank = min(order.get(key, len(order)) for key in answers.unknown)
        ranked.append((rank, _unknown(walk, cls, config, answers)))
    for key, rejected in answers.refused:
        text = filled(rejected.text, config, config.get(key))
        details = {"key": key, "value": repr(config.get(key))}
        event = walk.at(key).problem("KER103", cls.name, rejected.type, text, **details)
        ranked.append((order.get(key, len(order)), [event]))
    return [event for _, events in sorted(ranked, key=lambda item: item[0]) for event in events]


def _answers(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> _Answers:
    """Every key asked once."""
    answers = _Answers([], [], [])
    refusal = walk.facts.unknown_keys(walk.path, cls)
    for key, value in config.items():
        # Held against the constructor's signature these would make sound files of older releases fail.
        if key == _IGNORED.get(cls.kind) or _is_popped(walk, cls, key):
            continue
        if key in _SAVED_MODEL_KEYS and walk.release >= _SAVED_MODEL_KEYS[key]:
            continue
        # A recorded trial outweighs the signature: it was made with this key in this release, and **kwargs say nothing
        # about what the body does with them.
        said = walk.facts.trial(walk.path, cls, key, value)
        if isinstance(said, Rejected):
            if _is_unknown_key(said, refusal, key, config):
                answers.unknown.append(key)
            elif _applies(said, key, config):
                answers.refused.append((key, said))
        elif said is False and not _is_of_class(cls, key) and not _is_of_base(cls, key, refusal):
            if isinstance(refusal, Rejected):
                answers.unknown.append(key)
            elif refusal is False:
                answers.untried.append(key)
    return answers


def _is_popped(walk: Walk, cls: ClassFacts, key: str) -> bool:
    """`LossFunctionWrapper.from_config` of 2.12 drops the function while a zip is loaded, where no trial was made."""
    loading = walk.path == "v3" and walk.release == (2, 12)
    return loading and key == "fn" and cls.kind == "loss" and cls.name != "LossFunctionWrapper"


def _is_of_class(cls: ClassFacts, key: str) -> bool:
    """Whether the constructor names the key, the class emits it, or nothing that it emits is recorded."""
    return key in cls.parameters or cls.config is None or key in cls.config


def _is_of_base(cls: ClassFacts, key: str, refusal: object) -> bool:
    """Whether the base class takes the key from **kwargs: old releases of Keras write some that no newer one does."""
    if isinstance(refusal, Rejected) and refusal.text.startswith(_OPTIMIZER_REFUSES):
        return key in _OPTIMIZER_KEYS or f"'{key}'" in refusal.text.partition("Allowed kwargs are ")[2]
    keys = _LAYER_KEYS if cls.name == "InputLayer" else _MORE_LAYER_KEYS
    keys = keys | _NORMALIZATION_KEYS if cls.name == "BatchNormalization" else keys
    return cls.kind == "layer" and cls.has_kwargs and key in keys


def _applies(said: Rejected, key: str, config: Mapping[str, Any]) -> bool:
    """Whether a recorded refusal holds here: it may rest on another key, which its text then shows with its value."""
    shown = re.findall(r"`?(\w+)`?=([^\s,;]+)", said.text.replace("{inner}", "").replace("{config}", ""))
    return all(other == key or other not in config or str(config[other]) == value.rstrip(".") for other, value in shown)


def _is_unknown_key(said: Rejected, refusal: object, key: str, config: Mapping[str, Any]) -> bool:
    """Whether the trial was refused as any unknown key is: the same text but for the key."""
    if not isinstance(refusal, Rejected) or said.type != refusal.type:
        return False
    return filled(said.text, config, None) == filled(listed(refusal.text, {key: config[key]}), config, None)


def listed(text: str, found: Mapping[str, Any]) -> str:
    """The text of the trial of `zz_a` and `zz_b` with the keys of this config: as list, dict, or the first alone."""
    keys = list(found)
    text = re.sub(r"\['zz_a', 'zz_b'\]", lambda _: repr(keys), text)
    text = re.sub(r"\{'zz_a': 1, 'zz_b': 2\}", lambda _: repr(dict(found)), text)
    text = re.sub(r"\{'zz_a', 'zz_b'\}|\{'zz_b', 'zz_a'\}", lambda _: repr(set(keys)), text)
    return text.replace("zz_a", keys[0]).replace("zz_b", keys[-1])


def _unknown(walk: Walk, cls: ClassFacts, config: Mapping[str, Any], answers: _Answers) -> list[Event]:
    """The one exception that names every unknown key."""
    refusal = walk.facts.unknown_keys(walk.path, cls)
    if not isinstance(refusal, Rejected):
        return []
    text = filled(listed(refusal.text, {key: config[key] for key in answers.unknown}), config, None)
    first, keys = answers.unknown[0], ", ".join(answers.unknown)
    return [walk.at(first).problem("KER102", cls.name, refusal.type, text, keys=keys, key=first)]


def _missing(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> list[Event]:
    """The exception for required keys that the config lacks."""
    known = dict.fromkeys((*(k for k, required in cls.parameters.items() if required), *(cls.config or ())))
    absent = [key for key in known if key not in config]
    for key in absent:
        said = walk.facts.without(walk.path, cls, key)
        if isinstance(said, Rejected) and _is_needed(cls, key, said, config):
            text = filled(said.text, config, None)
            return [walk.problem("KER104", cls.name, said.type, text, key=key, keys=", ".join(absent))]
    return []


def _is_needed(cls: ClassFacts, key: str, said: Rejected, config: Mapping[str, Any]) -> bool:
    """Whether leaving the key out is fatal with this config too: another key may stand in for it."""
    if cls.name == "InputLayer":
        return not any(name.endswith("shape") for name in config)
    return cls.parameters.get(key, False) or said.type == "KeyError" or repr(key) in said.text


def filled(text: str, config: Mapping[str, Any] | None, value: Any) -> str:
    """A recorded text with its placeholders `{config}` and `{value}` filled in."""
    shown = repr(dict(config or {}))
    return text.replace("{inner}", shown).replace("{config}", shown).replace("{value}", repr(value))


def custom_events(walk: Walk, known: CustomObject, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the user's own class raises for the config, as far as its constructor is known."""
    from inspector.loaders.keras2.walk import reworded  # noqa: PLC0415 - cold start: few models hold such a class

    if known.revives:
        yield from _revived_events(walk, known, config)
        return
    # keras/src/engine/training.py `Model.from_config` takes the functional path for subclasses too, where the config is
    # that of a graph; their constructor then gets inputs and outputs, not these keys.
    if set(config) >= _GRAPH_KEYS:
        from inspector.loaders.keras2.network import network_events  # noqa: PLC0415 - models hold objects

        yield from network_events(walk, "Functional", config)
        return
    if known.parameters is None:
        yield from _events_of_base(walk, known, config)
        return
    events = _constructor_events(walk, known, config)
    # keras/src/engine/base_layer.py `from_config` has caught every Exception since 2.12 and raises a TypeError instead;
    # losses, metrics and optimizers have one of their own, which does not.
    if walk.release < _REWORDED_SINCE or not known.is_layer:
        yield from events
        return

    def again(error: ExpectedError) -> ExpectedError:
        return ExpectedError("TypeError", texts.deserializing(known.name, config, error.message))

    yield from reworded(events, again)


def _revived_events(walk: Walk, known: CustomObject, config: Mapping[str, Any]) -> Iterator[Event]:
    """A `from_config` of the user's is not run; what it deserializes by class name must at least be known."""
    if walk.path == "v3":
        from inspector.loaders.keras2.v3 import value_events  # noqa: PLC0415 - they call each other

        for key in known.deserialized:
            yield from value_events(walk.at(key), config.get(key))
    for key, value in config.items():
        name = value.get("class_name") if isinstance(value, dict) and "config" in value else None
        if walk.path == "legacy" and isinstance(name, str) and name not in walk.custom and not walk.facts.named(name):
            text = texts.unknown_object(walk.release, "layer", name)
            yield walk.at(key).problem("KER101", name, "ValueError", text, kind="layer")
            return


def _events_of_base(walk: Walk, known: CustomObject, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the constructor of its base says of the keys that reach it, where this is a class of Keras.

    A class without a constructor of its own is made by that of its base; one that hands its **kwargs on gives the base
    what it does not take itself, and whatever the base needs besides.
    """
    base = walk.facts.exported(known.keras_base) if known.keras_base else None
    if base is not None and not base.is_function and base.name not in _ABSTRACT:
        handed = known.for_base(config, base.config)
        yield from (event for event in config_events(walk, base, handed) if isinstance(event, Problem))


def _constructor_events(walk: Walk, known: CustomObject, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the constructor raises because of the keys."""
    unexpected = [key for key in config if key not in (known.parameters or ())]
    # The order of the three is Python's: names that the signature lacks, then (inside) what the base refuses. Missing
    # arguments are told last, because Python reports an unexpected keyword before a missing one.
    if unexpected and not known.has_kwargs:
        text = texts.unexpected_keyword(walk.python, known.name, unexpected[0])
        yield walk.problem("KER102", known.name, "TypeError", text, key=unexpected[0], keys=", ".join(unexpected))
    refused = known.refused_by_base(config, _OF_LAYER)
    if refused:
        text = str(("Keyword argument not understood:", refused[0]))
        yield walk.problem("KER102", known.name, "TypeError", text, key=refused[0], keys=", ".join(refused))
    missing = [key for key in known.required if key not in config]
    if missing:
        text = texts.missing_argument(walk.python, known.name, missing)
        yield walk.problem("KER104", known.name, "TypeError", text, key=missing[0], keys=", ".join(missing))
    if known.hands_on and not missing:
        yield from _events_of_base(walk, known, config)
        yield from _events_of_policy(walk, known, config)


def _events_of_policy(walk: Walk, known: CustomObject, config: Mapping[str, Any]) -> Iterator[Event]:
    """The dtype policy of Keras 3, a serialized object, as it reaches `Layer`, which was not recorded by itself."""
    stand_in = walk.facts.exported(_PLAIN_LAYER)
    named = "dtype" in (known.parameters or ())
    if (
        stand_in is None
        or named
        or not known.is_layer
        or known.keras_base != _LAYER
        or not isinstance(config.get("dtype"), dict)
    ):
        return
    handed = {**(stand_in.config or {}), "dtype": config["dtype"]}
    yield from (event for event in config_events(walk, stand_in, handed) if isinstance(event, Problem))
