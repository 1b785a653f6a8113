"""What does not fit when a SavedModel's values go back into objects that were rebuilt from their configs.

The rebuilt object decides which variables and tables there are, not the saved object graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.graph.restore import shape_text
from inspector.loaders.keras2.shapes import variables
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.metadata import Node
    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.graph import MetaGraph, ObjectNode

_LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "IndexLookup"})
_NETWORKS = frozenset({"Sequential", "Functional", "Model"})


def value_events(walk: Walk, nodes: Sequence[Node], graph: MetaGraph) -> Iterator[Event]:
    """What restoring the values of objects rebuilt from configs raises."""
    for node in nodes:
        here = replace(walk, pointer=f"object_graph/{node.index}")
        yield from _tracked(here, node)
        yield from _shapes(here, node, graph)
    yield from _tables(walk, nodes, graph)


def _tracked(walk: Walk, node: Node) -> Iterator[Event]:
    """A model of TensorFlow 1.15 or 2.0 with a nested model is rebuilt whole: since 2.4 its parts are tracked twice."""
    metadata = node.metadata or {}
    layers = metadata.get("config", {}).get("layers")
    if walk.release < (2, 4) or metadata.get("class_name") != "Model" or not isinstance(layers, list):
        return
    if any(isinstance(layer, dict) and layer.get("class_name") in _NETWORKS for layer in layers):
        text = (
            "Called Trackable._track_trackable() with name='variables', but a Trackable with this name is already "
            "declared as a dependency. Names must be unique (or overwrite=True)."
        )
        yield walk.problem("KER208", "variables", "ValueError", text)


def _shapes(walk: Walk, node: Node, graph: MetaGraph) -> Iterator[Event]:
    """Variables that the config makes in another shape than the saved one."""
    metadata = node.metadata or {}
    given = _shape(metadata.get("build_input_shape"))
    made = variables(str(metadata.get("class_name")), metadata.get("config", {}), given)
    saved = _saved_variables(graph.objects[node.index], graph)
    for variable in reversed(made or []):
        stored = saved.get(variable.name)
        if stored is None or not stored or variable.shape is None or _fits(variable.shape, stored):
            continue
        wanted = tuple(-1 if dim is None else dim for dim in variable.shape)
        name = f"{metadata.get('name')}/{variable.name}:0"
        text = f"Shapes {shape_text(wanted)} and {shape_text(stored)} are incompatible"
        if walk.release >= (2, 9):
            text = (
                f"Received incompatible tensor with shape {shape_text(stored)} when attempting to restore "
                "variable with "
                f"shape {shape_text(wanted)} and name {name}."
            )
        yield walk.problem("KER110", name, "ValueError", text, expected=shape_text(wanted), found=shape_text(stored))
        return


def _fits(made: tuple[int | None, ...], stored: tuple[int, ...]) -> bool:
    pairs = zip(made, stored, strict=False)
    return len(made) == len(stored) and all(a is None or b < 0 or a == b for a, b in pairs)


def _shape(value: Any) -> tuple[int | None, ...] | None:
    """A shape in metadata: a list, or a TensorShape as Keras' JSON writes it."""
    items = value.get("items") if isinstance(value, dict) else value
    if isinstance(items, list) and all(item is None or isinstance(item, int) for item in items):
        return tuple(items)
    return None


def _saved_variables(node: ObjectNode, graph: MetaGraph) -> Mapping[str, tuple[int, ...]]:
    """The shapes of the object's own variables by attribute."""
    found = {}
    for name, child in node.children:
        target = graph.objects[child]
        if target.kind == "variable" and not target.message.variable.shape.unknown_rank:
            found[name] = tuple(dim.size for dim in target.message.variable.shape.dim)
    return found


def _tables(walk: Walk, nodes: Sequence[Node], graph: MetaGraph) -> Iterator[Event]:
    """Lookup layers of TensorFlow 2.2 to 2.5 keep their table as `_table`, later ones look for `lookup_table`."""
    if walk.release < (2, 6):
        return
    # tensorflow/python/saved_model/load.py `_restore_checkpoint` ends with `assert_existing_objects_matched`: every
    # object that Keras has made must find its value, and a table under another name does not.
    unbound = [node for node in nodes if _loses_table(walk, node, graph)]
    if not unbound:
        return
    tables = ["<tensorflow.python.ops.lookup_ops.MutableHashTable object at 0x0>"] * len(unbound)
    cause = "not bound to checkpointed values, likely due to changes in the Python program"
    text = f"Some Python objects were {cause}: [{', '.join(tables)}]"
    if walk.release >= (2, 7):
        count = len(unbound)
        shown = f"Showing {count} of {count} unmatched objects: [{', '.join(tables)}]"
        text = f"Found {count} Python objects that were {cause}. {shown}"
    here = replace(walk, pointer=f"object_graph/{unbound[0].index}")
    yield here.problem("KER209", str((unbound[0].metadata or {}).get("class_name")), "AssertionError", text)


def _loses_table(walk: Walk, node: Node, graph: MetaGraph) -> bool:
    """Whether the rebuilt layer makes a mutable table that the saved object has under its old name only."""
    metadata = node.metadata or {}
    names = {name for name, _ in graph.objects[node.index].children}
    if metadata.get("class_name") in _LOOKUPS:
        return "_table" in names and "lookup_table" not in names
    if metadata.get("class_name") == "TextVectorization":
        return walk.release >= (2, 7) and "_index_lookup_layer" in names
    return False
