"""Models how variables come back from their TensorBundle: index, shards, then each variable's dtype and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph_cache import once_per_graph
from inspector.loaders.graph_check import data_type_string
from inspector.loaders.graph_paths import checkpoint_keys
from inspector.terms.dtypes import name_of
from inspector.terms.finding import Gap, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph_context import Context
    from inspector.terms.artifact import Damage
    from inspector.terms.graph import MetaGraph, SavedModel, TensorEntry, TensorFault

FOLDER, INDEX = "variables", "variables/variables.index"


def bundle_problems(context: Context, loader: str) -> Iterator[Problem]:
    """What is wrong with the files of the bundle, as `load` (object graph) or `v1` (session) meets it."""
    if not context.artifact.has_member(INDEX):
        folder = any(m.name.startswith(f"{FOLDER}/") for m in context.artifact.members)
        yield _file_problem(context, INDEX, f"{loader}/{'no_index' if folder else 'no_folder'}", "it is missing")
        return
    for damage in context.artifact.damage:
        if damage.member == INDEX:
            yield _file_problem(context, INDEX, f"{loader}/bad_index", damage.reason)
        elif damage.member.startswith(f"{FOLDER}/"):
            yield _shard_problem(context, damage, loader)


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
    return Problem("SMD121", damage.member, Location(damage.member), error, {"reason": damage.reason})


_KINDS = {"missing": "no_shard", "checksum": "bad_checksum", "short": "short_shard"}
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
    if model.variables is None:
        return
    for index, key in checkpoint_keys(graph).items():
        entry = model.variables.entries.get(key)
        if entry is not None:
            yield from _fit(context, graph, index, key, entry)


def _fit(context: Context, graph: MetaGraph, index: int, key: str, entry: TensorEntry) -> Iterator[Problem]:
    variable = graph.objects[index].message.variable
    wanted = name_of(variable.dtype)
    pointer = f"object_graph/{index}"
    if entry.dtype != wanted:
        names = {"wanted": data_type_string(wanted), "stored": data_type_string(entry.dtype)}
        error = context.error("load/variable_dtype", key=key, count="1", **names)
        yield context.problem("SMD104", key, pointer, error, **names)
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


@once_per_graph
def has_variables(graph: MetaGraph) -> bool:
    """Whether the object graph has a variable."""
    return any(node.kind == "variable" for node in graph.objects)
