"""Models how Keras 2 rebuilds a graph of layers: every layer is made, then called when its inputs are there.

Source: `reconstruct_from_config` of Keras' functional engine, and the Functional constructor.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.replay import Made, Replay, check_network, leaves, outputs_of
from inspector.loaders.keras2.walk import until_problem
from inspector.loaders.keras_common.failure import LoadFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.finding import Problem

_NETWORKS = frozenset({"Sequential", "Functional", "Model"})


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
    made: set[Any] = set()
    for index, layer in enumerate(layers):
        here = walk.at(index)
        if not isinstance(layer, dict):
            yield broken(here, "layers", "TypeError", texts.indexed_by_name(walk.python, layer))
        elif "name" not in layer:
            yield broken(here, str(layer.get("class_name")), "KeyError", "'name'")
        else:
            name = layer["name"]
            if isinstance(name, (list, dict)):
                yield broken(here, "layers", "TypeError", f"unhashable type: {type(name).__name__!r}")
                return
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
    try:
        replay = Replay(_made(walk, config["layers"]), walk.python)
        stuck = replay.run(config["layers"])
        if stuck is None:
            _check_ends(walk, replay, config)
            return
    except LoadFailure as failure:
        yield broken(walk.at("layers"), failure.subject, failure.type, failure.text)
        return
    # `while unprocessed_nodes` has no test for progress in any release of Keras 2, as its own comment says ("may lead
    # to infinite loops"): the process hangs, and there is no exception to show.
    yield walk.problem("KER111", str(stuck), "timeout", "")


def _check_ends(walk: Walk, replay: Replay, config: Mapping[str, Any]) -> None:
    """The model's own inputs and outputs, then the model that is made of them."""
    ends = []
    for key in ("input_layers", "output_layers"):
        if key not in config:
            raise LoadFailure("KeyError", repr(key), "KER104", key)
        ends.append([replay.end(leaf) for leaf in leaves(config[key])])
    check_network(ends[0], ends[1], walk.release)


def _made(walk: Walk, layers: Any) -> dict[Any, Made]:
    """The layers by the name of their entry: of two entries of one name the first is made."""
    made: dict[Any, Made] = {}
    unnamed: Counter[str] = Counter()
    for layer in layers:
        if layer["name"] not in made:
            made[layer["name"]] = one = _one(walk, layer)
            one.name = one.name or _own_name(one.kind, unnamed)
    return made


def _own_name(kind: str, unnamed: Counter[str]) -> str:
    """The name that Keras gives a layer without one, in a fresh process: inputs are counted from 1, others from 0."""
    unnamed[kind] += 1
    if kind == "InputLayer":
        return f"input_{unnamed[kind]}"
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", kind)).lower()
    return f"{snake}_{unnamed[kind] - 1}" if unnamed[kind] > 1 else snake


def _one(walk: Walk, layer: Mapping[str, Any]) -> Made:
    kind, inner = str(layer.get("class_name")), layer.get("config")
    config = inner if isinstance(inner, dict) else {}
    name = config.get("name")
    is_own = kind not in walk.custom and kind not in _NETWORKS and any(walk.facts.named(kind, "layer"))
    each = outputs_of(kind, config, is_own=is_own)
    if kind in ("Functional", "Model"):
        each = len(list(leaves(config.get("output_layers"))))
    shape = config.get("batch_input_shape")
    shown = tuple(shape) if isinstance(shape, list) else shape
    named = name if isinstance(name, str) else None
    return Made(named, kind, kind == "InputLayer", _called_already(layer), each, is_own, shown)


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
