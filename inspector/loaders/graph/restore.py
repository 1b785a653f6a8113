"""Models how variables come back from their TensorBundle: index, shards, then each variable's dtype and shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.loaders.graph.bound import bound_keys, size_text
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import data_type_string
from inspector.loaders.graph.context import serve_graph
from inspector.loaders.graph.paths import checkpoint_keys, reachable
from inspector.loaders.graph.reach import reached_from_tensors
from inspector.terms.dtypes import name_of
from inspector.terms.finding import ExpectedError, Gap, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.terms.artifact import Damage
    from inspector.terms.graph import MetaGraph, SavedModel, TensorBundle, TensorEntry, TensorFault

# Slot variables wait for their optimizer, and are not asked for.
_SLOT, _COUNTED_SINCE = ".OPTIMIZER_SLOT/", (2, 7)
_RESTORES = frozenset({"RestoreV2", "Restore", "RestoreSlice"})
FOLDER, INDEX = "variables", "variables/variables.index"


def bundle_problems(context: Context, loader: str) -> Iterator[Problem]:
    """What is wrong with the files of the bundle, as `load` (object graph) or `v1` (session) meets it."""
    # The index alone decides whether the bundle is there; shards are opened when a tensor of theirs is read.
    if not context.artifact.has_member(INDEX):
        folder = any(m.name.startswith(f"{FOLDER}/") for m in context.artifact.members)
        yield _file_problem(context, INDEX, f"{loader}/{'no_index' if folder else 'no_folder'}", "it is missing")
        return
    damages = [damage for damage in context.artifact.damage if damage.member.startswith(f"{FOLDER}/")]
    for damage in damages if not (damages and loader == "v1" and _restores_nothing(context)) else ():
        if damage.member == INDEX:
            yield _index_problem(context, damage, loader)
        else:
            yield _shard_problem(context, damage, loader)


# The recorded text for an index that is something else altogether, and what stands there for other damage
# (tensorflow/core/lib/io/table.cc and format.cc).
_NO_TABLE, _TOO_SHORT = "not an sstable (bad magic number)", "file is too short to be an sstable"
_TABLE_TEXTS = {
    "block checksum mismatch": "block checksum mismatch",
    "a block lies beyond the end of the file": "truncated block read",
}
_FOOTER_BYTES = 48
# CorruptFileError in tensorflow/core/util/tensor_bundle/tensor_bundle.cc.
_NO_HEADER = (
    "Unable to read file ({path}). Perhaps the file is corrupt or was produced by a newer version of TensorFlow with "
    "format changes (failed to seek to header entry)"
)


def _index_problem(context: Context, damage: Damage, loader: str) -> Problem:
    size = next(member.size for member in context.artifact.members if member.name == INDEX)
    said = _TOO_SHORT if size < _FOOTER_BYTES else _TABLE_TEXTS.get(damage.reason, _NO_TABLE)
    if said in _TABLE_TEXTS.values() and damage.offset == 0:  # the first block holds the header; others are met unnamed
        said = f"{_NO_HEADER.format(path=f'{context.artifact.path}/{INDEX}')}: {said}"
    found = context.error(f"{loader}/bad_index", member=INDEX)
    error = ExpectedError(found.type, found.message.replace(_NO_TABLE, said))
    return Problem("SMD121", INDEX, Location(INDEX), error, {"reason": damage.reason})


def _restores_nothing(context: Context) -> bool:
    """Without variables the restore op of a session only leads to a no-op: the bundle's files are not read."""
    graph = serve_graph(context.artifact)
    return graph is not None and not _restoring(graph)


@once_per_graph
def _restoring(graph: MetaGraph) -> bool:
    name = (graph.saver or {}).get("restore_op_name", "")
    return any(item.node.op in _RESTORES for item in reached_from_tensors(graph.graph, [name]))


def _shard_problem(context: Context, damage: Damage, loader: str) -> Problem:
    key, fault = _first_fault(context, loader)
    bundle = context.artifact.saved_model.variables if context.artifact.saved_model else None
    if bundle is None or fault is None:
        return _file_problem(context, damage.member, f"{loader}/short_shard", damage.reason)
    error = context.error(
        f"{loader}/{_KINDS[fault.kind]}",
        member=damage.member,
        count=str(len(bundle.entries) - 1),  # one RestoreV2 for all but the object graph, which is read before
        size=str(bundle.entries[key].size),
        stored=f"{fault.stored:08d}",
        computed=str(fault.calculated),
    )
    if fault.kind in {"checksum", "lengths"}:
        error = _checksum_error(context, error, fault, is_object_graph=loader == "load" and key == _OBJECT_GRAPH_KEY)
    return Problem("SMD121", damage.member, Location(damage.member), error, {"reason": damage.reason})


def _checksum_error(
    context: Context, error: ExpectedError, fault: TensorFault, *, is_object_graph: bool
) -> ExpectedError:
    """The object graph is read from Python, whose reader has no class for lost data; the rest by RestoreV2."""
    found = re.search(_STORED, error.message)
    text = found[0] if found else error.message
    said = text
    if fault.kind == "lengths":
        said = f"The length checksum does not match: expected {fault.stored:08d} but actual is {fault.calculated:08d}"
    if is_object_graph:
        return ExpectedError(context.error("load/bad_index").type, said)
    return ExpectedError(error.type, error.message.replace(text, said))


# What RestoreV2 says of a whole tensor, between the names of the op before it and after it.
_STORED = r"(TensorBundle at .*?: )?Checksum does not match: stored \S+ vs\. calculated on the restored bytes \S+"
_KINDS = {"missing": "no_shard", "checksum": "bad_checksum", "lengths": "bad_checksum", "short": "short_shard"}
# From 2.8 on RestoreV2 reads tensors in the order in which they lie in their shards; of a shard with tensors of both
# kinds, the releases before were seen to name the short ones first.
_BY_PLACE_SINCE = (2, 8)
_OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


def _first_fault(context: Context, loader: str) -> tuple[str, TensorFault | None]:
    """The faulty tensor that is met first: `load` reads the object graph, then all keys; a session no Keras metrics."""
    model = context.artifact.saved_model
    faults = model.variables.faults if model and model.variables else {}
    if loader == "load" and _OBJECT_GRAPH_KEY in faults:
        return _OBJECT_GRAPH_KEY, faults[_OBJECT_GRAPH_KEY]
    # Sizes that do not fit are looked at with dtypes and shapes, where the tensor is wanted (see below).
    faults = {key: fault for key, fault in faults.items() if fault.kind != "size"}
    read = [key for key in faults if loader == "load" or not key.startswith((_OBJECT_GRAPH_KEY, "keras_api/"))]
    if context.release < _BY_PLACE_SINCE:
        read.sort(key=lambda key: faults[key].kind != "short")
    elif model is not None and model.variables is not None:
        entries = model.variables.entries
        read.sort(key=lambda key: (entries[key].shard, entries[key].offset))
    key = next(iter(read), next(iter(faults), ""))
    return key, faults.get(key)


def _file_problem(context: Context, member: str, kind: str, reason: str) -> Problem:
    error = context.error(kind, member=member)
    return Problem("SMD121", member, Location(member), error, {"reason": reason})


def bundle_gaps(context: Context) -> tuple[Gap, ...]:
    """An index that was too large to read."""
    return tuple(gap for gap in context.artifact.gaps if gap.location.member.startswith(f"{FOLDER}/"))


def variable_problems(context: Context, model: SavedModel, graph: MetaGraph) -> Iterator[Problem]:
    """Variables of the object graph that their entries in the bundle do not fit."""
    bundle = model.variables
    if bundle is None:
        return
    if _OBJECT_GRAPH_KEY not in bundle.entries:
        yield from _nameless(context, graph, bundle)
        return
    # All tensors are read by one RestoreV2 before any is assigned, so that a missing key wins over a shape.
    wanted = checkpoint_keys(graph) if not bundle.object_graph else bound_keys(graph, bundle)
    for index, key in wanted.items():
        lost = _missing(bundle, index, key) if bundle.object_graph else ""
        if lost:
            yield _no_key(context, index, lost, count=len(bundle.entries) - 1)
    for index, key in wanted.items():
        entry = bundle.entries.get(key) if index >= 0 else None
        if entry is not None:
            yield from _fit(context, graph, (index, key), entry, bundle.faults.get(key))
        elif index >= 0 and (not key or not (bundle.object_graph or _SLOT in key)):
            yield _unbound(context, graph, index)


def _nameless(context: Context, graph: MetaGraph, bundle: TensorBundle) -> Iterator[Problem]:
    """A checkpoint without an object graph is taken for one of TensorFlow 1, whose keys are the variables' names."""
    slots = {slot for node in graph.objects for _, _, slot in node.slot_variables}
    for index in reachable(graph):
        node = graph.objects[index]
        if node.kind != "variable" or index in slots or node.message.variable.name in bundle.entries:
            continue
        variable = node.message.variable
        shape = None if variable.shape.unknown_rank else tuple(dim.size for dim in variable.shape.dim)
        shown = f"<tf.Variable '{variable.name}:0' shape={shape_text(shape)} dtype={name_of(variable.dtype)}>"
        said = f"{shown}: ['{variable.name}']"
        text = f"Some objects had attributes which were not restored: {said}"
        details = {"wanted": shape_text(shape), "stored": "nothing"}
        error = ExpectedError("AssertionError", text)
        yield context.problem("SMD104", variable.name or "a variable", f"object_graph/{index}", error, **details)
        return


def _missing(bundle: TensorBundle, index: int, key: str) -> str:
    """The tensor that an attribute stands for and the index lacks; a table is two (MutableHashTable's saveable)."""
    if not key or key in bundle.entries:
        return ""
    if index >= 0:
        return key
    parts = [f"{key}-keys", f"{key}-values"]
    held = [part for part in parts if part in bundle.entries]
    return next(part for part in parts if part not in held) if len(held) == 1 else ""


def _no_key(context: Context, index: int, key: str, count: int) -> Problem:
    """RestoreV2 is asked for a key that the object graph of the checkpoint names and its index lacks."""
    said = f"{_before(context, count)}Key {key} not found in checkpoint [Op:RestoreV2]"
    # NotFoundError is reworded for all of the load, from 2.3 on with advice about devices.
    found = context.texts.error("load/no_index", path="")
    # The first line of that text is about the index.
    text = said + " ".join(found.message.split()).removeprefix(_NO_INDEX)
    error = ExpectedError(found.type, text)
    return context.problem("SMD104", key, f"object_graph/{index}", error, wanted="a value", stored="nothing")


_NO_INDEX = "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for /variables/variables"
_OP_NAMED_SINCE = (2, 10)


def _before(context: Context, count: int) -> str:
    device = "/job:localhost/replica:0/task:0/device:CPU:0"
    named = context.release >= _OP_NAMED_SINCE
    return f"{{{{function_node __wrapped__RestoreV2_dtypes_{count}_device_{device}}}}} " if named else ""


def _unbound(context: Context, graph: MetaGraph, index: int) -> Problem:
    """Every variable of the object graph must get a value (`assert_existing_objects_matched`)."""
    variable = graph.objects[index].message.variable
    dtype = name_of(variable.dtype)
    shape = None if variable.shape.unknown_rank else tuple(dim.size for dim in variable.shape.dim)
    shown = f"[<tf.Variable '{variable.name or 'Variable'}:0' shape={shape_text(shape)} dtype={dtype}>]"
    cause = "not bound to checkpointed values, likely due to changes in the Python program"
    text = f"Some Python objects were {cause}: {shown}"
    if context.release >= _COUNTED_SINCE:
        text = f"Found 1 Python objects that were {cause}. Showing 1 of 1 unmatched objects: {shown}"
    error = ExpectedError("AssertionError", text)
    subject = variable.name or f"variable {index}"
    return context.problem(
        "SMD104", subject, f"object_graph/{index}", error, wanted=shape_text(shape), stored="nothing"
    )


def _fit(
    context: Context, graph: MetaGraph, at: tuple[int, str], entry: TensorEntry, fault: TensorFault | None
) -> Iterator[Problem]:
    index, key = at
    variable = graph.objects[index].message.variable
    wanted = name_of(variable.dtype)
    pointer = f"object_graph/{index}"
    # `RestoreV2` is asked for the variable's dtype and compares it before it looks at bytes; shapes are compared only
    # when the value is assigned.
    if entry.dtype != wanted:
        names = {"wanted": data_type_string(wanted), "stored": data_type_string(entry.dtype)}
        error = context.error("load/variable_dtype", key=key, count="1", **names)
        yield context.problem("SMD104", key, pointer, error, **names)
        return
    if fault is not None and fault.kind == "size":
        error = ExpectedError("DataLossError", f"{_before(context, 1)}{size_text(key, fault)} [Op:RestoreV2]")
        yield context.problem("SMD104", key, pointer, error, wanted=str(fault.calculated), stored=str(fault.stored))
        return
    shape = None if variable.shape.unknown_rank else tuple(dim.size for dim in variable.shape.dim)
    if shape is not None and not _compatible(shape, entry.shape):
        shapes = {"wanted": shape_text(shape), "stored": shape_text(entry.shape)}
        error = context.error("load/variable_shape", key=key, variable=variable.name, **shapes)
        yield context.problem("SMD104", key, pointer, error, **shapes)


def _compatible(wanted: tuple[int, ...], stored: tuple[int, ...]) -> bool:
    pairs = zip(wanted, stored, strict=False)
    return len(wanted) == len(stored) and all(w in (-1, s) for w, s in pairs)


def shape_text(shape: tuple[int, ...] | None) -> str:
    """A shape as `tf.TensorShape` prints it."""
    if shape is None:
        return "<unknown>"
    sizes = ["None" if size < 0 else str(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
