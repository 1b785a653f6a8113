"""What a loader, a caller or a saver starts: the functions and tensors from which everything else runs.

The order of the init op is that of `get_init_op` (tensorflow/python/saved_model/loader_impl.py) and of the C++ loader
(tensorflow/cc/saved_model/loader_util.cc). Which functions of a resource run is in python/saved_model/load.py
(`Loader.__init__`, `RestoredResource`). All seen in 2.4 to 2.21: fixtures/graph_moments.tsv.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.graphs.walk import INIT, INIT_COLLECTIONS, listed
from inspector.terms.audit import Moment
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inspector.audit.graph.units import Unit
    from inspector.terms.graph import MetaGraph, ObjectNode

EAGER, SESSION, IMPORT = "tf.saved_model.load", "tf.compat.v1.saved_model.load", "tf.import_graph_def"
TRAIN = "__saved_model_train_op"
# Children of an object that the loader itself calls, and when.
_RESOURCE_FUNCTIONS = {
    "_create_resource": Moment.LOAD,
    "_initialize": Moment.LOAD,
    "_destroy_resource": Moment.UNLOAD,
}


@record
class Root:
    """A start: what it is called, when it runs, the tensors of the graph or the function that are asked for.

    `pointer` is where it is declared. `loaders` start it; none: whoever uses the model.
    `is_everything`: all nodes of the graph itself.
    """

    name: str
    moment: Moment
    pointer: str
    tensors: tuple[str, ...] = ()
    function: str = ""
    loaders: tuple[str, ...] = (EAGER, SESSION)
    is_saver: bool = False
    is_everything: bool = False


# The first root that reaches a node says when it runs.
MOMENTS = (Moment.LOAD, Moment.UNLOAD, Moment.CALL, Moment.SAVE, Moment.DEAD)


def roots(unit: Unit) -> tuple[Root, ...]:
    """Every start of the graph, by moment."""
    found = [] if unit.meta is None else list(_of_meta_graph(unit.meta, unit.leading))
    if unit.meta is None or not (unit.meta.signatures or unit.meta.has_object_graph):
        # A frozen graph, or a .meta file: whoever imports it fetches what they like.
        found.append(Root("the graph", Moment.CALL, unit.label, is_everything=True, loaders=(IMPORT,)))
    return tuple(sorted(found, key=lambda root: MOMENTS.index(root.moment)))


def _of_meta_graph(meta: MetaGraph, leading: frozenset[str]) -> Iterator[Root]:
    yield from _session_roots(meta)
    yield from _object_roots(meta, leading)
    yield from _saver_roots(meta)


def _session_roots(meta: MetaGraph) -> Iterator[Root]:
    """What a session loader runs, and what is called through a session."""
    yield from _init_op(meta)
    for name, signature in meta.signatures.items():
        if name != INIT:
            tensors = tuple(info.tensor for info in signature.outputs.values() if info.tensor)
            title = "the train op" if name == TRAIN else f"signature {name}"
            yield Root(title, Moment.CALL, f"signature_def/{name}", tensors=tensors)
    for name in ("train_op", "saved_model_train_op"):
        if name in meta.collections:
            yield Root("the train op", Moment.CALL, f"collection_def/{name}", tensors=tuple(listed(meta, name)))


def _init_op(meta: MetaGraph) -> Iterator[Root]:
    """The one init op that the loaders take: the signature, else the first collection that is there."""
    loaders = (SESSION,) if meta.has_object_graph else (EAGER, SESSION)
    if INIT in meta.signatures:
        tensors = tuple(info.tensor for info in meta.signatures[INIT].outputs.values())
        yield Root("the init op", Moment.LOAD, f"signature_def/{INIT}", tensors=tensors, loaders=loaders)
        return
    name = next((name for name in INIT_COLLECTIONS if name in meta.collections), None)
    if name is not None:
        tensors = tuple(listed(meta, name))
        yield Root("the init op", Moment.LOAD, f"collection_def/{name}", tensors=tensors, loaders=loaders)


def _saver_roots(meta: MetaGraph) -> Iterator[Root]:
    if meta.saver is None:
        return
    loaders = (SESSION,) if meta.has_object_graph else (EAGER, SESSION)
    restore, save = meta.saver["restore_op_name"], meta.saver["save_tensor_name"]
    if restore:
        yield Root("the restore op", Moment.LOAD, "saver_def", tensors=(restore,), loaders=loaders, is_saver=True)
    if save:
        yield Root("the save op", Moment.SAVE, "saver_def", tensors=(save,), is_saver=True)


def _object_roots(meta: MetaGraph, leading: frozenset[str]) -> Iterator[Root]:
    """The functions of the object graph that lead to risky ops: started by the eager loader, or called."""
    functions = {node.index: found for node in meta.objects if (found := leading.intersection(node.functions))}
    if not functions:
        return
    started: set[int] = set()
    for node in meta.objects:
        for name, moment, child in _started(node):
            started.add(child)
            yield from _function_roots(functions, node, name, child, moment)
    for node in meta.objects:
        for name, child in node.children:
            if child not in started:
                yield from _function_roots(functions, node, name, child, Moment.CALL)


def _started(node: ObjectNode) -> Iterator[tuple[str, Moment, int]]:
    """What the eager loader, or a checkpoint, starts of an object: the title, when, and the function's object."""
    if node.kind == "resource":
        for name, child in node.children:
            if name in _RESOURCE_FUNCTIONS:
                yield name, _RESOURCE_FUNCTIONS[name], child
    for saveable in node.message.saveable_objects.values():
        yield "the restore function", Moment.LOAD, saveable.restore_function
        # The loader calls it too, to learn what tensors it gives (saveable_object_util.py, recreate_saveable_objects).
        yield "the save function", Moment.LOAD, saveable.save_function


def _function_roots(
    functions: Mapping[int, Iterable[str]], owner: ObjectNode, name: str, child: int, moment: Moment
) -> Iterator[Root]:
    loaders = (EAGER,) if moment in (Moment.LOAD, Moment.UNLOAD) else (EAGER, SESSION)
    for function in sorted(functions.get(child, ())):
        title = f"{name} of object {owner.index}"
        yield Root(title, moment, f"object_graph/{owner.index}", function=function, loaders=loaders)
