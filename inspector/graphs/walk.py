"""Which nodes of a graph or function lead to which, and what a session loader asks for. Needs no networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from inspector.terms.graph import MetaGraph, Node

# Key of the signature that holds the init op, and the collections that held it before
# (tensorflow/python/saved_model/constants.py).
INIT = "__saved_model_init_op"
INIT_COLLECTIONS = ("saved_model_main_op", "legacy_init_op")


def node_of(tensor: str) -> str:
    """The node of `name`, `name:0`, `name:output:0` or `^name`."""
    return tensor.removeprefix("^").partition(":")[0]


def called(node: Node, library: Container[str]) -> Iterator[tuple[str, str]]:
    """(attribute, function) for each function of the library that a node names; "" where the op itself is one."""
    # An op may bear the name of the function that it calls: graphs of TF1 (`Defun`) call in no other way.
    if node.op in library:
        yield "", node.op
    for attr, value in node.attrs.items():
        kind = value.WhichOneof("value")
        named = [value.func] if kind == "func" else value.list.func if kind == "list" else ()
        for item in named:
            if item.name in library:
                yield attr, item.name


def needed(nodes: Sequence[Node], wanted: Iterable[str], places: Mapping[str, int] | None = None) -> list[int]:
    """The nodes that the wanted tensors depend on, in file order. `places` are the nodes' indexes by name, if known."""
    if places is None:
        places = {node.name: index for index, node in enumerate(nodes)}
    ready = [places[name] for name in map(node_of, wanted) if name in places]
    seen = set(ready)
    for index in ready:
        for name in map(node_of, nodes[index].inputs):
            place = places.get(name)
            if place is not None and place not in seen:
                seen.add(place)
                ready.append(place)
    return sorted(seen)


def initializers(graph: MetaGraph) -> Iterator[str]:
    """The ops that fill tables, as signature or in a collection."""
    if INIT in graph.signatures:
        yield from (info.tensor for info in graph.signatures[INIT].outputs.values())
    for name in INIT_COLLECTIONS:
        yield from listed(graph, name)


def listed(graph: MetaGraph, collection: str) -> Iterator[str]:
    """The nodes that a collection names."""
    if collection in graph.collections:
        yield from graph.message.collection_def[collection].node_list.value
