"""What a session graph says of names that are none of its own: collections, the saver, the initializers of a MetaGraph.

`Graph.as_graph_element` in tensorflow/python/framework/ops.py, asked by meta_graph.py while a MetaGraph is imported and
by loader_impl.py afterwards; the words are the same from 1.15 to 2.21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.graphs.walk import INIT, INIT_COLLECTIONS
from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.edges import signature_of
from inspector.loaders.graph.uses import main_body
from inspector.terms.finding import ExpectedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.uses import Use
    from inspector.terms.finding import Problem
    from inspector.terms.graph import Graph, MetaGraph

_FORM = 'Tensor names must be of the form "<op_name>:<output_index>".'
_PARTS = 2
_QUOTED_SINCE = (2, 5)  # 'The key "..."', before: The ... (2.4.4)
_COUNTED_SINCE = (2, 5)


def element_error(context: Context, graph: Graph, name: str) -> ExpectedError | None:
    """What asking the graph for an operation or tensor of that name raises."""
    uses = _uses(graph)
    if ":" not in name:
        if name in uses:
            return None
        return ExpectedError("KeyError", repr(f"The name {name!r} refers to an Operation not in the graph."))
    parts = name.split(":")
    if len(parts) != _PARTS or not parts[1].strip().removeprefix("-").isdecimal():
        return ExpectedError(
            "ValueError", f"The name {name!r} looks a like a Tensor name, but is not a valid one. {_FORM}"
        )
    said = f"The name {name!r} refers to a Tensor which does not exist. The operation, {parts[0]!r}, "
    if parts[0] not in uses:
        return ExpectedError("KeyError", repr(f"{said}does not exist in the graph."))
    count = _outputs(context, uses[parts[0]])
    if count is None or -count <= int(parts[1]) < count:
        return None
    return ExpectedError("KeyError", repr(f"{said}exists but only has {count} outputs."))


@once_per_graph
def _uses(graph: Graph) -> Mapping[str, Use]:
    return dict(main_body(graph).nodes)


def _outputs(context: Context, use: Use) -> int | None:
    """How many tensors a node gives; None where its op is not known here."""
    op = context.registry.op(use.op)
    return None if op is None else len(signature_of(use, op).outputs)


def feed_problem(context: Context, graph: Graph, name: str) -> ExpectedError | None:
    """What a session makes of a feed of that name: only tensors can be fed."""
    if ":" in name:
        error = element_error(context, graph, name)
        return None if error is None else _fed(error)
    if name in _uses(graph):
        return ExpectedError(
            "TypeError",
            f"Cannot interpret feed_dict key as Tensor: The name {name!r} refers to an "
            f"Operation, not a Tensor. {_FORM}",
        )
    said = f"The name {name!r} looks like an (invalid) Operation name, not a Tensor. {_FORM}"
    return ExpectedError("TypeError", f"Cannot interpret feed_dict key as Tensor: {said}")


def collection_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """Collections are made again right after the import; one that lists nodes looks each of them up."""
    for collection in graph.collections:
        stored = graph.message.collection_def[collection]
        for name in stored.node_list.value if stored.WhichOneof("kind") == "node_list" else ():
            error = element_error(context, graph.graph, name)
            if error is not None:
                yield _problem(context, name, f"collection_def/{collection}", error)


def saver_problems(context: Context, graph: MetaGraph, *, wrapped: bool) -> Iterator[Problem]:
    """The saver's own names: the place of the file name, and the op that restores."""
    saver = graph.saver
    if saver is None:
        return
    for field in ("save_tensor_name", "restore_op_name"):
        if not saver[field]:
            shown = str(graph.message.saver_def)
            yield _problem(
                context, field, "saver_def", ExpectedError("ValueError", f"saver_def must specify the {field}: {shown}")
            )
            return
    asked = element_error if wrapped else feed_problem
    error = asked(context, graph.graph, saver["filename_tensor_name"])
    if error is not None:
        yield _problem(context, saver["filename_tensor_name"], "saver_def", error)
    error = element_error(context, graph.graph, saver["restore_op_name"])
    if error is not None:
        yield _problem(
            context,
            saver["restore_op_name"],
            "saver_def",
            error if wrapped else fetch_error(context, saver["restore_op_name"], error),
        )


def initializer_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """`get_init_op` of loader_impl.py: the signature, else one of two collections."""
    if INIT in graph.signatures:
        info = graph.signatures[INIT].outputs.get(INIT)
        name = info.tensor if info is not None else ""
        error = element_error(context, graph.graph, name)
        if error is not None:
            yield _problem(context, name or INIT, f"signature_def/{INIT}", _init_error(context, error))
        yield from _asset_problems(context, graph)
        return
    for collection in INIT_COLLECTIONS:
        if collection not in graph.collections:
            continue
        names = list(graph.message.collection_def[collection].node_list.value)
        if len(names) != 1:
            said = f"Found {len(names)}: {names}." if context.release >= _COUNTED_SINCE else f"Found: {names}"
            error = ExpectedError("RuntimeError", f"Expected exactly one SavedModel init op. {said}")
            yield _problem(context, collection, f"collection_def/{collection}", error)
        yield from _asset_problems(context, graph)
        return


def _asset_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """The paths of assets are fed to the initializer."""
    for tensor, _ in graph.assets:
        error = feed_problem(context, graph.graph, tensor)
        if error is not None:
            yield _problem(context, tensor, "asset_file_def", error)


def _init_error(context: Context, error: ExpectedError) -> ExpectedError:
    if error.type != "KeyError":
        return error
    key = f'key "{INIT}"' if context.release >= _QUOTED_SINCE else INIT
    return ExpectedError(
        "NotFoundError",
        f"The {key} could not be found in the graph. Please make sure the SavedModel was created by the internal "
        "_SavedModelBuilder. If you are using the public API, please make sure the SignatureDef in the SavedModel does "
        f'not contain the key "{INIT}".',
    )


def _fed(error: ExpectedError) -> ExpectedError:
    said = error.message.strip("\"'") if error.type == "KeyError" else error.message
    return ExpectedError("TypeError", f"Cannot interpret feed_dict key as Tensor: {said}")


def fetch_error(context: Context, name: str, error: ExpectedError) -> ExpectedError:
    """What `_ElementFetchMapper` in tensorflow/python/client/session.py makes of a fetch that is not in the graph."""
    start = f"Argument `fetch` = {name}" if context.release >= _NEW_FETCH_SINCE else f"Fetch argument {name!r}"
    return ExpectedError("ValueError", f"{start} cannot be interpreted as a Tensor. ({error.message})")


_NEW_FETCH_SINCE = (2, 7)


def _problem(context: Context, subject: str, pointer: str, error: ExpectedError) -> Problem:
    return context.problem("SMD107", subject, pointer, error, signature=pointer.rpartition("/")[2])
