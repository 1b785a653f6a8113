"""Models KerasObjectLoader of TensorFlow 1.15 to 2.1: objects are revived from functions, never from configs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.objects import REGULARIZER, object_events
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.metadata import Node
    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.graph import MetaGraph

_CLASSES = frozenset({"_tf_keras_layer", "_tf_keras_network", "_tf_keras_model", "_tf_keras_sequential"})
_INPUT = "_tf_keras_input_layer"


def revived_events(walk: Walk, nodes: Sequence[Node], graph: MetaGraph, *, compiling: bool) -> Iterator[Event]:
    """What reviving the objects raises. What has another identifier stays a plain object of TensorFlow's."""
    del compiling
    known = _CLASSES | {_INPUT} if walk.release >= (2, 1) else _CLASSES
    for node in nodes:
        # Up to 2.1 identifiers alone decide: whatever has another one stays an object of `tf.saved_model.load`, and
        # config and class name are not looked at.
        if node.identifier in known:
            failed = list(_object(replace(walk, pointer=f"object_graph/{node.index}"), node))
            yield from failed
            if failed:
                return
    if walk.release < (2, 1):
        yield from _sequential(walk, nodes, graph, known)


def _object(walk: Walk, node: Node) -> Iterator[Event]:
    if node.metadata is None:
        yield walk.problem("KER202", node.identifier, "JSONDecodeError", node.error or "")
        return
    if isinstance(node.metadata.get("dtype"), dict) and walk.release < (2, 1):
        yield walk.problem(
            "KER103", "dtype", "TypeError", "unhashable type: 'dict'", key="dtype", value=str(node.metadata["dtype"])
        )
        return
    if node.identifier == _INPUT and isinstance(node.metadata.get("batch_input_shape"), tuple | dict):
        # From TensorFlow 2.2 on tuples are written as objects, and these releases ask one for its first item.
        yield walk.problem("KER103", "batch_input_shape", "KeyError", "0", key="batch_input_shape", value="a tuple")
        return
    yield from object_events(walk.at("activity_regularizer"), REGULARIZER, node.metadata.get("activity_regularizer"))


def _sequential(walk: Walk, nodes: Sequence[Node], graph: MetaGraph, known: frozenset[str]) -> Iterator[Event]:
    """A revived Sequential model is given its layers again; one that was not revived as a layer is refused."""
    for node in nodes:
        if node.identifier != "_tf_keras_sequential":
            continue
        for child in _layers(graph, node.index):
            if graph.objects[child].identifier not in known:
                text = (
                    "The added layer must be an instance of class Layer. Found: <tensorflow.python.saved_model.load."
                    "Loader._recreate_base_user_object.<locals>._UserObject object at 0x0>"
                )
                here = replace(walk, pointer=f"object_graph/{child}")
                yield here.problem("KER206", graph.objects[child].identifier, "TypeError", text)
                return


def _layers(graph: MetaGraph, index: int) -> Iterator[int]:
    """The layers of a saved model, as its `keras_api.layers` lists them."""
    api = _child(graph.objects[index].children, "keras_api")
    layers = _child(graph.objects[api].children, "layers") if api is not None else None
    if layers is not None:
        yield from (child for _, child in graph.objects[layers].children)


def _child(children: Sequence[tuple[str, int]], name: str) -> int | None:
    found: Mapping[str, Any] = dict(children)
    return found.get(name)
