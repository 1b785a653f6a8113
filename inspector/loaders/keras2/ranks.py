"""Layers of Keras 2 that take inputs of one rank only, fed with another: what their input_spec says.

Only inputs whose shape the config itself declares are followed. Source: `assert_input_compatibility` of Keras' engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

# The rank of a layer's input, batch included. Source: the InputSpec of each layer.
_RANKS = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "Bidirectional"), 3),
    **{f"{name}{rank}D": rank + 2 for name in ("MaxPooling", "AveragePooling", "ZeroPadding") for rank in (1, 2, 3)},
    **{f"{name}{rank}D": rank + 2 for name in ("UpSampling", "Cropping", "SpatialDropout") for rank in (1, 2, 3)},
    **{f"{name}{rank}D": rank + 2 for name in ("GlobalMaxPooling", "GlobalAveragePooling") for rank in (1, 2, 3)},
    "RepeatVector": 2,
}
_CONVOLUTIONAL = {f"Conv{rank}D": rank + 2 for rank in (1, 2, 3)}
_CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D"})
_AXES_SINCE = (2, 4)
# TensorFlow 1.15 has no mixed policies in effect, 2.2 casts (keras/layers/normalization.py).
_UNCAST = frozenset({(2, 0), (2, 1)})
# `_fused_can_be_used` of the same file.
_FUSED_EPSILON = 1.001e-5
_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN"})


def rank_events(walk: Walk, model: Any) -> Iterator[Event]:
    """What the first layer raises that is called with an input of another rank, or that can't make its kernel."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    known = [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
    inputs = {_name(layer): _declared(layer) for layer in known if layer.get("class_name") == "InputLayer"}
    before: list[Any] | None = None
    for layer in known:
        sequential = model.get("class_name") == "Sequential"
        # What a layer declares itself wins: a Sequential whose first layer has a `batch_input_shape` gets an InputLayer
        # of that shape.
        given = _declared(layer) or (before if sequential else inputs.get(_source(layer) or ""))
        # Past the first layer shapes are not followed here: a rank that was guessed wrongly would refuse a sound model.
        before = given if layer.get("class_name") == "InputLayer" else None
        if given is not None and _lacks_filters(layer):
            text = "unsupported operand type(s) for *: 'NoneType' and 'int'"
            yield walk.problem("KER103", str(layer["class_name"]), "TypeError", text, key="filters", value="None")
            return
        if given is not None and (axes := _axes_beyond(layer, len(given))):
            text = texts.no_such_axis(walk.release, len(given), axes)
            yield walk.problem("KER103", "BatchNormalization", "ValueError", text, key="axis", value=repr(axes))
            return
        refused = _refused_call(walk, layer, given) if given is not None or _is_called(layer) else None
        if refused is not None:
            key, text = refused
            value = str(layer["config"].get(key))
            yield walk.problem("KER103", str(layer["class_name"]), "TypeError", text, key=key, value=value)
            return
        rank = _rank(layer)
        least = _CONVOLUTIONAL.get(str(layer.get("class_name")))
        if given is not None and least is not None and _too_low(walk, len(given), least):
            text = texts.wrong_rank(walk.release, _name(layer), least, given, at_least=True)
            yield walk.problem("KER135", _name(layer), "ValueError", text)
            return
        if given is not None and rank is not None and rank != len(given):
            text = texts.wrong_rank(walk.release, _name(layer), rank, given)
            yield walk.problem("KER135", _name(layer), "ValueError", text)
            return


def _is_called(layer: Mapping[str, Any]) -> bool:
    return bool(layer.get("inbound_nodes"))


def _refused_call(walk: Walk, layer: Mapping[str, Any], given: list[Any] | None) -> tuple[str, str] | None:
    """The config's key and the TypeError's text of a built-in layer that can't be called as it is configured."""
    config = layer.get("config")
    if not isinstance(config, dict):
        return None
    # `softmax` of Keras' backend compares the axis with the rank before 2.4, where the layer learnt to take several.
    if layer.get("class_name") == "Softmax" and isinstance(config.get("axis"), list) and walk.release < _AXES_SINCE:
        return "axis", "'>=' not supported between instances of 'list' and 'int'"
    if layer.get("class_name") == "LayerNormalization" and walk.release in _UNCAST:
        return _mixed(walk, config, given)
    return None


def _mixed(walk: Walk, config: Mapping[str, Any], given: list[Any] | None) -> tuple[str, str] | None:
    """LayerNormalization of a mixed policy: up to 2.1 it does not cast its input to the dtype of its variables."""
    policy = config.get("dtype")
    name = (policy.get("config") or {}).get("name") if isinstance(policy, dict) else policy
    if name not in {"mixed_float16", "mixed_bfloat16"}:
        return None
    compute = name.removeprefix("mixed_")
    epsilon = config.get("epsilon", 1e-3)
    # The fused implementation came with 2.1. It takes trailing axes, and an epsilon that cuDNN takes.
    fused = walk.release >= (2, 1) and isinstance(epsilon, float) and epsilon >= _FUSED_EPSILON
    if fused and _are_last(config.get("axis", -1), given):
        text = f"Value passed to parameter 'scale' has DataType {compute} not in list of allowed values: float32"
        return "dtype", text
    if not config.get("scale", True):
        return None
    return "dtype", f"Input 'y' of 'Mul' Op has type float32 that does not match type {compute} of argument 'x'."


def _are_last(axis: Any, given: list[Any] | None) -> bool:
    """Whether the axes are the last ones of the input; where its rank is not known they are taken to be."""
    axes = axis if isinstance(axis, list) else [axis]
    if given is None or not axes or not all(isinstance(one, int) for one in axes):
        return True
    counted = sorted(one % len(given) for one in axes)
    return counted == list(range(len(given) - len(counted), len(given)))


def _rank(layer: Mapping[str, Any]) -> int | None:
    name, config = str(layer.get("class_name")), layer.get("config")
    if name == "Bidirectional":
        inner = config.get("layer") if isinstance(config, dict) else None
        return _rank(inner) if isinstance(inner, dict) and inner.get("class_name") in _RECURRENT else None
    return _RANKS.get(name)


def _too_low(walk: Walk, rank: int, least: int) -> bool:
    """Whether a convolution refuses that rank: up to TensorFlow 2.2 any but its own."""
    return rank < least or (rank != least and walk.release < (2, 3))


def _lacks_filters(layer: Mapping[str, Any]) -> bool:
    """A convolution without a number of filters, which is met when its kernel is made."""
    config = layer.get("config")
    return (
        layer.get("class_name") in _CONVOLUTIONS
        and isinstance(config, dict)
        and "filters" in config
        and config["filters"] is None
    )


def _axes_beyond(layer: Mapping[str, Any], rank: int) -> list[int]:
    """The axes of a BatchNormalization, where one of them is none of its input's."""
    config = layer.get("config")
    axes = config.get("axis") if layer.get("class_name") == "BatchNormalization" and isinstance(config, dict) else None
    given = [axes] if isinstance(axes, int) else axes
    if not isinstance(given, list) or not all(isinstance(axis, int) for axis in given):
        return []
    counted = [axis + rank if axis < 0 else axis for axis in given]
    return counted if any(not 0 <= axis < rank for axis in counted) else []


def _name(layer: Mapping[str, Any]) -> str:
    config = layer.get("config")
    return str(config.get("name") if isinstance(config, dict) else layer.get("name"))


def _declared(layer: Mapping[str, Any]) -> list[Any] | None:
    config = layer.get("config")
    shape = config.get("batch_input_shape") if isinstance(config, dict) else None
    return shape if isinstance(shape, list) else None


def _source(layer: Mapping[str, Any]) -> str | None:
    """The layer that feeds a layer with one input and one call."""
    nodes = layer.get("inbound_nodes")
    if not isinstance(nodes, list) or len(nodes) != 1 or not isinstance(nodes[0], list) or len(nodes[0]) != 1:
        return None
    source = nodes[0][0]
    return source[0] if isinstance(source, list) and source and isinstance(source[0], str) else None
