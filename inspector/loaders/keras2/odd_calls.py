"""The calls of a model's layers, as far as values of another type than their own make them fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.odd_arguments import call_events, given_events
from inspector.loaders.keras2.replay import is_tensor, leaves
from inspector.loaders.keras2.wiring import is_built

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

_NETWORKS = frozenset({"Sequential", "Functional", "Model"})
_INNER = ("layer", "backward_layer", "cell")
# Configs are trees of models; deeper than any real model is nested.
_MAX_DEPTH = 40


def called_events(walk: Walk, model: Any, depth: int = 0) -> Iterator[Event]:
    """What the first layer raises that was made of a value which only its call looks at."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or depth > _MAX_DEPTH:
        return
    sequential = model.get("class_name") == "Sequential"
    if sequential and not is_built(layers):
        return
    given = _forms(layers)
    for index, layer in enumerate(layers):
        if isinstance(layer, dict) and (sequential or layer.get("inbound_nodes")):
            here = walk.at("config").at("layers").at(index)
            source = _source(layers, index) if sequential else _only_source(layer)
            found = [*_taken(here, layer, given.get(source)), *_called(here, layer, depth)]
            yield from found
            if found:
                return


def _forms(layers: list[Any]) -> dict[Any, str]:
    """The inputs of another form than dense, by name."""
    found: dict[Any, str] = {}
    for layer in layers:
        config = layer.get("config") if isinstance(layer, dict) and layer.get("class_name") == "InputLayer" else None
        if not isinstance(config, dict) or not isinstance(config.get("name"), str):
            continue
        form = next((one for one in ("sparse", "ragged") if config.get(one)), None)
        if form is not None:
            found[config["name"]] = form
    return found


def _source(layers: list[Any], index: int) -> Any:
    """The name of the layer before one of a Sequential."""
    before = layers[index - 1] if index and isinstance(layers[index - 1], dict) else {}
    config = before.get("config")
    return config.get("name") if isinstance(config, dict) else None


def _only_source(layer: Mapping[str, Any]) -> Any:
    """The layer that feeds one of a single call and input."""
    found = [leaf[0] for leaf in leaves(layer.get("inbound_nodes")) if is_tensor(leaf)]
    return found[0] if len(found) == 1 else None


def _taken(walk: Walk, layer: Mapping[str, Any], form: str | None) -> Iterator[Event]:
    """What a built-in layer raises that is called with a sparse or ragged input."""
    kind = str(layer.get("class_name"))
    cls = next(iter(walk.facts.named(kind, "layer")), None) if form and kind not in walk.custom else None
    if cls is not None and form is not None:
        yield from given_events(walk, cls, form)


def unnamed_events(walk: Walk, model: Any) -> Iterator[Event]:
    """The name of a model is not looked at before the model is called, in the scope of that name."""
    config = model.get("config") if isinstance(model, dict) else None
    name = config.get("name") if isinstance(config, dict) else None
    if name and not isinstance(name, str) and str(model.get("class_name")) in _NETWORKS:
        text = "name for name_scope must be a string."
        yield walk.problem("KER103", "model", "ValueError", text, key="name", value=repr(name))


def _called(walk: Walk, layer: Mapping[str, Any], depth: int) -> Iterator[Event]:
    """One layer, the initializers of its variables, and what it wraps."""
    kind, config = str(layer.get("class_name")), layer.get("config")
    if kind in walk.custom or not isinstance(config, dict):
        return
    if kind in _NETWORKS:
        yield from unnamed_events(walk, layer)
        yield from called_events(walk, layer, depth + 1)
        return
    cls = next(iter(walk.facts.named(kind, "layer")), None)
    here = walk.at("config")
    if cls is not None:
        yield from call_events(here, cls, config)
    for key, value in config.items():
        if isinstance(value, dict) and isinstance(value.get("config"), dict):
            if key.endswith("_initializer"):
                yield from _initializer(here.at(key), value)
            elif key in _INNER and depth < _MAX_DEPTH:
                yield from _called(here.at(key), value, depth + 1)


def _initializer(walk: Walk, value: Mapping[str, Any]) -> Iterator[Event]:
    kind = str(value.get("class_name"))
    cls = next(iter(walk.facts.named(kind, "initializer")), None)
    if cls is not None and kind not in walk.custom:
        yield from call_events(walk.at("config"), cls, value["config"])
