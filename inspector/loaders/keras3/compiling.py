"""Compilation after loading: the `compile_config` of a `.keras` file, and the `training_config` of an `.h5`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.identifiers import deserialize_in, get
from inspector.loaders.keras_common.failure import LoadFailure

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session

# Arguments of Model.compile in every Keras 3 release.
# keras/src/trainers/trainer.py `compile_from_config` filters nothing: it hands the whole dict on as
# `compile(**config)`, so that a key which only the writer's release knew is a TypeError.
_COMPILE_ARGUMENTS = frozenset(
    {
        "optimizer",
        "loss",
        "loss_weights",
        "metrics",
        "weighted_metrics",
        "run_eagerly",
        "steps_per_execution",
        "jit_compile",
        "auto_scale_loss",
    }
)
# Metric names that are kept for compile(), which knows the model's output shape.
_KEPT_METRICS = frozenset({"accuracy", "acc", "crossentropy", "ce"})


def compile_from_config(session: Session, config: Any, pointer: str) -> None:
    """`Model.compile_from_config`: everything is deserialized, then compile() is called. Loss names stay unresolved."""
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    # Losses and metrics that are plain names stay strings here: only `CompileLoss.build` asks `losses.get` for them,
    # with the first batch, so that an unknown name does not fail the load.
    made = deserialize(session, config, pointer)
    if not isinstance(made, dict):
        return
    unknown = [key for key in made if key not in _COMPILE_ARGUMENTS]
    if unknown:
        text = f"Trainer.compile() got an unexpected keyword argument {unknown[0]!r}"
        details = {"class": "Model.compile", "keys": ", ".join(unknown)}
        raise LoadFailure("TypeError", text, "KER102", details["class"], f"{pointer}/{unknown[0]}", details)
    get(session, "optimizer", made.get("optimizer", "rmsprop"), f"{pointer}/optimizer")
    _check_listed(session, made, pointer)


def _check_listed(session: Session, arguments: dict[str, Any], pointer: str) -> None:
    """`CompileLoss` and `CompileMetrics` take lists and dicts; 3.3 and later a single weight too."""
    weights, several = arguments.get("loss_weights"), (list, tuple, dict)
    single = (float,) if session.release >= (3, 3) else ()
    if arguments.get("loss") is not None and weights and not isinstance(weights, (*several, *single)):
        taken = "a float (single output case) or a list, tuple, or dict (multiple output case)"
        taken = taken if single else "a list, tuple, or dict"
        raise _unlisted("loss_weights", weights, taken, pointer)
    for key in ("metrics", "weighted_metrics"):
        if arguments.get(key) and not isinstance(arguments[key], several):
            raise _unlisted(key, arguments[key], "a list, tuple, or dict", pointer)


def _unlisted(key: str, value: Any, taken: str, pointer: str) -> LoadFailure:
    text = f"Expected `{key}` argument to be {taken}. Received instead: {key}={value} of type {type(value)}"
    details = {"class": "Model.compile", "key": key, "value": repr(value)}
    return LoadFailure("ValueError", text, "KER103", details["class"], f"{pointer}/{key}", details)


def compile_from_training_config(session: Session, config: dict[str, Any], pointer: str) -> None:
    """`compile_args_from_training_config`, then compile()."""
    # The trials of the legacy path apply: keras/src/legacy/saving/saving_utils.py deserializes under
    # `keras_option_scope(use_legacy_config=True)`, where nothing needs a `module` key.
    before, session.path = session.path, "legacy"
    try:
        _optimizer(session, _required(config, "optimizer_config", pointer), f"{pointer}/optimizer_config")
        if config.get("loss") is not None:
            _losses(session, config["loss"], f"{pointer}/loss")
        # The order is that of `compile_args_from_training_config`, down to `loss_weights`, which it reads last and
        # without a default: a file with a bad loss and no weights fails for its loss.
        for key in ("metrics", "weighted_metrics"):
            if config.get(key) is not None:
                _metrics(session, config[key], f"{pointer}/{key}", is_resolved=key == "metrics")
        _required(config, "loss_weights", pointer)
        _check_listed(session, config, pointer)
    finally:
        session.path = before


def _required(config: Any, key: str, pointer: str) -> Any:
    """`config[key]`, and what Python raises where that is not there."""
    if isinstance(config, dict) and key in config:
        return config[key]
    details = {"class": "training_config", "keys": key}
    kind, text = "KeyError", repr(key)
    if not isinstance(config, dict):
        kind, text = "TypeError", f"'{type(config).__name__}' object is not subscriptable"
    if isinstance(config, str):
        text = "string indices must be integers, not 'str'"
    elif isinstance(config, list | tuple):
        text = f"{type(config).__name__} indices must be integers or slices, not str"
    raise LoadFailure(kind, text, "KER104", details["class"], pointer, details)


def _optimizer(session: Session, config: Any, pointer: str) -> None:
    name = str(_required(config, "class_name", pointer))
    found = deserialize_in(session, "optimizer", config, pointer)
    if not isinstance(found, str):
        return
    # An unknown class is looked up once more by the name in its config.
    identifier = _inner_name(config, pointer)
    get(session, "optimizer", identifier, pointer) if isinstance(identifier, str) else session.gap(pointer, name)


def _losses(session: Session, config: Any, pointer: str) -> None:
    # A list or dict of losses comes back as one, so `_resolve_compile_arguments_compat` in
    # keras/src/legacy/saving/saving_utils.py, which only looks at strings, never gets to the unknown names inside it.
    found = _nested(session, "loss", config, pointer)
    if not isinstance(found, str):
        return
    if isinstance(config, str):
        # The name of an unknown loss function is taken for a serialized object.
        text = "string indices must be integers, not 'str'"
        raise LoadFailure("TypeError", text, "KER105", config, pointer, {"kind": "loss"})
    get(session, "loss", _inner_name(config, pointer), pointer)


def _inner_name(config: dict[str, Any], pointer: str) -> Any:
    return _required(_required(config, "config", pointer), "name", f"{pointer}/config")


def _metrics(session: Session, config: Any, pointer: str, *, is_resolved: bool) -> None:
    """Weighted metrics are not looked up once more (`_resolve_compile_arguments_compat`): a name stays one."""
    found = _nested(session, "metric", config, pointer)
    is_name = is_resolved and isinstance(found, str) and found not in _KEPT_METRICS
    if is_name and not session.facts.resolves("metric", found):
        text = "string indices must be integers, not 'str'"
        raise LoadFailure("TypeError", text, "KER105", found, pointer, {"kind": "metric"})


def _nested(session: Session, family: str, config: Any, pointer: str) -> Any:
    """`_deserialize_nested_config`: single objects, or lists and dicts of them."""
    if config is None:
        return None
    if isinstance(config, str) or (isinstance(config, dict) and "class_name" in config):
        if family == "metric" and config in _KEPT_METRICS_LIST:
            return config
        return deserialize_in(session, family, config, pointer)
    if isinstance(config, dict):
        return {key: _nested(session, family, value, f"{pointer}/{key}") for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [_nested(session, family, value, f"{pointer}/{i}") for i, value in enumerate(config)]
    text = (
        "Saved configuration not understood. Configuration should be a dictionary, string, tuple or list. "
        f"Received: config={config}."
    )
    raise LoadFailure(
        "ValueError", text, "KER103", family, pointer, {"class": family, "key": family, "value": str(config)}
    )


_KEPT_METRICS_LIST = tuple(_KEPT_METRICS)
