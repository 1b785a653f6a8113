"""Models KerasObjectLoader of TensorFlow 2.2 and later: objects from their configs where that can be.

What the releases make of a config that they refuse differs: up to 2.6 only a ValueError leads to revival from
functions, 2.7 to 2.11 blame a name conflict for the rest, and from 2.12 on any exception is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.metadata import METRIC, Node
from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.objects import METRIC as METRICS
from inspector.loaders.keras2.revived_values import value_events
from inspector.loaders.keras2.walk import numbers, until_problem
from inspector.terms.finding import ExpectedError, Gap, Problem
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.graph import MetaGraph

_NETWORKS = ("Sequential", "Functional")
_METADATA_IN_BOTH = (2, 5)
_LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "IndexLookup"})
_NOT_SAVED = "layer was saved without config"
# What a custom object is revived as from its functions; the rest cannot be. Source: revive_custom_object.
_REVIVABLE = frozenset(
    {"_tf_keras_input_layer", "_tf_keras_layer", "_tf_keras_model", "_tf_keras_network", "_tf_keras_sequential"}
)


def revival_events(walk: Walk, nodes: Sequence[Node], graph: MetaGraph, *, compiling: bool) -> Iterator[Event]:
    """What reviving every object raises: layers and models in order, then metrics."""
    yield from until_problem(
        lambda: _missing(walk, nodes, graph),
        lambda: _layers(walk, nodes, graph),
        # keras/src/saving/legacy/saved_model/load.py `load_layers` keeps metrics for last: models make theirs when they
        # are constructed, which saves making them twice.
        lambda: _metrics(walk, nodes, compiling=compiling),
    )


def _missing(walk: Walk, nodes: Sequence[Node], graph: MetaGraph) -> Iterator[Event]:
    """Numbers of objects that the graph lacks: in it, or in Keras' own list."""
    strays = [(node.index, node.index) for node in nodes if not 0 <= node.index < len(graph.objects)]
    old = numbers(walk.runtime.packages.get("protobuf")) < (4, 0)
    for index, number in [*((node.index, lost) for node in graph.objects for lost in node.lost), *strays][:1]:
        here = replace(walk, pointer=f"object_graph/{index}")
        text = f"list index ({number}) out of range" if old else "list index out of range"
        yield here.problem("SMD112", str(number), "IndexError", text)


def restored_events(walk: Walk, nodes: Sequence[Node], graph: MetaGraph) -> Iterator[Event]:
    """What the objects that were rebuilt from their configs cannot take back."""
    yield from value_events(walk, [node for node in nodes if _is_from_config(walk, node)], graph)


def wiring_events(walk: Walk, nodes: Sequence[Node], graph: MetaGraph) -> Iterator[Event]:
    """What wiring the models raises: a Sequential model makes its InputLayer anew, which the graph lacks."""
    yield from _empty_lookups(walk, nodes, graph)
    for node in nodes:
        metadata = node.metadata or {}
        if not _is_network(metadata):
            continue
        if walk.release == _METADATA_IN_BOTH:
            yield from _lost(replace(walk, pointer=f"object_graph/{node.index}"), node, graph)
        if metadata.get("class_name") != "Sequential":
            continue
        first = next(iter(metadata["config"].get("layers") or ()), None)
        own = dict(graph.objects[node.index].children).get("layer-0")
        is_input = own is not None and graph.objects[own].identifier == "_tf_keras_input_layer"
        if not is_input and isinstance(first, dict) and first.get("class_name") == "InputLayer":
            here = replace(walk, pointer=f"object_graph/{node.index}/metadata/config/layers/0")
            yield from object_events(here, LAYER, first)


def _empty_lookups(walk: Walk, nodes: Sequence[Node], graph: MetaGraph) -> Iterator[Event]:
    """TensorFlow 2.5 refuses to call a lookup layer whose vocabulary lies in its table alone, as up to 2.4."""
    if walk.release != _METADATA_IN_BOTH:
        return
    parts = {child for node in nodes if node.index == 0 for _, child in graph.objects[0].children}
    for node in nodes:
        metadata = node.metadata or {}
        if metadata.get("class_name") in _LOOKUPS and node.index in parts and "has_input_vocabulary" not in metadata:
            text = (
                "You must set the layer's vocabulary before calling it. Either pass a `vocabulary` argument to the "
                "layer, or call `layer.adapt(dataset)` with some sample data."
            )
            here = replace(walk, pointer=f"object_graph/{node.index}")
            yield here.problem("KER209", str(metadata["class_name"]), "ValueError", text)
            return


def _layers(walk: Walk, nodes: Sequence[Node], graph: MetaGraph) -> Iterator[Event]:
    made: set[int] = set()
    for node in nodes:
        if node.identifier == METRIC or (node.index in made and node.metadata is not None):
            continue
        here = replace(walk, pointer=f"object_graph/{node.index}")
        failed = list(_layer(here, node)) or list(_unbuilt(here, node, graph))
        yield from failed
        if any(isinstance(event, Problem) for event in failed):
            return
        if _is_from_config(walk, node):
            # `_add_children_recreated_from_config`: what a constructor has made counts as loaded, so the config of a
            # part is never looked at, and a broken one does no harm.
            made |= _parts(walk, graph, node.index)


def _parts(walk: Walk, graph: MetaGraph, index: int) -> set[int]:
    """The objects below one that was rebuilt from its config: its constructor has made them too.

    The lookup inside TextVectorization has another name from 2.7 on, so that one of the other name is no part.
    """
    renamed = "_index_lookup_layer" if walk.release >= (2, 7) else "_lookup_layer"
    found: set[int] = set()
    ready = [index]
    for place in ready:
        for name, child in graph.objects[place].children:
            if child not in found and name != renamed:
                found.add(child)
                ready.append(child)
    return found


def _unbuilt(walk: Walk, node: Node, graph: MetaGraph) -> Iterator[Event]:
    """TensorFlow 2.5 alone asks saved_model.pb for the metadata of what is not built yet, and only 2.5 still writes it.

    That concerns blank Sequential models and the parts of MultiHeadAttention.
    """
    if walk.release != _METADATA_IN_BOTH or not node.metadata or not has_config(node.metadata):
        return
    if node.metadata.get("class_name") in {"Sequential", "MultiHeadAttention"}:
        yield from _lost(walk, node, graph)


def _lost(walk: Walk, node: Node, graph: MetaGraph) -> Iterator[Event]:
    """The JSONDecodeError for metadata that saved_model.pb does not hold."""
    if not graph.objects[node.index].metadata:
        yield walk.problem("KER202", node.identifier, "JSONDecodeError", "Expecting value: line 1 column 1 (char 0)")


def _layer(walk: Walk, node: Node) -> Iterator[Event]:
    if node.metadata is None:
        yield walk.problem("KER202", node.identifier, "JSONDecodeError", node.error or "")
        return
    # `_revive_graph_network` makes a blank model; whatever is wrong with its config shows when
    # `_reconstruct_all_models` runs, after TensorFlow's own loader.
    if _is_network(node.metadata) or not has_config(node.metadata):
        return
    events = list(_config_events(walk, node.metadata))
    problem = next((event for event in events if isinstance(event, Problem)), None)
    if problem is None:
        yield from (event for event in events if isinstance(event, Gap))
        return
    # A layer that cannot be deserialized is no failure yet: the loader falls back to the functions in the SavedModel,
    # which is why custom layers load there without their class.
    raised = _passed_on(walk, node.metadata, problem)
    if raised is not None:
        yield raised
    # `revive_custom_object` has classes to stand in for layers and models, none for metrics and RNN layers.
    elif node.identifier not in _REVIVABLE:
        yield not_restorable(walk, node)


def _config_events(walk: Walk, metadata: Mapping[str, Any]) -> Iterator[Event]:
    """What deserializing the object's config raises."""
    identifier = {"class_name": metadata.get("class_name"), "config": metadata.get("config")}
    here = walk.at("metadata")
    yield from here.once("config", lambda: object_events(here, LAYER, identifier))


def has_config(metadata: Mapping[str, Any]) -> bool:
    """Whether the object can be tried from a config at all."""
    config = metadata.get("config")
    return isinstance(config, dict) and _NOT_SAVED not in config


def _is_network(metadata: Mapping[str, Any]) -> bool:
    """Sequential and functional models are left blank and wired when their layers are there."""
    return has_config(metadata) and bool(metadata.get("is_graph_network") or metadata.get("class_name") in _NETWORKS)


def _is_from_config(walk: Walk, node: Node) -> bool:
    """Whether the object is revived from its config."""
    if node.metadata is None or node.identifier == METRIC or not has_config(node.metadata):
        return False
    if _is_network(node.metadata):
        return False
    return not any(isinstance(event, Problem) for event in _config_events(walk, node.metadata))


def _passed_on(walk: Walk, metadata: Mapping[str, Any], problem: Problem) -> Problem | None:
    """The exception as this release lets it out; None where it revives the object from its functions instead."""
    # TFOpLambda and its kin (layers/core/tf_op_layer.py) and preprocessing layers (engine/base_preprocessing_layer.py)
    # set it: for these there is no falling back to functions.
    bound = bool(metadata.get("must_restore_from_config"))
    name = str(metadata.get("class_name"))
    if walk.release >= (2, 12):
        return problem if bound else None
    if problem.error.type == "ValueError":
        if not bound or walk.release < (2, 3):
            return None
        return problem if walk.release >= (2, 8) else _bound(walk, problem, name)
    if walk.release < (2, 7) or problem.error.type not in ("TypeError", "KeyError"):
        return problem
    cls = next(iter(walk.facts.named(name, "layer")), None)
    if cls is None and name in walk.custom:
        return problem  # no class of Keras' own has that name
    shown = f"<class '{cls.module}.{name}'>" if cls else name
    text = (
        f"Unable to restore object of class '{name}' likely due to name conflict with built-in Keras class "
        f"'{shown}'. To "
        "override the built-in Keras definition of the object, decorate your class with "
        "`@keras.utils.register_keras_serializable` and include that file in your program, or pass your class in a "
        "`keras.utils.CustomObjectScope` that wraps this load call."
    )
    return replace(problem, rule="KER205", error=ExpectedError("RuntimeError", text))


def _bound(walk: Walk, problem: Problem, name: str) -> Problem:
    """The RuntimeError of 2.3 to 2.7 for a layer that must come from its config."""
    quote = "`" if walk.release >= (2, 7) else ""
    text = (
        f"Unable to restore a layer of class {name}. Layers of class {name} require that the class be provided to the "
        "model loading code, either by registering the class using "
        f"{quote}@keras.utils.register_keras_serializable{quote}"
        " on the class def and including that file in your program, or by passing the class in a "
        f"{quote}keras.utils.CustomObjectScope{quote} that wraps this load call."
    )
    return replace(problem, rule="KER207", error=ExpectedError("RuntimeError", text))


def not_restorable(walk: Walk, node: Node) -> Problem:
    """The ValueError for an object that cannot be revived from functions: metrics, RNN layers."""
    metadata = node.metadata or {}
    name = str(metadata.get("class_name"))
    if walk.release >= (2, 12):
        text = (
            f'Unable to restore custom object of class "{name}" (type {node.identifier}). Please make sure that '
            "this class "
            "is included in the `custom_objects` arg when calling `load_model()`. Also, check that the class "
            "implements "
            f"`get_config` and `from_config`.\n\nComplete metadata: {metadata}"
        )
    elif walk.release >= (2, 7):
        text = (
            f"Unable to restore custom object of type {node.identifier}. Please make sure that any custom layers are "
            "included in the `custom_objects` arg when calling `load_model()` and make sure that all layers implement "
            "`get_config` and `from_config`."
        )
    else:
        text = (
            f"Unable to restore custom object of type {node.identifier} currently. Please make sure that the layer "
            "implements `get_config`and `from_config` when saving. In addition, please use the "
            "`custom_objects` arg when "
            "calling `load_model()`."
        )
    return walk.problem("KER206", name, "ValueError", text)


def _metrics(walk: Walk, nodes: Sequence[Node], *, compiling: bool) -> Iterator[Event]:
    """Metrics that cannot be rebuilt end the load, from 2.4 on only where the model is to be compiled."""
    for node in nodes:
        if node.identifier != METRIC:
            continue
        here = replace(walk, pointer=f"object_graph/{node.index}")
        if node.metadata is None:
            yield here.problem("KER202", node.identifier, "JSONDecodeError", node.error or "")
            return
        failed = list(_metric(here, node))
        # Metrics are needed only by compile(): since 2.4 `load_layers` logs a warning where the model is not to be
        # compiled.
        if failed and (compiling or walk.release < (2, 4)):
            yield from failed
            return


def _metric(walk: Walk, node: Node) -> Iterator[Event]:
    metadata = node.metadata or {}
    if not has_config(metadata):
        yield not_restorable(walk, node)
        return
    identifier = {"class_name": metadata.get("class_name"), "config": metadata.get("config")}
    for event in object_events(walk.at("metadata"), METRICS, identifier):
        if isinstance(event, Problem):
            yield not_restorable(walk, node) if event.error.type == "ValueError" else event
            return
