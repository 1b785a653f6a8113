"""Graphs as they lie in a SavedModel or GraphDef: nodes, functions, MetaGraphs, object graph, variables.

Names are TensorFlow's own. Attribute values stay lazy: a node keeps its protobuf message and decodes what is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping


@record
class Node:
    """A NodeDef. `inputs` as written (`^name` is a control edge, `name:1` or `name:out:0` an output).

    `attrs` maps an attribute's name to the AttrValue message of the private pool.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    device: str
    attrs: Mapping[str, Any]


@record
class Argument:
    """An argument of a FunctionDef's signature; `dtype` is a DataType number (0: given by `type_attr`)."""

    name: str
    dtype: int
    type_attr: str = ""
    number_attr: str = ""


@record
class Function:
    """A FunctionDef of the library. `returns` maps output name to tensor; `attrs` as in Node."""

    name: str
    inputs: tuple[Argument, ...]
    outputs: tuple[Argument, ...]
    nodes: tuple[Node, ...]
    returns: Mapping[str, str]
    control_returns: Mapping[str, str]
    attrs: Mapping[str, Any]


@record
class Graph:
    """A GraphDef: its own nodes, its function library in file order, and its version numbers.

    `memo` keeps what was worked out of the graph once for every target that it is judged against.
    """

    nodes: tuple[Node, ...]
    functions: Mapping[str, Function]
    producer: int
    min_consumer: int
    bad_consumers: tuple[int, ...] = ()
    gradients: Mapping[str, str] = field(default_factory=dict)
    # No part of what the graph is: two readings of one file are equal whatever was asked of them.
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@record
class TensorInfo:
    """One declared tensor of a signature: dtype name (`float32`), shape (None: unknown rank, -1: unknown size)."""

    tensor: str
    dtype: str
    shape: tuple[int, ...] | None


@record
class Signature:
    """A SignatureDef: argument name to tensor."""

    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]
    method: str = ""


@record
class ObjectNode:
    """A SavedObject of the object graph, by its index.

    `kind` is the oneof that is set (user_object, asset, function, variable, bare_concrete_function, constant,
    resource, captured_tensor) or "" for none; `message` the SavedObject message of the private pool.
    """

    index: int
    kind: str
    children: tuple[tuple[str, int], ...]
    slot_variables: tuple[tuple[int, str, int], ...]
    identifier: str
    metadata: str
    message: Any
    # Numbers of objects that it names and the graph lacks; `children` are those that are there.
    lost: tuple[int, ...] = ()

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the concrete functions that it stands for."""
        if self.kind == "function":
            return tuple(self.message.function.concrete_functions)
        if self.kind == "bare_concrete_function":
            return (self.message.bare_concrete_function.concrete_function_name,)
        return ()


@record
class ConcreteFunction:
    """A SavedConcreteFunction of the object graph: the objects it captures (by index)."""

    name: str
    bound_inputs: tuple[int, ...]
    message: Any


@record
class MetaGraph:
    """A MetaGraphDef. `objects` is empty where there is no object graph (TF1); `assets` pairs tensor and file name."""

    tags: tuple[str, ...]
    graph: Graph
    signatures: Mapping[str, Signature]
    objects: tuple[ObjectNode, ...]
    concrete_functions: Mapping[str, ConcreteFunction]
    assets: tuple[tuple[str, str], ...]
    collections: tuple[str, ...]
    saver: Mapping[str, str] | None
    tensorflow_version: str
    tensorflow_git_version: str
    stripped_ops: tuple[str, ...]
    has_object_graph: bool
    message: Any


@record
class TensorEntry:
    """One tensor of a TensorBundle: dtype name, shape, and where its bytes lie.

    `sliced` tensors (partitioned variables) have no bytes of their own: their slices are further entries.
    """

    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc32c: int
    sliced: bool = False


@record
class TensorFault:
    """Why a tensor cannot be restored: `missing` (no shard), `short` (the shard ends before it), `size`, `checksum`.

    `stored` and `calculated` are the checksums that differ, as TensorFlow prints them; for `size` the numbers of bytes
    that the index says and that the shape takes.
    """

    kind: str
    stored: int = 0
    calculated: int = 0


@record
class TensorBundle:
    """`PREFIX.index` with its shards: key to entry, and the size of each declared shard (None: missing).

    `faults` are by key, in the order of the keys. Only some MB of data are held against their checksums, the smallest
    tensors first: a tensor without a fault may still be damaged. `object_graph` is the serialized TrackableObjectGraph
    of an object-based checkpoint, b"" where there is none or it could not be read.
    """

    prefix: str
    entries: Mapping[str, TensorEntry]
    shards: tuple[int | None, ...]
    faults: Mapping[str, TensorFault] = field(default_factory=dict)
    object_graph: bytes = b""


@record
class SavedModel:
    """A SavedModel folder: every MetaGraph, its variables (None: no `variables/variables.index`), its files."""

    pb_member: str
    meta_graphs: tuple[MetaGraph, ...]
    variables: TensorBundle | None
    schema_version: int
    fingerprint: Mapping[str, int] | None
