"""Which tensor of an object-based checkpoint each variable of an object graph gets.

The loader walks both graphs at once by the names of their parts (tensorflow/python/checkpoint/restore.py): what the
checkpoint's own object graph says decides, not what the keys look like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec import protobuf
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.paths import checkpoint_keys, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.graph import MetaGraph, TensorBundle, TensorFault

_VALUE = "VARIABLE_VALUE"
_GRAPH = "tensorflow.TrackableObjectGraph"


def size_text(key: str, fault: TensorFault) -> str:
    """What is said of a tensor whose bytes are more or fewer than its shape takes."""
    return f"Invalid size in bundle entry: key {key}; stored size {fault.stored}; expected size {fault.calculated}"


def bound_keys(graph: MetaGraph, bundle: TensorBundle) -> Mapping[int, str]:
    """By variable, the key of its tensor; "" for those that the checkpoint's object graph does not come to."""
    memo = _memo(graph)
    if bundle.object_graph not in memo:
        memo[bundle.object_graph] = _bound(graph, bundle.object_graph)
    return memo[bundle.object_graph]


@once_per_graph
def _memo(graph: MetaGraph) -> dict[bytes, Mapping[int, str]]:
    del graph
    return {}


def _bound(graph: MetaGraph, data: bytes) -> Mapping[int, str]:
    if not protobuf.parses(_GRAPH, data):
        return checkpoint_keys(graph)
    found = dict(_walk(graph, protobuf.parse(_GRAPH, data, "").nodes))
    # One that is bound to a stored object without a value keeps none, and nothing minds.
    valueless = {index for index, key in found.items() if key is None}
    slots = {slot for node in graph.objects for _, _, slot in node.slot_variables}
    for index in reachable(graph):
        # Slot variables wait for their optimizer, and are not asked for.
        if graph.objects[index].kind == "variable" and index not in slots:
            found.setdefault(index, "")
    return {index: key for index, key in found.items() if index not in valueless and key is not None}


def _walk(graph: MetaGraph, stored: Any) -> Iterator[tuple[int, str | None]]:
    """(variable, key), breadth first over both graphs; the first object that comes to a stored one is bound to it."""
    bound = {0: 0}
    ready = [(0, 0)] if graph.objects and len(stored) else []
    for proto, index in ready:
        node = graph.objects[index]
        if node.kind == "variable":
            keys = [item.checkpoint_key for item in stored[proto].attributes if item.name == _VALUE]
            yield index, keys[0] if keys else None
        elif node.message.saveable_objects:
            # Tables are saved by functions of their own; their keys are asked for, no shape is compared.
            yield from ((-1 - place, item.checkpoint_key) for place, item in enumerate(stored[proto].attributes))
        parts = dict(node.children)
        for child in stored[proto].children:
            part = parts.get(child.local_name)
            if part is not None and 0 <= child.node_id < len(stored) and child.node_id not in bound:
                bound[child.node_id] = part
                ready.append((child.node_id, part))
    yield from _slots(graph, stored, bound)


def _slots(graph: MetaGraph, stored: Any, bound: Mapping[int, int]) -> Iterator[tuple[int, str]]:
    """Slot variables are found by their optimizer and the variable that they belong to."""
    made = {
        (node.index, variable, name): slot for node in graph.objects for variable, name, slot in node.slot_variables
    }
    for proto, optimizer in bound.items():
        for item in stored[proto].slot_variables:
            variable = bound.get(item.original_variable_node_id, -1)
            slot = made.get((optimizer, variable, item.slot_name))
            if slot is not None and 0 <= item.slot_variable_node_id < len(stored):
                attributes = stored[item.slot_variable_node_id].attributes
                yield from ((slot, held.checkpoint_key) for held in attributes if held.name == _VALUE)
