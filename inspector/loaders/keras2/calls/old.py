"""Layers that old releases can't call as they are configured, whatever their inputs' sizes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.loaders.keras2.calls.tensors import Call, Shape

_AXES_SINCE = (2, 4)
# TensorFlow 1.15 has no mixed policies in effect, 2.2 casts (keras/layers/normalization.py).
_UNCAST = frozenset({(2, 0), (2, 1)})
# `_fused_can_be_used` of the same file.
_FUSED_EPSILON = 1.001e-5


def check(call: Call) -> None:
    """Raise what the release's own limits refuse."""
    config, name = call.config, call.layer.class_name
    # `softmax` of Keras' backend compares the axis with the rank before 2.4, where the layer learnt to take several.
    if name == "Softmax" and isinstance(config.get("axis"), list) and call.release < _AXES_SINCE:
        raise call.refused("TypeError", "'>=' not supported between instances of 'list' and 'int'", "KER103")
    if name == "LayerNormalization" and call.release in _UNCAST:
        text = _mixed(call.release, config, call.shape)
        if text is not None:
            raise call.refused("TypeError", text, "KER103")


def _mixed(release: tuple[int, int], config: dict[str, Any], given: Shape) -> str | None:
    """LayerNormalization of a mixed policy: up to 2.1 it does not cast its input to the dtype of its variables."""
    policy = config.get("dtype")
    name = (policy.get("config") or {}).get("name") if isinstance(policy, dict) else policy
    if name not in ("mixed_float16", "mixed_bfloat16"):
        return None
    compute = name.removeprefix("mixed_")
    epsilon = config.get("epsilon", 1e-3)
    # The fused implementation came with 2.1. It takes trailing axes, and an epsilon that cuDNN takes.
    fused = release >= (2, 1) and isinstance(epsilon, float) and epsilon >= _FUSED_EPSILON
    if fused and _are_last(config.get("axis", -1), given):
        return f"Value passed to parameter 'scale' has DataType {compute} not in list of allowed values: float32"
    if not config.get("scale", True):
        return None
    return f"Input 'y' of 'Mul' Op has type float32 that does not match type {compute} of argument 'x'."


def _are_last(axis: Any, given: Shape) -> bool:
    """Whether the axes are the last ones of the input; where its rank is not known they are taken to be."""
    axes = axis if isinstance(axis, list) else [axis]
    if not given or not axes or not all(isinstance(one, int) for one in axes):
        return True
    counted = sorted(one % len(given) for one in axes)
    return counted == list(range(len(given) - len(counted), len(given)))
