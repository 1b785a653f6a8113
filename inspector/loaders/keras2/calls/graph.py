"""Rebuilds a model's graph from its config as Keras 2 does, and calls each layer when its inputs are there.

Source: `reconstruct_from_config` of keras/engine/functional.py, `Sequential.add`, `Functional._run_internal_graph`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls import build, inputs, names, old, run, specs
from inspector.loaders.keras2.calls.shapes import outputs
from inspector.loaders.keras2.calls.tensors import KERAS_TENSORS_SINCE, UNKNOWN, Call, Layer, Tensor
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk

# A stored tensor: layer, call and index, and perhaps the call's keywords.
_REFERENCE = (3, 4)
_NETWORKS = frozenset({"Sequential", "Functional", "Model"})


class Unfollowed(Exception):  # noqa: N818 - no error: the graph is not what calls can be told of
    """The config is not one that the graph can be rebuilt from here; other steps say what is wrong with it."""


@record(frozen=False, eq=False)
class Network:
    """A rebuilt model: its layers by name, its inputs, its calls in their order, and what it puts out.

    `chain` are the layers of a Sequential model, which are called one after the other.
    """

    layers: dict[str, Layer] = field(default_factory=dict)
    inputs: list[Tensor] = field(default_factory=list)
    chain: list[Layer] | None = None
    results: list[Tensor] = field(default_factory=list)
    calls: list[tuple[Layer, list[tuple[str, int, int]], bool]] = field(default_factory=list)
    sources: list[tuple[str, int, int]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)


def call_events(walk: Walk, model: Any) -> Iterator[Event]:
    """What calling the model's layers raises while it is rebuilt."""
    try:
        rebuilt(walk, model)
    except LoadFailure as failure:
        yield failure.problem(walk.member)
    except Unfollowed:
        return


def network_of(walk: Walk, model: Any) -> Network | None:
    """The model's network where all its calls go well; None where one fails, or the graph can't be followed."""
    try:
        return rebuilt(walk, model)
    except (LoadFailure, Unfollowed):
        return None


def rebuilt(walk: Walk, model: Any) -> Network:
    """The model's network, with all calls made; raises what the first call raises that fails."""
    config = model.get("config") if isinstance(model, dict) else None
    if not isinstance(model, dict):
        raise Unfollowed
    here = walk.at("config")
    if model.get("class_name") == "Sequential":
        return _sequential(here, config)
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise Unfollowed
    return _functional(here, config)


def _made(walk: Walk, entry: Any) -> Layer:
    """A layer that is deserialized: a model makes its own graph at once."""
    config = entry.get("config") if isinstance(entry, dict) else None
    if isinstance(config, list) and entry.get("class_name") == "Sequential":
        config = {"layers": config}
    kind = entry.get("class_name") if isinstance(entry, dict) else None
    if not isinstance(config, dict) or not isinstance(kind, str):
        raise Unfollowed
    name = str(config.get("name", entry.get("name", "")))
    layer = Layer(name, kind, config, walk.at("config").pointer)
    if name in walk.custom or layer.class_name in walk.custom or _is_own(walk, entry):
        layer.class_name = f"custom {layer.class_name}"
    elif layer.class_name in _NETWORKS:
        layer.network = rebuilt(walk, entry)
        if layer.network.inputs:  # called once when it was made, on its own inputs
            layer.nodes.append(list(layer.network.results))
            layer.built_on = list(layer.network.inputs)
    return layer


def _is_own(walk: Walk, entry: Any) -> bool:
    """Whether the zip format says that the class is none of Keras' own, whatever its name is."""
    if walk.path != "v3" or entry.get("class_name") in _NETWORKS:
        return False
    module = str(entry.get("module", "keras"))
    return bool(entry.get("registered_name")) or not module.startswith(("keras", "tf_keras", "tensorflow"))


def _functional(walk: Walk, config: dict[str, Any]) -> Network:
    network = Network()
    waiting: dict[str, list[Any]] = {}
    for index, entry in enumerate(config["layers"]):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(entry.get("inbound_nodes"), list):
            raise Unfollowed
        if name not in network.layers:
            layer = network.layers[name] = _made(walk.at("layers").at(index), entry)
            if layer.class_name == "InputLayer":
                layer.nodes.append([inputs.made(walk, layer.config, layer.pointer)])
        waiting.setdefault(name, []).extend(entry["inbound_nodes"])
    _call_all(walk, network, waiting)
    network.sources = list(_references(config.get("output_layers")))
    network.results = [_tensor(network, source) for source in network.sources]
    network.entries = [name for name, _, _ in _references(config.get("input_layers"))]
    network.inputs = [_tensor(network, (name, 0, 0)) for name in network.entries]
    return network


def _call_all(walk: Walk, network: Network, waiting: dict[str, list[Any]]) -> None:
    """Calls each layer as soon as all its inputs are there, in the order of the config, until none is left."""
    moved = True
    while moved:
        moved = False
        for name, nodes in waiting.items():
            layer = network.layers[name]
            while nodes and _is_ready(network, nodes[0]):
                _call_node(walk, network, layer, nodes.pop(0))
                moved = True


def _is_ready(network: Network, node: Any) -> bool:
    for name, index, _ in (*_references(node), *_keyword_references(node)):
        if name not in network.layers:
            raise Unfollowed
        layer = network.layers[name]
        if layer.class_name != "InputLayer" and index >= len(layer.nodes):
            return False
    return True


def _call_node(walk: Walk, network: Network, layer: Layer, node: Any) -> None:
    if layer.class_name == "InputLayer":
        raise Unfollowed
    sources = list(_references(node))
    listed = not _is_single(node)
    if layer.class_name == "MultiHeadAttention":  # query, then value and key in the keywords
        sources += list(_keyword_references(node))
        listed = False
    given = [_tensor(network, source) for source in sources]
    if any(True for _ in _constants(node)):
        given = [UNKNOWN]
    network.calls.append((layer, sources, listed))
    layer.nodes.append(called(Call(walk, layer, given, listed)))


def called(call: Call) -> list[Tensor]:
    """The outputs of a call; raises what it raises."""
    layer = call.layer
    names.check(call)
    if layer.network is not None:
        return _run(call, layer.network)
    known = bool(call.inputs) and all(one.followed for one in call.inputs)
    if known:
        specs.check(call)
        if call.first:
            build.check(call)
    old.check(call)
    if known:
        run.check(call)
        if layer.class_name in {"TimeDistributed", "Bidirectional"}:
            found = _wrapped(call)
            layer.built_on = layer.built_on or list(call.inputs)
            return found
    found = outputs(call) if call.inputs else [UNKNOWN]
    layer.built_on = layer.built_on or list(call.inputs)
    return found


def _wrapped(call: Call) -> list[Tensor]:
    """A TimeDistributed calls its layer on one step, or on all steps as one batch."""
    entry, shape = call.config.get("layer"), call.shape
    if call.layer.class_name == "Bidirectional" or not isinstance(entry, dict) or call.inputs[0].shape is None:
        if call.first and isinstance(entry, dict) and str(entry.get("class_name")) in specs.RECURRENT:
            build.check(Call(call.walk, _made(call.walk, entry), call.inputs[:1]))
        return outputs(call)
    step = [Tensor((shape[0], *shape[2:]))]
    if call.layer.network is None and call.first:
        inner = _made(call.walk, entry)
        if inner.network is not None:
            return [UNKNOWN]
        build.check(Call(call.walk, inner, step))
        inner.built_on = step
        result = _inside(call, Call(call.walk, inner, step, inside=True))
        known = result[0].shape if len(result) == 1 else None
        return [Tensor((known[0], shape[1], *known[1:])) if known else UNKNOWN]
    return [UNKNOWN]


def _inside(outer: Call, call: Call) -> list[Tensor]:
    """A call that another layer's call makes: that one is named where Keras names nobody nearer."""
    try:
        return called(call)
    except LoadFailure as failure:
        lead = texts.building(outer.release, outer.layer.class_name, outer.layer.name)
        if lead and not failure.text.startswith("Exception encountered when calling layer"):
            raise failure.reworded(failure.type, lead + failure.text) from failure
        raise


def _run(call: Call, network: Network) -> list[Tensor]:
    """A model that is called: its layers are called again, in their order, on what it is given."""
    inside = call.release >= KERAS_TENSORS_SINCE
    if network.chain is not None:
        current = call.inputs[:1]
        for layer in network.chain:
            if layer.class_name != "InputLayer":
                step = Call(call.walk, layer, current, inside=inside)
                current = _inside(call, step)[:1]
        call.layer.built_on = call.layer.built_on or list(call.inputs)
        return current or [UNKNOWN]
    if len(call.inputs) < len(network.entries) or any(len(layer.nodes) > 1 for layer in network.layers.values()):
        return [UNKNOWN] * len(network.sources)
    given = dict(zip(network.entries, call.inputs, strict=False))
    found: dict[str, list[Tensor]] = {
        name: [_conformed(call, given[name], layer.nodes[0][0])] if name in given else []
        for name, layer in network.layers.items()
        if layer.class_name == "InputLayer"
    }
    for layer, sources, listed in network.calls:
        tensors = [_at(found.get(name, []), place) for name, _, place in sources]
        found[_key(network, layer)] = _inside(call, Call(call.walk, layer, tensors, listed, inside))
    return [_at(found.get(name, []), place) for name, _, place in network.sources]


def _key(network: Network, layer: Layer) -> str:
    return next(name for name, one in network.layers.items() if one is layer)


def _conformed(call: Call, given: Tensor, wanted: Tensor) -> Tensor:
    """From 2.2 on a last axis of 1 comes and goes as the model's own input has it (`_conform_to_reference_input`)."""
    if call.release < (2, 2) or given.shape is None or wanted.shape is None:
        return given
    if len(given.shape) == len(wanted.shape) + 1 and given.shape[-1] == 1:
        return Tensor(given.shape[:-1])
    if len(given.shape) == len(wanted.shape) - 1 and wanted.shape[-1] == 1:
        return Tensor((*given.shape, 1))
    return given


def _sequential(walk: Walk, config: Any) -> Network:
    """Layers that are called one after the other from the first that says its input's shape."""
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        raise Unfollowed
    chain: list[Layer] = []
    network, current = Network(chain=chain), None
    for index, entry in enumerate(layers):
        layer = _made(walk.at("layers").at(index), entry)
        network.layers.setdefault(layer.name, layer)
        if current is not None and layer.class_name != "InputLayer":
            current = called(Call(walk, layer, current))
            layer.nodes.append(current)
            current = current[:1] if len(current) == 1 else [UNKNOWN]
        elif not chain:
            current = _begun(walk, network, layer)
        chain.append(layer)
    network.results = list(current or [])
    return network


def _begun(walk: Walk, network: Network, layer: Layer) -> list[Tensor] | None:
    """What the first layer starts the model with; None where it says nothing of its input."""
    if layer.class_name == "InputLayer":
        network.inputs = [inputs.made(walk, layer.config, layer.pointer)]
        return list(network.inputs)
    if layer.network is not None:
        if not layer.network.inputs:
            return None
        network.inputs = list(layer.network.inputs[:1])
        return layer.network.results if len(layer.network.results) == 1 else [UNKNOWN]
    if "batch_input_shape" not in layer.config:
        return None
    given = {**layer.config, "name": f"{layer.name}_input"}
    network.inputs = [inputs.made(walk, given, layer.pointer)]
    found = called(Call(walk, layer, list(network.inputs)))
    return found if len(found) == 1 else [UNKNOWN]


def _tensor(network: Network, source: tuple[str, int, int]) -> Tensor:
    name, index, place = source
    layer = network.layers.get(name)
    if layer is None:
        raise Unfollowed
    node = 0 if layer.class_name == "InputLayer" else index
    return _at(layer.nodes[node], place) if 0 <= node < len(layer.nodes) else UNKNOWN


def _at(tensors: list[Tensor], place: int) -> Tensor:
    return tensors[place] if 0 <= place < len(tensors) else UNKNOWN


def _is_reference(data: Any) -> bool:
    return (
        isinstance(data, list)
        and len(data) in _REFERENCE
        and isinstance(data[0], str)
        and isinstance(data[1], int)
        and isinstance(data[2], int)
    )


def _references(data: Any) -> Iterator[tuple[str, int, int]]:
    """The tensors in a nested structure, without those in keywords."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _references(value)
    elif _is_reference(data):
        if data[0] != "_CONSTANT_VALUE":
            yield data[0], data[1], data[2]
    elif isinstance(data, list):
        if data and data[0] == "_CONSTANT_VALUE":
            return
        for value in data:
            yield from _references(value)


def _keyword_references(data: Any) -> Iterator[tuple[str, int, int]]:
    """The tensors in the keywords of a call."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _keyword_references(value)
    elif isinstance(data, list):
        if data and isinstance(data[0], str):
            yield from _references(data[3]) if len(data) > 3 else ()  # noqa: PLR2004 - the keywords
            return
        for value in data:
            yield from _keyword_references(value)


def _constants(data: Any) -> Iterator[bool]:
    """Whether values stand among the tensors."""
    if isinstance(data, list):
        if data and data[0] == "_CONSTANT_VALUE":
            yield True
        elif not _is_reference(data):
            for value in data:
                yield from _constants(value)


def _is_single(node: Any) -> bool:
    """Whether the layer gets one tensor, not a list or dict of them (`unnest_if_single_tensor`)."""
    if _is_reference(node):
        return True
    return isinstance(node, list) and len(node) == 1 and (_is_reference(node[0]) or _is_single(node[0]))
