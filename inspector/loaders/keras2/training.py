"""Models compiling a loaded model from its training config: optimizer, losses, metrics, and `compile` itself.

Source: `compile_args_from_training_config` of Keras' saving utilities. Up to TensorFlow 2.1 losses and metrics are
resolved by `compile`, later before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.objects import LOSS, METRIC, OPTIMIZER, Family, object_events
from inspector.loaders.keras2.walk import until_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

# Metric names that are resolved only when the model meets data.
_SPECIAL_METRICS = frozenset({"accuracy", "acc", "crossentropy", "ce"})


def compile_events(walk: Walk, config: Any) -> Iterator[Event]:
    """What `model.compile(**compile_args_from_training_config(config))` raises."""
    if not isinstance(config, dict):
        text = texts.indexed_by_name(walk.python, config)
        yield walk.problem("KER134", "optimizer_config", "TypeError", text, key="optimizer_config")
        return
    # Up to TensorFlow 2.1 losses and metrics stay names that compile() resolves, so that a missing key is met before an
    # unknown name; from 2.2 on each is deserialized where it is read, and `loss_weights` is read last.
    missing = _required(walk, config)
    steps = (
        lambda: _absent(walk, config, "optimizer_config"),
        lambda: _optimizer(walk.at("optimizer_config"), config["optimizer_config"]),
        lambda: missing[:1] if walk.release < (2, 2) else (),
        lambda: _nested(walk.at("loss"), LOSS, config.get("loss")),
        lambda: _metrics(walk, config),
        lambda: missing[:1],
    )
    yield from until_problem(*steps)


def _optimizer(walk: Walk, config: Any) -> Iterator[Event]:
    """`optimizers.deserialize`, which asks for the class name before it looks at anything else."""
    if isinstance(config, dict):
        yield from object_events(walk, OPTIMIZER, config)
        return
    text = texts.indexed_by_name(walk.python, config)
    yield walk.problem("KER134", "optimizer_config", "TypeError", text, key="class_name")


def _absent(walk: Walk, config: Mapping[str, Any], key: str) -> list[Event]:
    """The KeyError for a key that the config lacks."""
    return [] if key in config else [walk.problem("KER134", key, "KeyError", repr(key), key=key)]


def _required(walk: Walk, config: Mapping[str, Any]) -> list[Event]:
    """Keys that are read without a default: `sample_weight_mode` up to TensorFlow 2.2, `loss_weights` always."""
    keys = ["loss", "metrics"] if walk.release < (2, 2) else []
    keys += ["sample_weight_mode"] if walk.release < (2, 3) else []
    return [event for key in (*keys, "loss_weights") for event in _absent(walk, config, key)]


def _metrics(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """Metrics, then weighted metrics."""
    for key in ("metrics", "weighted_metrics"):
        yield from _nested(walk.at(key), METRIC, config.get(key))


def _nested(walk: Walk, family: Family, config: Any) -> Iterator[Event]:
    """One object, or lists and dicts of them."""
    if config is None:
        return
    if isinstance(config, str) and family is METRIC and config in _SPECIAL_METRICS:
        return
    if isinstance(config, str) or (isinstance(config, dict) and "class_name" in config):
        yield from object_events(walk, family, config)
    elif isinstance(config, dict):
        for key, value in config.items():
            yield from _nested(walk.at(key), family, value)
    elif isinstance(config, list):
        for index, value in enumerate(config):
            yield from _nested(walk.at(index), family, value)
    else:
        text = (
            "Saved configuration not understood. Configuration should be a dictionary, string, tuple or list. "
            f"Received: config={config}."
        )
        yield walk.problem("KER134", family.noun, "ValueError", text)
