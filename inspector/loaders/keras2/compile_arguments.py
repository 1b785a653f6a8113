"""What `Model.compile` of Keras 2 raises for arguments that a `.keras` file hands it whole (`compile_from_config`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

# Parameters of Model.compile from 2.12 to 2.15, and what `_validate_compile` takes out of **kwargs.
_TAKEN = frozenset(
    {"optimizer", "loss", "metrics", "loss_weights", "weighted_metrics", "run_eagerly", "steps_per_execution"}
    | {"jit_compile", "auto_scale_loss", "cloning", "experimental_run_tf_function", "sample_weight_mode"}
    | {"from_serialized", "pss_evaluation_shards", "distribute", "target_tensors"}
)
_UNSUPPORTED = {
    "distribute": (
        "`distribute` argument in compile is not available in TF 2.0. Please create the model under the "
        "`strategy.scope()`. Received: {}."
    ),
    "target_tensors": "`target_tensors` argument is not supported when executing eagerly. Received: {}.",
}


def argument_events(walk: Walk, config: Any) -> Iterator[Event]:
    """The arguments' names, then the number of steps, which becomes an integer variable."""
    if not isinstance(config, dict):
        return
    problem = _names(config) or _steps(config.get("steps_per_execution"))
    if problem is not None:
        kind, text, key = problem
        yield walk.at(key).problem("KER103", "compile", kind, text, key=key, value=repr(config.get(key)))


def _names(config: Mapping[str, Any]) -> tuple[str, str, str] | None:
    for key, text in _UNSUPPORTED.items():
        if config.get(key) is not None:
            return "ValueError", text.format(config[key]), key
    unknown = {key for key in config if key not in _TAKEN}
    if not unknown:
        return None
    text = (
        f"Invalid keyword argument(s) in `compile()`: {(unknown,)}. Valid keyword arguments include "
        '"cloning", "experimental_run_tf_function", "distribute", "target_tensors", or "sample_weight_mode".'
    )
    return "TypeError", text, next(key for key in config if key in unknown)


def _steps(value: Any) -> tuple[str, str, str] | None:
    """`steps_per_execution or 1` as an int64."""
    if not value or isinstance(value, int) or not isinstance(value, str | float):
        return None
    return "TypeError", f"Cannot convert {value!r} to EagerTensor of dtype int64", "steps_per_execution"
