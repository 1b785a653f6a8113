"""Models `from_config` of Keras 2's Sequential, Functional and Model: which keys decide how a model is rebuilt.

Source: `Sequential.from_config`, `Functional.from_config` and `Model.from_config` of Keras' engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.walk import until_problem
from inspector.loaders.keras2.wiring import broken, graph_events, is_built

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.walk import Event, Walk

# With any of these missing, Keras hands the config to the class's constructor. Source: Functional.from_config of 2.8.
_GRAPH_KEYS = ("name", "layers", "input_layers", "output_layers")
_CONSTRUCTED_SINCE = {"Functional": (2, 8), "Model": (2, 9)}
# What the constructor of Model takes beside the graph itself. Source: Model.__init__ of 2.9.
_MODEL_KEYS = frozenset({"name", "trainable", "dtype", "dynamic", "autocast"})
_UNIQUE_IN_ADD_SINCE = (2, 3)
# Between these a Sequential config without a name leaves a variable unset that is read when the model has no inputs.
_SHAPE_UNSET = ((2, 12), (2, 16))
_ASKED_FOR_MODULE_SINCE = (2, 13)


def network_events(walk: Walk, class_name: str, config: Any) -> Iterator[Event]:
    """What rebuilding a model of that class raises; old Sequential configs are a bare list of layers."""
    # keras/src/engine/sequential.py `from_config` has a format of its own; Functional and Model share
    # keras/src/engine/training.py.
    if class_name == "Sequential":
        yield from _sequential(walk, config)
    elif walk.release >= _CONSTRUCTED_SINCE.get(class_name, (2, 8)) and not all(
        _in(config, key) for key in _GRAPH_KEYS
    ):
        yield from _constructed(walk, class_name, config)
    elif not isinstance(config, dict):
        yield broken(walk, class_name, "TypeError", texts.indexed_by_name(walk.python, config))
    else:
        yield from graph_events(walk, config)


def _in(config: Any, key: str) -> bool:
    return isinstance(config, (dict, list, str)) and key in config


def _constructed(walk: Walk, class_name: str, config: Any) -> Iterator[Event]:
    """The class's constructor takes the whole config: a Model without a graph, or the TypeError about get_config."""
    # `cls(**config)` of a plain Model takes these keys: the load goes on with a model that has no layers.
    if class_name == "Model" and isinstance(config, dict) and _MODEL_KEYS.issuperset(config):
        return
    absent = [key for key in _GRAPH_KEYS if not _in(config, key)]
    text = texts.not_revivable(walk.release, walk.facts.root, class_name)
    yield walk.problem("KER104", class_name, "TypeError", text, key=absent[0], keys=", ".join(absent))


def _sequential(walk: Walk, config: Any) -> Iterator[Event]:
    """A config without a name is taken for the bare list of layers."""
    layers = config
    if isinstance(config, dict) and "name" in config:
        if "layers" not in config:
            yield walk.problem("KER104", "Sequential", "KeyError", "'layers'", key="layers", keys="layers")
            return
        layers = config["layers"]
    elif not isinstance(config, (dict, list)):
        yield broken(walk, "Sequential", "TypeError", f"argument of type '{type(config).__name__}' is not iterable")
        return
    if not isinstance(layers, (dict, list)):
        yield broken(walk, "Sequential", "TypeError", f"'{type(layers).__name__}' object is not iterable")
        return
    yield from until_problem(
        lambda: _added(walk.at("layers"), list(layers)),
        lambda: _unique(walk, list(layers)),
        lambda: _shape_unset(walk, config, layers),
    )


def _added(walk: Walk, layers: Sequence[Any]) -> Iterator[Event]:
    """What deserializing each layer raises, and adding what is none; every unknown class is named."""
    for index, layer in enumerate(layers):
        here = walk.at(index)
        if not isinstance(layer, (dict, list, str)) and walk.release >= _ASKED_FOR_MODULE_SINCE:
            yield broken(here, "Sequential", "TypeError", f"argument of type '{type(layer).__name__}' is not iterable")
        elif layer is None:
            yield broken(here, "Sequential", "TypeError", texts.no_layer(walk.release))
        else:
            yield from object_events(here, LAYER, layer)


def _unique(walk: Walk, layers: Sequence[Any]) -> Iterator[Event]:
    """A Sequential model refuses two layers of one name: when one is added, up to 2.2 when it knows its inputs."""
    if walk.release < _UNIQUE_IN_ADD_SINCE and not is_built(layers):
        return
    names = [_name(layer) for layer in layers]
    for index, name in enumerate(names):
        if name is not None and name in names[:index]:
            text = texts.name_taken(walk.release, name, names.count(name))
            yield broken(walk.at("layers").at(index), name, "ValueError", text)


def _name(layer: Any) -> str | None:
    inner = layer.get("config") if isinstance(layer, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    return None if name is None else str(name)


def _shape_unset(walk: Walk, config: Any, layers: Sequence[Any] | Mapping[str, Any]) -> Iterator[Event]:
    """From Keras 2.12 to 2.15 a bare list of layers must say its input's shape."""
    if _SHAPE_UNSET[0] <= walk.release < _SHAPE_UNSET[1] and layers is config and not is_built(layers):
        text = texts.unset_local(walk.python, "build_input_shape")
        yield walk.problem("KER104", "Sequential", "UnboundLocalError", text, key="name", keys="name")
