"""Models how Keras 2 rebuilds a graph of layers: every layer is made, then called when its inputs are there.

Source: `reconstruct_from_config` of Keras' functional engine, and the Functional constructor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.walk import until_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.finding import Problem

Node = list[tuple[str, int]]
# A tensor in a config: layer, call, index, and perhaps the call's keyword arguments. Source: convert_inner_node_data.
_TENSOR_SIZES = (3, 4)


def graph_events(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """What rebuilding the graph of a Functional model's config raises."""
    layers = config.get("layers")
    yield from until_problem(
        lambda: _absent(walk, config, "layers"),
        lambda: _iterable(walk, layers, "layers"),
        # All layers are made before the first is called, and the ends are looked up after the last call:
        # `reconstruct_from_config` in keras/src/engine/functional.py has these three stages.
        lambda: _layers(walk.at("layers"), layers),
        lambda: _wiring(walk, config),
        lambda: _ends(walk, config, "input_layers"),
        lambda: _ends(walk, config, "output_layers"),
    )


def _absent(walk: Walk, config: Mapping[str, Any], key: str) -> Iterator[Event]:
    if key not in config:
        yield walk.problem("KER104", "the model", "KeyError", repr(key), key=key, keys=key)


def _iterable(walk: Walk, value: Any, key: str) -> Iterator[Event]:
    """Iterating what is no list; dicts and texts give their keys and letters."""
    if not isinstance(value, (list, dict, str)):
        yield broken(walk, key, "TypeError", f"'{type(value).__name__}' object is not iterable")


def broken(walk: Walk, subject: str, exception: str, text: str) -> Problem:
    """A config that is not wired as a model is."""
    return walk.problem("KER135", subject, exception, text)


def _layers(walk: Walk, layers: Any) -> Iterator[Event]:
    """Makes each layer once; every unknown class is named, though the first ends the load."""
    made: set[str] = set()
    for index, layer in enumerate(layers):
        here = walk.at(index)
        if not isinstance(layer, dict):
            yield broken(here, "layers", "TypeError", texts.indexed_by_name(walk.python, layer))
        elif "name" not in layer:
            yield broken(here, str(layer.get("class_name")), "KeyError", "'name'")
        else:
            name = str(layer["name"])
            # `if layer_name in created_layers`: of two layers of one name only the first is made, and the calls of both
            # are its.
            if name not in made:
                yield from object_events(here, LAYER, layer)
            made.add(name)
            yield from _calls(here, layer)


def _calls(walk: Walk, layer: Mapping[str, Any]) -> Iterator[Event]:
    """The layer's calls are queued as soon as it is made."""
    name = str(layer["name"])
    if "inbound_nodes" not in layer:
        yield broken(walk, name, "KeyError", "'inbound_nodes'")
    else:
        yield from _iterable(walk.at("inbound_nodes"), layer["inbound_nodes"], name)


def _wiring(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """Calls each layer when its inputs are there; a node that never gets its inputs keeps the loader looping."""
    counts = _counts(config)
    waiting = {str(layer["name"]): _sources(layer) for layer in config["layers"]}
    moved = True
    while moved and any(waiting.values()):
        moved = False
        for name, nodes in waiting.items():
            while nodes and all(counts.get(source, -1) > node for source, node in nodes[0]):
                nodes.pop(0)
                counts[name] += 1
                moved = True
    yield from until_problem(
        lambda: _misformed(walk, config["layers"]),
        lambda: _unknown_outputs(walk, config["layers"]),
        lambda: _stuck(walk, counts, waiting),
    )


def _counts(config: Mapping[str, Any]) -> dict[str, int]:
    return {str(layer["name"]): _called_already(layer) for layer in config["layers"]}


def _misformed(walk: Walk, layers: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    """What stands where a tensor should is asked for its parts."""
    for layer in layers:
        for node in layer["inbound_nodes"]:
            for leaf in _leaves(node):
                if not _is_tensor(leaf):
                    text = f"'{type(leaf).__name__}' object has no attribute 'as_list'"
                    yield broken(walk.at("layers"), str(layer["name"]), "AttributeError", text)
                    return


def _unknown_outputs(walk: Walk, layers: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    """An input has one tensor; how many other layers give is not followed."""
    inputs = {str(layer["name"]) for layer in layers if layer.get("class_name") == "InputLayer"}
    for layer in layers:
        for node in layer["inbound_nodes"]:
            if any(leaf[0] in inputs and leaf[2] > 0 for leaf in _leaves(node)):
                yield broken(walk.at("layers"), str(layer["name"]), "IndexError", "list index out of range")
                return


def _stuck(walk: Walk, counts: Mapping[str, int], waiting: Mapping[str, list[Node]]) -> Iterator[Event]:
    """Why nodes are left: a source that does not exist raises, a node that is never made keeps the loader looping."""
    for name, nodes in waiting.items():
        missing = next((source for source, _ in (nodes[0] if nodes else ()) if source not in counts), None)
        if missing is not None:
            yield broken(walk, name, "KeyError", repr(missing))
            return
    stuck = next((name for name, nodes in waiting.items() if nodes), None)
    if stuck is not None:
        # `while unprocessed_nodes` has no test for progress in any release of Keras 2, as its own comment says ("may
        # lead to infinite loops"): the process hangs, and there is no exception to show.
        yield walk.problem("KER111", stuck, "timeout", "")


def _ends(walk: Walk, config: Mapping[str, Any], key: str) -> Iterator[Event]:
    """The model's own inputs or outputs: tensors of layers that were made and called."""
    yield from _absent(walk, config, key)
    calls = {str(layer["name"]): _called_already(layer) + len(_sources(layer)) for layer in config["layers"]}
    here = walk.at(key)
    for leaf in _leaves(config.get(key, [])):
        if not _is_tensor(leaf):
            yield broken(here, key, "AttributeError", f"'{type(leaf).__name__}' object has no attribute 'as_list'")
        elif leaf[0] not in calls:
            yield broken(here, str(leaf[0]), "AssertionError", "")
        elif leaf[1] >= calls[leaf[0]] and not _is_input(config, leaf[0]):
            text = "list indices must be integers or slices, not NoneType"
            yield broken(here, str(leaf[0]), "TypeError", text)
        else:
            continue
        return


def _is_input(config: Mapping[str, Any], name: str) -> bool:
    """Whether that layer is an input, which always answers with its first call."""
    return any(layer["name"] == name and layer.get("class_name") == "InputLayer" for layer in config["layers"])


def _called_already(layer: Mapping[str, Any]) -> int:
    """Calls that a layer has had when it is made: InputLayer one, nested models (which hold their own inputs) one."""
    inner = layer.get("config")
    if layer.get("class_name") == "InputLayer":
        return 1
    if layer.get("class_name") in ("Functional", "Model"):
        return 1 if isinstance(inner, (dict, list)) else 0
    return int(layer.get("class_name") == "Sequential" and isinstance(inner, dict) and is_built(inner.get("layers")))


def is_built(layers: Any) -> bool:
    """Whether a Sequential model of these layers knows its input's shape, and so is called once when it is made."""
    first = layers[0] if isinstance(layers, list) and layers else None
    if not isinstance(first, dict):
        return False
    inner = first.get("config")
    if first.get("class_name") == "Sequential":
        return is_built(inner.get("layers") if isinstance(inner, dict) else inner)
    return isinstance(inner, dict) and ("batch_input_shape" in inner or first.get("class_name") == "InputLayer")


def _sources(layer: Mapping[str, Any]) -> list[Node]:
    """For each call of the layer, the (layer, call) whose outputs it takes."""
    nodes = layer.get("inbound_nodes")
    return [list(_tensors(node)) for node in nodes] if isinstance(nodes, list) else []


def _tensors(data: Any) -> Iterator[tuple[str, int]]:
    """Every `[layer, node, tensor, ...]` in a nested structure, those in the call's keyword arguments too."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _tensors(value)
    elif isinstance(data, list):
        if _is_tensor(data) and isinstance(data[1], int) and isinstance(data[2], int):
            if data[0] != "_CONSTANT_VALUE":
                yield data[0], data[1]
            data = data[3:]
        for value in data:
            yield from _tensors(value)


def _leaves(data: Any) -> Iterator[Any]:
    """The tensors of a nested structure, and whatever else lies where they should."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _leaves(value)
    elif isinstance(data, list) and not _is_tensor(data):
        for value in data:
            yield from _leaves(value)
    else:
        yield data


def _is_tensor(data: Any) -> bool:
    return isinstance(data, list) and len(data) in _TENSOR_SIZES and isinstance(data[0], str)
