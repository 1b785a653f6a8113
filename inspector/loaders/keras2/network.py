"""Models how Sequential and Functional models are rebuilt from their configs: every layer, then the wiring.

Source: `Sequential.from_config` and `reconstruct_from_config` of Keras' engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.walk import until_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.walk import Event, Walk


def network_events(walk: Walk, class_name: str, config: Any) -> Iterator[Event]:
    """What rebuilding that model raises; old Sequential configs are a bare list of layers."""
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        yield walk.problem("KER104", class_name, "KeyError", "'layers'", key="layers")
        return
    steps = [lambda: layer_events(walk.at("layers"), layers)]
    if class_name == "Sequential":
        steps.append(lambda: _unique(walk, layers))
    elif isinstance(config, dict):
        steps.append(lambda: _wiring(walk, config))
    yield from until_problem(*steps)


def layer_events(walk: Walk, layers: Sequence[Any]) -> Iterator[Event]:
    """What deserializing each layer raises; every unknown class is named, though the first ends the load."""
    for index, layer in enumerate(layers):
        yield from object_events(walk.at(index), LAYER, layer)


def _unique(walk: Walk, layers: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    """A Sequential model refuses two layers of one name."""
    seen = set()
    for index, layer in enumerate(layers):
        inner = layer.get("config")
        name = inner.get("name") if isinstance(inner, dict) else None
        if name in seen and name is not None:
            text = (
                "All layers added to a Sequential model should have unique names. "
                f'Name "{name}" is already the name of a layer in this model. '
                "Update the `name` argument to pass a unique name."
            )
            yield walk.at("layers").at(index).problem("KER135", str(name), "ValueError", text)
        seen.add(name)


def _wiring(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """Calls each layer when its inputs are there; a node that never gets its inputs keeps the loader looping."""
    layers = config["layers"]
    counts = {str(layer.get("name")): _called_already(layer) for layer in layers if isinstance(layer, dict)}
    waiting = {str(layer.get("name")): _sources(layer) for layer in layers if isinstance(layer, dict)}
    moved = True
    while moved and any(waiting.values()):
        moved = False
        for name, nodes in waiting.items():
            while nodes and all(counts.get(source, -1) > node for source, node in nodes[0]):
                nodes.pop(0)
                counts[name] += 1
                moved = True
    yield from _stuck(walk, counts, waiting)
    for key in ("input_layers", "output_layers"):
        for source, _ in _tensors(config.get(key)):
            if source not in counts:
                yield walk.at(key).problem("KER135", source, "KeyError", repr(source))
                return


def _stuck(
    walk: Walk, counts: Mapping[str, int], waiting: Mapping[str, list[list[tuple[str, int]]]]
) -> Iterator[Event]:
    """Why nodes are left: a source that does not exist raises, a node that is never made keeps the loader looping."""
    for name, nodes in waiting.items():
        missing = next((source for source, _ in (nodes[0] if nodes else ()) if source not in counts), None)
        if missing is not None:
            yield walk.problem("KER135", name, "KeyError", repr(missing))
            return
    stuck = next((name for name, nodes in waiting.items() if nodes), None)
    if stuck is not None:
        yield walk.problem("KER111", stuck, "timeout", "")


def _called_already(layer: Mapping[str, Any]) -> int:
    """Calls that a layer has had when it is made: InputLayer one, nested models (which hold their own inputs) one."""
    inner = layer.get("config")
    if layer.get("class_name") == "InputLayer":
        return 1
    if layer.get("class_name") in ("Functional", "Model") or _is_built_sequential(layer):
        return 1 if isinstance(inner, (dict, list)) else 0
    return 0


def _is_built_sequential(layer: Mapping[str, Any]) -> bool:
    """Whether it is a nested Sequential model that knows its input's shape, and so was called once already."""
    if layer.get("class_name") != "Sequential" or not isinstance(layer.get("config"), dict):
        return False
    layers = layer["config"].get("layers") or [{}]
    first = layers[0].get("config", {}) if isinstance(layers[0], dict) else {}
    return isinstance(first, dict) and ("batch_input_shape" in first or layers[0].get("class_name") == "InputLayer")


def _sources(layer: Mapping[str, Any]) -> list[list[tuple[str, int]]]:
    """For each call of the layer, the (layer, call) whose outputs it takes."""
    nodes = layer.get("inbound_nodes")
    return [list(_tensors(node)) for node in nodes] if isinstance(nodes, list) else []


def _tensors(data: Any) -> Iterator[tuple[str, int]]:
    """Every `[layer, node, tensor, ...]` in a nested structure, those in the call's keyword arguments too."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _tensors(value)
    elif isinstance(data, list):
        if _is_tensor(data):
            if data[0] != "_CONSTANT_VALUE":
                yield data[0], data[1]
            data = data[3:]
        for value in data:
            yield from _tensors(value)


def _is_tensor(data: list[Any]) -> bool:
    """Whether a list names a tensor: layer, node, index, and perhaps the call's keyword arguments."""
    return len(data) > 2 and isinstance(data[0], str) and isinstance(data[1], int) and isinstance(data[2], int)  # noqa: PLR2004
