"""What calling the loaded model once on zeros raises: layers whose op has no kernel for the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact

# Layers that call an op of cuDNN whatever the device, with its rnn_mode.
_CUDNN = {"CuDNNLSTM": "lstm", "CuDNNGRU": "gru"}
_OP = "CudnnRNNV2"
# Releases before it name the node and nothing of its attributes.
_LONG_TEXT_SINCE = (2, 3)
# Configs are trees of models; deeper than any real model is nested.
_MAX_DEPTH = 40


def predict_events(walk: Walk, artifact: Artifact, capabilities: Capabilities) -> Iterator[Event]:
    """What `model.predict(zeros)` raises after a load that went well."""
    model = artifact.keras
    if model is None or capabilities.tensorflow is None:
        return
    if any(kernel.device == "CPU" for kernel in capabilities.tensorflow.kernels(_OP)):
        return
    here = replace(walk, member=model.config_member, pointer=model.config_pointer)
    for layer in layers_of(model.config):
        if layer.get("class_name") in _CUDNN:
            yield _no_kernel(here, layer["class_name"], layer.get("config") or {})
            return


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
    lead = f"Exception encountered when calling layer '{name}' (type {class_name}).\n\n"
    if walk.release in {(2, 9), (2, 10)}:  # a missing comma left source text in the message
        lead = f'Exception encountered when calling layer "{name}" "                 f"(type {class_name}).\n\n'
    elif walk.release in {(2, 7), (2, 8)}:
        lead = f'Exception encountered when calling layer "{name}" (type {class_name}).\n\n'
    elif walk.release < (2, 7):
        lead = ""
    return walk.problem("OPS107", _OP, "NotFoundError", lead + text, op=_OP)
