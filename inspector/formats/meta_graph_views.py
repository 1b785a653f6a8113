"""Views on MetaGraphDef messages: signatures, object graph, assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec.protobuf import parse, parses
from inspector.formats.graph_views import GraphView
from inspector.terms.dtypes import name_of
from inspector.terms.graph import ConcreteFunction, MetaGraph, ObjectNode, Signature, TensorInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ASSETS = "saved_model_assets"  # saved_model/constants.py: ASSETS_KEY
_ASSET_FILE = "tensorflow.AssetFileDef"


class MetaGraphView(MetaGraph):
    """A MetaGraph whose object graph is read when somebody asks for it."""

    __slots__ = ("_functions", "_objects")
    _functions: dict[str, ConcreteFunction] | None
    _objects: tuple[ObjectNode, ...] | None

    @property
    def objects(self) -> tuple[ObjectNode, ...]:
        """The object graph's nodes, by index."""
        found = self._objects
        if found is None:
            nodes = self.message.object_graph_def.nodes
            found = tuple(_object_node(index, node, len(nodes)) for index, node in enumerate(nodes))
            object.__setattr__(self, "_objects", found)
        return found

    @property
    def concrete_functions(self) -> Mapping[str, ConcreteFunction]:
        """Function name to what it captures."""
        found = self._functions
        if found is None:
            stored = self.message.object_graph_def.concrete_functions
            found = {name: _concrete(name, stored[name]) for name in sorted(stored)}
            object.__setattr__(self, "_functions", found)
        return found


def meta_graph(message: Any) -> MetaGraph:
    """The view of one MetaGraphDef."""
    view = object.__new__(MetaGraphView)
    for name, value in _plain_fields(message).items():
        object.__setattr__(view, name, value)
    return view


def signatures(stored: Any) -> dict[str, Signature]:
    """The signatures of a MetaGraphDef by name."""
    return {
        # Sorted: maps of protobuf have no order of their own, and reports of the same file must be the same text.
        name: Signature(
            inputs={key: tensor_info(value) for key, value in sorted(definition.inputs.items())},
            outputs={key: tensor_info(value) for key, value in sorted(definition.outputs.items())},
            method=definition.method_name,
        )
        for name, definition in sorted(stored.items())
    }


def tensor_info(message: Any) -> TensorInfo:
    """One declared tensor. A composite tensor (sparse, ragged) has no name of its own: `tensor` is ""."""
    return TensorInfo(tensor=message.name, dtype=name_of(message.dtype), shape=shape_of(message.tensor_shape))


def shape_of(message: Any) -> tuple[int, ...] | None:
    """A TensorShapeProto as a tuple; None for unknown rank, -1 for each unknown dimension."""
    return None if message.unknown_rank else tuple(dim.size for dim in message.dim)


def _plain_fields(message: Any) -> dict[str, Any]:
    info = message.meta_info_def
    return {
        "tags": tuple(info.tags),
        "graph": GraphView(message.graph_def),
        "signatures": signatures(message.signature_def),
        "assets": tuple((item.tensor_info.name, item.filename) for item in _asset_files(message)),
        "collections": tuple(sorted(message.collection_def)),
        "saver": _saver(message) if message.HasField("saver_def") else None,
        "tensorflow_version": info.tensorflow_version,
        "tensorflow_git_version": info.tensorflow_git_version,
        "stripped_ops": tuple(op.name for op in info.stripped_op_list.op),
        "has_object_graph": message.HasField("object_graph_def"),
        "message": message,
        "_functions": None,
        "_objects": None,
    }


def _asset_files(message: Any) -> list[Any]:
    """The AssetFileDefs; the first writers kept them in a collection (loader_impl.get_asset_tensors reads both)."""
    if message.asset_file_def or _ASSETS not in message.collection_def:
        return list(message.asset_file_def)
    packed = (item.value for item in message.collection_def[_ASSETS].any_list.value)
    return [parse(_ASSET_FILE, data, _ASSETS) for data in packed if parses(_ASSET_FILE, data)]


def _saver(message: Any) -> dict[str, str]:
    saver = message.saver_def
    return {
        "filename_tensor_name": saver.filename_tensor_name,
        "save_tensor_name": saver.save_tensor_name,
        "restore_op_name": saver.restore_op_name,
        "version": str(saver.version),
        "sharded": str(saver.sharded),
    }


def _object_node(index: int, node: Any, count: int) -> ObjectNode:
    kind = node.WhichOneof("kind") or ""
    is_user = kind == "user_object"
    return ObjectNode(
        index=index,
        kind=kind,
        # An index that is not there would end the walk of whoever follows it; `lost` keeps it for who judges the graph.
        children=tuple((child.local_name, child.node_id) for child in node.children if 0 <= child.node_id < count),
        slot_variables=tuple(
            (slot.original_variable_node_id, slot.slot_name, slot.slot_variable_node_id) for slot in node.slot_variables
        ),
        identifier=node.user_object.identifier if is_user else "",
        metadata=node.user_object.metadata if is_user else "",
        message=node,
        lost=tuple(number for number in _named_by(node) if not 0 <= number < count),
    )


def _named_by(node: Any) -> Iterator[int]:
    """The objects that an object names by their number."""
    yield from (child.node_id for child in node.children)
    for saveable in node.saveable_objects.values():
        yield from (saveable.save_function, saveable.restore_function)


def _concrete(name: str, message: Any) -> ConcreteFunction:
    return ConcreteFunction(name=name, bound_inputs=tuple(message.bound_inputs), message=message)
