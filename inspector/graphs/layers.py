"""Keras models as graphs of layers: which layer is called with which, models nested in models included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx

from inspector.codec import json_text
from inspector.terms.errors import LimitError, MalformedArtifactError

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import SavedModel
    from inspector.terms.keras import KerasMetadata

# Models nest a few deep; a config that nests more is not one a person wrote.
DEPTH_LIMIT = 50
# Identifiers that Keras writes on the objects of a SavedModel: layers, models, networks, RNNs, input layers.
LAYER_IDENTIFIERS = (
    "_tf_keras_layer",
    "_tf_keras_input_layer",
    "_tf_keras_rnn_layer",
    "_tf_keras_model",
    "_tf_keras_network",
    "_tf_keras_sequential",
)


def layer_graph(artifact: Artifact) -> nx.MultiDiGraph:
    """The layers of an artifact: a node per layer by path (`outer/inner/dense`), an edge per tensor passed.

    Nodes carry `class_name` and `config`; edges `node_index` and `tensor_index` of the producer. Without a config
    (subclassed models of a SavedModel), nodes come from the object graph and edges say which layer holds which.
    """
    graph = nx.MultiDiGraph()
    config = artifact.keras.config if artifact.keras is not None else _root_config(artifact.keras_metadata)
    if isinstance(config, Mapping):
        _add_model(graph, config, "", 0)
    # A subclassed model has no config that says what calls what: only which object holds which is stored.
    if not graph and artifact.saved_model is not None:
        _add_objects(graph, artifact.saved_model)
    return graph


def _root_config(metadata: KerasMetadata | None) -> Any:
    """The config of a SavedModel's root as Keras 2 stored it; None where there is none."""
    # Keras names the path of every object by its attributes from `root` on (saved_model/save.py, node_paths).
    root = next((node for node in metadata.nodes if node.node_path == "root"), None) if metadata else None
    if root is None:
        return None
    try:
        return json_text.parse(root.metadata, "")
    except (MalformedArtifactError, LimitError):
        return None


def _add_model(graph: nx.MultiDiGraph, model: Mapping[str, Any], prefix: str, depth: int) -> None:
    config = model.get("config")
    layers = _layers(config)
    if depth > DEPTH_LIMIT:
        return
    names = [_name(layer, index) for index, layer in enumerate(layers)]
    for name, layer in zip(names, layers, strict=True):
        graph.add_node(prefix + name, class_name=layer.get("class_name"), config=layer.get("config"))
        if _layers(layer.get("config")):
            _add_model(graph, layer, f"{prefix}{name}/", depth + 1)
    # Keras 3 writes it for each layer of a Functional, InputLayer included; a Sequential's layers have none.
    if any("inbound_nodes" in layer for layer in layers):
        _connect_calls(graph, layers, names, prefix)
    else:
        _connect_chain(graph, [prefix + name for name in names])


def _layers(config: Any) -> list[Mapping[str, Any]]:
    """The layers of a model's config; Keras <= 2.2 wrote a Sequential's as a bare list."""
    found = config.get("layers") if isinstance(config, Mapping) else config
    return [layer for layer in found if isinstance(layer, Mapping)] if isinstance(found, list) else []


def _name(layer: Mapping[str, Any], index: int) -> str:
    config = layer.get("config")
    inner = config.get("name") if isinstance(config, Mapping) else None
    return str(layer.get("name") or inner or f"layer_{index}")


def _connect_chain(graph: nx.MultiDiGraph, names: list[str]) -> None:
    for source, target in pairwise(names):
        graph.add_edge(source, target, node_index=0, tensor_index=0)


def _connect_calls(graph: nx.MultiDiGraph, layers: list[Mapping[str, Any]], names: list[str], prefix: str) -> None:
    known = set(names)
    for name, layer in zip(names, layers, strict=True):
        for source, node_index, tensor_index in inbound_tensors(layer.get("inbound_nodes")):
            if source in known:
                graph.add_edge(prefix + source, prefix + name, node_index=node_index, tensor_index=tensor_index)


def inbound_tensors(nodes: Any) -> Iterator[tuple[str, int, int]]:
    """Every (layer, node index, tensor index) that a layer's calls take, in all of Keras' spellings.

    Keras 2: `[[["a", 0, 0, {}], ...]]`, with tensors in the kwargs as `["a", 0, 0]`; from 2.4 on also a bare
    `["a", 0, 0, {}]` for a first argument. Keras 3: `{"args": [...], "kwargs": {...}}` of `__keras_tensor__`.
    """
    yield from _tensors(nodes, 0)


def _tensors(value: Any, depth: int) -> Iterator[tuple[str, int, int]]:
    if depth > DEPTH_LIMIT:
        return
    if isinstance(value, Mapping):
        yield from _of_mapping(value, depth)
    elif isinstance(value, list):
        if _is_history(value):
            yield value[0], value[1], value[2]
        # Behind the three stand the keyword arguments of the call, in which further tensors may be.
        for item in value[3:] if _is_history(value) else value:
            yield from _tensors(item, depth + 1)


def _of_mapping(value: Mapping[str, Any], depth: int) -> Iterator[tuple[str, int, int]]:
    config = value.get("config")
    history: Any = config.get("keras_history") if isinstance(config, Mapping) else None
    if value.get("class_name") == "__keras_tensor__" and _is_history(history):
        yield history[0], history[1], history[2]
    else:
        for item in value.values():
            yield from _tensors(item, depth + 1)


def _is_history(value: Any) -> bool:
    """Whether a list names a tensor: layer, node index, tensor index. `["_CONSTANT_VALUE", -1, v]` is a constant."""
    if not isinstance(value, list) or len(value) < 3:  # noqa: PLR2004 - a triple
        return False
    name, *indices = value[:3]
    return isinstance(name, str) and name != "_CONSTANT_VALUE" and all(type(index) is int for index in indices)


def _add_objects(graph: nx.MultiDiGraph, saved_model: SavedModel) -> None:
    for meta_graph in saved_model.meta_graphs:
        layers = {node.index: node for node in meta_graph.objects if node.identifier in LAYER_IDENTIFIERS}
        paths = _paths(meta_graph.objects, layers)
        for index, node in layers.items():
            graph.add_node(paths.get(index, str(index)), class_name=node.identifier, config=None)
        for index, node in layers.items():
            for name, child in node.children:
                if child in layers and child in paths and index in paths:
                    graph.add_edge(paths[index], paths[child], name=name)


def _paths(objects: Any, layers: Mapping[int, Any]) -> dict[int, str]:
    """The shortest attribute path from the root to every layer, breadth first."""
    found, queue = ({0: "root"}, [0]) if objects else ({}, [])
    for index in queue:
        for name, child in objects[index].children:
            if child not in found and 0 <= child < len(objects):
                found[child] = f"{found[index]}.{name}"
                queue.append(child)
    return {index: path for index, path in found.items() if index in layers}
