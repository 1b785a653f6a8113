"""Models how the structures of functions' arguments and results are decoded: each composite type must be known.

tensorflow/python/saved_model/nested_structure_coder.py (`_TypeSpecCodec.do_decode`), read in every minor release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.graph_cache import once_per_graph
from inspector.terms.finding import ExpectedError, Gap, Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph_context import Context
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, ObjectNode

# TypeSpecProto.TypeSpecClass: what each number stands for came with these releases. 1 to 8 (sparse and ragged tensors,
# datasets, ...) are as old as the format; 9 is VariableSpec, 10 RowPartitionSpec.
_OLDEST = range(1, 9)
_SINCE = {9: (2, 1), 10: (2, 3)}
_NDARRAY, _NDARRAY_ONLY = 11, (2, 4)  # tf.experimental.numpy: its arrays are plain tensors from 2.5 on
_REGISTERED, _EXTENSION = 12, 13
_BY_NAME_SINCE = (2, 6)  # before, a class known only by name is not supported at all
# The same words in every release, for numbers that it does not have (recorded for 1.15 to 2.5, read in the others).
_NOT_SUPPORTED = (
    "The type '{}' is not supported by this version of TensorFlow. "
    "(The object you are loading must have been created with a newer version of TensorFlow.)"
)
# What `import tensorflow` registers beside tf.linalg's operators, with the first release and the one it is gone from
# (type_spec_registry._NAME_TO_TYPE_SPEC, asked in every minor release).
_NEVER = (99,)
_OWN = {
    "tf.AnonymousExtensionType.Spec": ((2, 6), _NEVER),
    "tf.BoundedTensorSpec": ((2, 5), _NEVER),
    "tf.DynamicRaggedShape.Spec": ((2, 10), _NEVER),
    "tf.EagerWeakTensor.Spec": ((2, 14), _NEVER),
    "tf.GraphWeakTensor.Spec": ((2, 14), _NEVER),
    "tf.NoneTensorSpec": ((2, 5), _NEVER),
    "tf.RaggedTensorSpec": ((2, 5), _NEVER),
    "tf.RowPartitionSpec": ((2, 10), _NEVER),
    "tf.SparseTensorSpec": ((2, 5), _NEVER),
    "tf.StructuredTensor.Spec": ((2, 10), _NEVER),
    "tf.StructuredTensorSpec": ((2, 6), (2, 10)),
    "tf.TensorArraySpec": ((2, 5), _NEVER),
    "tf.TensorSpec": ((2, 5), _NEVER),
    "tf.WeakTensor.Spec": ((2, 14), _NEVER),
}
_OPERATOR = "tf.linalg.LinearOperator"
# The tag of StructuredValue.type_spec_value on the wire (field 34, with a length). Most functions have none: a search
# in their bytes saves the walk through thousands of values.
_TAG = b"\x92\x02"
# Decoded values nest as the user's Python did; protobuf itself gives up at 100 messages.
_DEEPEST = 100


def type_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """Types that the release does not decode, each once."""
    for (number, name), pointer in _types(graph).items():
        if _is_known(context, number, name) or (_by_name(context, number) and _may_be_registered(context)):
            continue
        error = ExpectedError("ValueError", _NOT_SUPPORTED.format(name))
        if _by_name(context, number):
            error = context.error("load/type_not_registered", type=name)
        yield context.problem("SMD108", name, pointer, error, remedy=_remedy(number, name))


def type_gaps(context: Context, graph: MetaGraph) -> tuple[Gap, ...]:
    """Types that the process's own imports and classes may have registered."""
    unknown = (
        (name, pointer)
        for (number, name), pointer in _types(graph).items()
        if _by_name(context, number) and not _is_known(context, number, name) and _may_be_registered(context)
    )
    text = "whether what the process imports registers the type '{}' is not known"
    return tuple(Gap(Location(context.member, pointer), text.format(name)) for name, pointer in unknown)


def _by_name(context: Context, number: int) -> bool:
    return number == _REGISTERED and context.release >= _BY_NAME_SINCE


def _is_known(context: Context, number: int, name: str) -> bool:
    if number in _OLDEST:
        return True
    if number == _NDARRAY:
        return context.release[:2] == _NDARRAY_ONLY
    if number == _EXTENSION:  # a class that nobody registered gets a stand-in
        return context.release >= _BY_NAME_SINCE
    if number == _REGISTERED and context.release >= _BY_NAME_SINCE:
        since, gone = ((2, 6), _NEVER) if name.startswith(_OPERATOR) else _OWN.get(name, (_NEVER, _NEVER))
        return since <= context.release < gone
    return context.release >= _SINCE.get(number, _NEVER)


def _may_be_registered(context: Context) -> bool:
    """Importing a package registers its types; names of types say nothing certain about their packages."""
    runtime = context.capabilities.runtime
    return bool(runtime.imports or runtime.custom_objects)


def _remedy(number: int, name: str) -> str:
    if number == _REGISTERED and not name.startswith("tf."):
        return f"import the package that defines {name} before loading (--import), with TensorFlow 2.6 or newer"
    if number in {_REGISTERED, _EXTENSION}:
        return "use TensorFlow 2.6 or newer, or save functions that take and return plain tensors"
    return "use the release of TensorFlow that wrote the model, or save functions that take and return plain tensors"


@once_per_graph
def _types(graph: MetaGraph) -> dict[tuple[int, str], str]:
    """(class number, class name) of each type in the object graph, with the first place that has it."""
    found: dict[tuple[int, str], str] = {}
    for pointer, value in _structures(graph):
        for spec in _specs(value, _DEEPEST):
            found.setdefault((spec.type_spec_class, spec.type_spec_class_name), pointer)
    return found


def _structures(graph: MetaGraph) -> Iterator[tuple[str, Any]]:
    """Every structure with a type in it: those of concrete functions in the order of their names, then the objects'."""
    for name, function in sorted(graph.concrete_functions.items()):
        message = function.message
        if _TAG in message.SerializeToString():
            yield f"concrete_functions/{name}", message.canonicalized_input_signature
            yield f"concrete_functions/{name}", message.output_signature
    for node in graph.objects:
        spec = _function_spec(node)
        if spec is not None and _TAG in spec.SerializeToString():
            yield f"object_graph/{node.index}", spec.fullargspec
            yield f"object_graph/{node.index}", spec.input_signature


def _function_spec(node: ObjectNode) -> Any:
    if node.kind == "function":
        return node.message.function.function_spec
    return node.message.bare_concrete_function.function_spec if node.kind == "bare_concrete_function" else None


def _specs(value: Any, depth: int) -> Iterator[Any]:
    """The TypeSpecProtos in a StructuredValue, outer ones first."""
    kind = value.WhichOneof("kind")
    if kind == "type_spec_value":
        yield value.type_spec_value
    for inner in _parts(value, kind) if depth else ():
        yield from _specs(inner, depth - 1)


def _parts(value: Any, kind: str | None) -> tuple[Any, ...]:
    if kind in {"list_value", "tuple_value"}:
        return tuple(getattr(value, kind).values)
    if kind == "dict_value":
        fields = value.dict_value.fields
        return tuple(fields[key] for key in sorted(fields))
    if kind == "named_tuple_value":
        return tuple(pair.value for pair in value.named_tuple_value.values)
    return (value.type_spec_value.type_state,) if kind == "type_spec_value" else ()
