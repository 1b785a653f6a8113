"""What calling the loaded model once on zeros raises: layers whose op has no kernel for the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.odd_calls import unnamed_events
from inspector.loaders.keras2.walk import numbers, until_problem
from inspector.loaders.keras_common import zero_calls
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import Capabilities, TensorFlowFacts
    from inspector.terms.artifact import Artifact

# Layers that call an op of cuDNN whatever the device, with its rnn_mode.
_CUDNN = {"CuDNNLSTM": "lstm", "CuDNNGRU": "gru"}
_OP = "CudnnRNNV2"
# Releases before it name the node and nothing of its attributes.
_LONG_TEXT_SINCE = (2, 3)
# Before it lookups of another dtype are refused when the model is built.
_CASTS_SINCE = (2, 6)
_CROPPING_CHECKED_SINCE = (2, 7)
# Configs are trees of models; deeper than any real model is nested.
_MAX_DEPTH = 40


def predict_events(walk: Walk, artifact: Artifact, capabilities: Capabilities) -> Iterator[Event]:
    """What `model.predict(zeros)` raises after a load that went well."""
    model = artifact.keras
    runs = capabilities.tensorflow
    if model is None or runs is None:
        return
    here = replace(walk, member=model.config_member, pointer=model.config_pointer)
    yield from until_problem(
        lambda: unnamed_events(here, model.config),
        lambda: _lookups(here, model.config) if walk.release >= _CASTS_SINCE else (),
        lambda: _kernels(here, model.config, numbers(runs.version)),
        lambda: _cudnn(here, model.config, runs),
    )


def _cudnn(here: Walk, config: Any, tensorflow: TensorFlowFacts) -> Iterator[Event]:
    """A layer that calls an op of cuDNN, for which no CPU has a kernel."""
    # Asked of the release, not taken for granted: a build with such a kernel would run the layer.
    if any(kernel.device == "CPU" for kernel in tensorflow.kernels(_OP)):
        return
    for layer in layers_of(config):
        if layer.get("class_name") in _CUDNN:
            yield _no_kernel(here, layer["class_name"], layer.get("config") or {})
            return


def _kernels(walk: Walk, model: Any, tensorflow: tuple[int, int]) -> Iterator[Event]:
    """The first layer whose kernel refuses zeros of the declared shape, or that crops all of them away."""
    for step, given in zero_calls.fed(_steps(model)):
        call = zero_calls.ZeroCall(step.class_name, step.config, given, tensorflow)
        found = zero_calls.raised(call)
        cropping = zero_calls.cropped_away(step.class_name, step.config, given)
        # Up to Keras 2.6 what is cropped away is an empty slice.
        if found is None and cropping is not None and walk.release >= _CROPPING_CHECKED_SINCE:
            start = "cropping parameter of Cropping layer" if step.class_name == "Cropping1D" else "Argument `cropping`"
            text = f"{start} must be greater than the input shape. Received: inputs.shape={given}, and "
            found = "ValueError", f"{text}cropping={cropping}"
        if found is not None:
            text = texts.calling(walk.release, step.class_name, step.name) + found[1]
            yield walk.problem("KER103", step.class_name, found[0], text, key="inputs", value=str(given))
            return


def _steps(model: Any) -> Iterator[zero_calls.Step]:
    """The model's layers as far as each has one input."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    before: str | None = None
    for layer in layers if isinstance(layers, list) else ():
        inner = layer.get("config") if isinstance(layer, dict) else None
        if not isinstance(inner, dict):
            return
        name, shape = str(inner.get("name")), inner.get("batch_input_shape")
        declared = tuple(shape) if isinstance(shape, list) and before is None else None
        if layer.get("class_name") == "InputLayer":
            declared = tuple(shape) if isinstance(shape, list) else None
        source = before if model.get("class_name") == "Sequential" else _only_source(layer)
        yield zero_calls.Step(name, str(layer.get("class_name")), inner, source, declared)
        before = name


def _only_source(layer: Mapping[str, Any]) -> str | None:
    """The layer that feeds the first call; None where there are more."""
    nodes = layer.get("inbound_nodes")
    first = nodes[0] if isinstance(nodes, list) and nodes else None
    found = _source(layer) if isinstance(first, list) and len(first) == 1 else None
    return found if isinstance(found, str) else None


def _lookups(walk: Walk, model: Any) -> Iterator[Event]:
    """A lookup of numbers that is fed with text: only a call with data casts it. Source: IndexLookup.call."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else None
    known = [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []
    texts_given = {layer.get("name") for layer in known if _is_text_input(layer)}
    for layer in known:
        if _looks_up_numbers(layer) and _source(layer) in texts_given:
            name = str(layer["class_name"])
            text = texts.calling(walk.release, name, layer["config"].get("name"))
            text += texts.no_cast(walk.release, "string", "int64")
            yield walk.problem("KER103", name, "UnimplementedError", text, key="dtype", value="'string'")
            return


def _is_text_input(layer: Mapping[str, Any]) -> bool:
    config = layer.get("config")
    return layer.get("class_name") == "InputLayer" and isinstance(config, dict) and config.get("dtype") == "string"


def _looks_up_numbers(layer: Mapping[str, Any]) -> bool:
    """StringLookup takes numbers when it is inverted, IntegerLookup always."""
    config = layer.get("config")
    if not isinstance(config, dict):
        return False
    return layer.get("class_name") == "IntegerLookup" or (
        layer.get("class_name") == "StringLookup" and config.get("invert") is True
    )


def _source(layer: Mapping[str, Any]) -> Any:
    """The layer that feeds the first call, of a layer with one input."""
    found: Any = layer.get("inbound_nodes")
    while isinstance(found, list) and len(found) > 0:
        found = found[0]
    return found


def layers_of(config: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every serialized object in a config, models among them."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from layers_of(value, depth + 1)
    elif isinstance(config, list):
        for value in config:
            yield from layers_of(value, depth + 1)


def _no_kernel(walk: Walk, class_name: str, config: dict[str, Any]) -> Event:
    """The NotFoundError of an op without kernels. From 2.7 on the layer's call says which layer it was."""
    name = config.get("name")
    text = (
        f'Could not find device for node: {{{{node {_OP}}}}} = {_OP}[T=DT_FLOAT, direction="unidirectional", '
        "dropout=0, "
        f'input_mode="linear_input", is_training=true, rnn_mode="{_CUDNN[class_name]}", seed=0, seed2=0]\n'
        f"All kernels registered for op {_OP}:\n  <no registered kernels>\n [Op:{_OP}]"
    )
    if walk.release < _LONG_TEXT_SINCE:
        text = (
            f"Could not find valid device for node.\nNode:{{{{node {_OP}}}}}\nAll kernels registered for op {_OP} :\n"
            f"  <no registered kernels>\n [Op:{_OP}]"
        )
    return walk.problem("OPS107", _OP, "NotFoundError", texts.calling(walk.release, class_name, name) + text, op=_OP)
