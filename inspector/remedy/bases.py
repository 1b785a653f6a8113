"""What a skeleton inherits: the base class of its kind, or the built-in class whose config it repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.remedy.missing import Missing
    from inspector.runtime.facts import ClassFacts, KerasFacts


@record
class Base:
    """A base class as the source names it (`keras.layers.Layer`), the config keys that it takes itself, and why."""

    source: str
    keys: frozenset[str]
    is_guess: bool = False


_COMMON = frozenset({"name", "dtype"})
# Keys that `get_config` of each base class gives in some release.
_LAYER_KEYS = _COMMON | {"trainable", "batch_input_shape", "batch_shape", "autocast", "dynamic", "input_dtype"}
_BASES = {
    "layer": Base("keras.layers.Layer", _LAYER_KEYS),
    "model": Base("keras.Model", _LAYER_KEYS),
    "loss": Base("keras.losses.Loss", _COMMON | {"reduction"}),
    "metric": Base("keras.metrics.Metric", _COMMON),
    "optimizer": Base("keras.optimizers.Optimizer", frozenset({"name"})),
    "schedule": Base("keras.optimizers.schedules.LearningRateSchedule", frozenset()),
    "initializer": Base("keras.initializers.Initializer", frozenset()),
    "regularizer": Base("keras.regularizers.Regularizer", frozenset()),
    "constraint": Base("keras.constraints.Constraint", frozenset()),
}
_SGD = Base("keras.optimizers.SGD", frozenset({"name", "learning_rate", "momentum", "nesterov"}), is_guess=True)
# Classes that are often subclassed, the more particular first.
_OFTEN = {
    "optimizer": ("Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Adagrad", "Adadelta", "Ftrl", "SGD"),
    "layer": (
        "LSTM", "GRU", "SimpleRNN", "MultiHeadAttention", "SeparableConv2D", "DepthwiseConv2D", "Conv3D", "Conv2D",
        "Conv1D", "BatchNormalization", "LayerNormalization", "Embedding", "Dense",
    ),
}  # fmt: skip
# Fewer keys of its own do not tell a class.
_TELLING = 3


def base_of(missing: Missing, facts: KerasFacts) -> Base:
    """The base class of a skeleton. A built-in one is a guess: the config has all its keys and says no more."""
    config = missing.uses[0].config
    keys = config.keys() if isinstance(config, dict) else frozenset()
    # Only Functional and Sequential store their layers; a subclassed model stores what its `get_config` gives.
    if missing.kind == "model" and "layers" in keys:
        return _network(keys)
    plain = _BASES.get(missing.kind, Base("object", frozenset()))
    for name in _OFTEN.get(missing.kind, ()):
        found = next((f for f in _recorded(name, missing.kind, config, facts) if _repeats(f, keys, plain)), None)
        if found is not None:
            source = _source(found, missing.kind)
            return Base(source, plain.keys | (found.config or {}).keys() | found.parameters.keys(), is_guess=True)
    # The bare base class of optimizers takes other arguments in every release.
    return _SGD if missing.kind == "optimizer" else plain


def _network(keys: Any) -> Base:
    """A class of the user's that is a Functional or Sequential: it is made from its layers."""
    kind = "keras.Model" if "input_layers" in keys else "keras.Sequential"
    return Base(kind, frozenset(keys))


def _recorded(name: str, kind: str, config: Mapping[str, Any], facts: KerasFacts) -> tuple[ClassFacts, ...]:
    """Classes of that name; the legacy optimizers only for a config that does not say that it is none."""
    found = facts.named(name, kind)
    # Keras 2.11 and later store it, and take its absence for the optimizers before (keras/src/optimizers/__init__.py).
    legacy = config.get("is_legacy_optimizer") is not False
    return tuple(f for f in found if legacy or ".legacy." not in f.module)


def _repeats(known: ClassFacts, keys: Any, plain: Base) -> bool:
    """Whether the config has every key of the built-in class."""
    # Keys that every layer has say nothing: `name`, `trainable` and `dtype` stand in any config.
    own = set(known.config or ()) - plain.keys
    return len(own) >= _TELLING and own <= set(keys)


def _source(known: ClassFacts, kind: str) -> str:
    folder = "keras.optimizers." if kind == "optimizer" else "keras.layers."
    public = [name for name in known.exports if name.startswith(folder)]
    # The shortest public name is the one that manuals use.
    return min(public, key=len, default=f"{folder}{known.name}")
