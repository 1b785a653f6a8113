"""Whether the structures of an object graph can be decoded: arguments and results of functions, and their specs.

`decode_proto` in tensorflow/python/saved_model/nested_structure_coder.py: the same steps in the same order from 1.15 to
2.21. What no release minds is found once for all of them.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import knows_dtype
from inspector.loaders.graph.types import is_known, may_be_registered, type_error, type_remedy
from inspector.terms.dtypes import name_of
from inspector.terms.finding import ExpectedError, Gap, Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inspector.loaders.graph.context import Context
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, ObjectNode

# Decoded values nest as the user's Python did; protobuf itself gives up at 100 messages.
_DEEPEST = 100
_ANY_SIZE_SINCE = (2, 9)  # from here on TensorShape takes sizes below -1
_REWORDED_SINCE = (2, 7)  # NotEncodableError without brackets (brackets still in 2.6.5, none in 2.8.4)
_NUMBERED_SINCE = (2, 5)  # 2.4 forgets to put the number of a dtype into its text
_STRUCTURE = "<class 'tensorflow.core.protobuf.struct_pb2.StructuredValue'>"


@record
class Doubt:
    """Something that may not be decoded. `kind`: empty, named (a namedtuple), dtype, size (of a dimension), type."""

    kind: str
    text: str = ""
    number: int = 0


@once_per_graph
def doubts(graph: MetaGraph) -> Mapping[str, tuple[Doubt, ...]]:
    """By place, what its structures hold that may not be decoded, in the decoder's order; most places have nothing.

    Places: `inputs/NAME` and `outputs/NAME` of a concrete function, `fullargspec/INDEX` and `input_signature/INDEX` of
    an object that is a function.
    """
    known: dict[bytes, tuple[Doubt, ...]] = {}
    found = {place: _once(known, value) for place, value in _structures(graph)}
    return {place: here for place, here in found.items() if here}


def _once(known: dict[bytes, tuple[Doubt, ...]], value: Any) -> tuple[Doubt, ...]:
    """Functions share their structures: equal bytes are looked through once."""
    key = value.SerializeToString(deterministic=True)
    if key not in known:
        known[key] = tuple(_doubts(value, _DEEPEST))
    return known[key]


def _structures(graph: MetaGraph) -> Iterator[tuple[str, Any]]:
    for name, function in graph.concrete_functions.items():
        yield f"inputs/{name}", function.message.canonicalized_input_signature
        yield f"outputs/{name}", function.message.output_signature
    for node in graph.objects:
        spec = function_spec(node)
        if spec is not None:
            yield f"fullargspec/{node.index}", spec.fullargspec
            yield f"input_signature/{node.index}", spec.input_signature


def function_spec(node: ObjectNode) -> Any:
    """The FunctionSpec that is decoded for an object: a bare concrete function may go without."""
    if node.kind == "function":
        return node.message.function.function_spec
    if node.kind != "bare_concrete_function":
        return None
    bare = node.message.bare_concrete_function
    return bare.function_spec if bare.HasField("function_spec") else None


def _doubts(value: Any, depth: int) -> Iterator[Doubt]:
    kind = value.WhichOneof("kind")
    if kind is None:
        yield Doubt("empty")
    elif kind in _OF_KIND and depth:
        yield from _OF_KIND[kind](getattr(value, kind), depth - 1)


def _of_values(value: Any, depth: int) -> Iterator[Doubt]:
    for item in value.values:
        yield from _doubts(item, depth)


def _of_dict(value: Any, depth: int) -> Iterator[Doubt]:
    for key in sorted(value.fields):
        yield from _doubts(value.fields[key], depth)


def _of_named_tuple(value: Any, depth: int) -> Iterator[Doubt]:
    for pair in value.values:
        yield from _doubts(pair.value, depth)
    refused = _refused(value.name, [pair.key for pair in value.values])
    if refused:
        yield Doubt("named", refused)


def _refused(name: str, fields: list[str]) -> str:
    """What `collections.namedtuple` objects to, "" where nothing."""
    for word in (name, *fields):
        if not word.isidentifier():
            return f"Type names and field names must be valid identifiers: {word!r}"
        if iskeyword(word):
            return f"Type names and field names cannot be a keyword: {word!r}"
    for place, field in enumerate(fields):
        if field.startswith("_"):
            return f"Field names cannot start with an underscore: {field!r}"
        if field in fields[:place]:
            return f"Encountered duplicate field name: {field!r}"
    return ""


def _of_shape(value: Any, depth: int) -> Iterator[Doubt]:
    del depth
    least = min((dim.size for dim in value.dim), default=0)
    if least < -1 and not value.unknown_rank:
        yield Doubt("size", number=next(dim.size for dim in value.dim if dim.size < -1))


def _of_dtype(value: int, depth: int = 0) -> Iterator[Doubt]:
    del depth
    if not 0 < value < _FIRST_YOUNG_DTYPE:
        yield Doubt("dtype", name_of(value), value)


_FIRST_YOUNG_DTYPE = 24  # those up to 23 are as old as 1.15


def _of_tensor(value: Any, depth: int) -> Iterator[Doubt]:
    yield from _of_shape(value.shape, depth)
    yield from _of_dtype(value.dtype)


def _of_type(value: Any, depth: int) -> Iterator[Doubt]:
    # A type of another release or package ends the decoding before its state is looked at.
    yield Doubt("type", value.type_spec_class_name, value.type_spec_class)
    yield from _doubts(value.type_state, depth)


_OF_KIND = {
    "list_value": _of_values,
    "tuple_value": _of_values,
    "dict_value": _of_dict,
    "named_tuple_value": _of_named_tuple,
    "tensor_shape_value": _of_shape,
    "tensor_dtype_value": _of_dtype,
    "tensor_spec_value": _of_tensor,
    "bounded_tensor_spec_value": _of_tensor,
    "type_spec_value": _of_type,
}


def decoding_problems(context: Context, graph: MetaGraph, places: Iterable[str]) -> Iterator[Problem]:
    """What the release cannot decode at these places, in their order."""
    found = doubts(graph)
    for place in places if found else ():
        for doubt in found.get(place, ()):
            error = _error(context, doubt)
            if error is not None:
                yield _problem(context, place, doubt, error)


def _problem(context: Context, place: str, doubt: Doubt, error: ExpectedError) -> Problem:
    folder, _, name = place.partition("/")
    pointer = f"concrete_functions/{name}" if folder in {"inputs", "outputs"} else f"object_graph/{name}"
    if doubt.kind == "type":
        return context.problem("SMD108", doubt.text, pointer, error, remedy=type_remedy(doubt.number, doubt.text))
    return context.problem("SMD113", folder, pointer, error, reason=error.message)


def _error(context: Context, doubt: Doubt) -> ExpectedError | None:
    if doubt.kind == "type":
        is_open = is_known(context, doubt.number, doubt.text) or may_be_registered(context, doubt.number)
        return None if is_open else type_error(context, doubt.number, doubt.text)
    if doubt.kind == "empty":
        new = context.release >= _REWORDED_SINCE
        said = (
            f"No encoder for object  of type {_STRUCTURE}."
            if new
            else f"No encoder for object [] of type [{_STRUCTURE}]."
        )
        return ExpectedError("NotEncodableError", said)
    if doubt.kind == "named":
        return ExpectedError("ValueError", doubt.text)
    if doubt.kind == "size":
        said = f"Dimension {doubt.number} must be >= 0"
        return None if context.release >= _ANY_SIZE_SINCE else ExpectedError("ValueError", said)
    if knows_dtype(doubt.text, context.release):
        return None
    shown = str(doubt.number) if context.release >= _NUMBERED_SINCE else "%d"
    return ExpectedError("TypeError", f"{shown} does not correspond to a valid tensorflow::DataType")


def type_gaps(context: Context, graph: MetaGraph) -> tuple[Gap, ...]:
    """Types that the process's own imports and classes may have registered."""
    text = "whether what the process imports registers the type '{}' is not known"
    named = {
        doubt.text: f"concrete_functions/{place.partition('/')[2]}"
        if place[:2] in {"in", "ou"}
        else f"object_graph/{place.partition('/')[2]}"
        for place, here in doubts(graph).items()
        for doubt in here
        if doubt.kind == "type"
        and may_be_registered(context, doubt.number)
        and not is_known(context, doubt.number, doubt.text)
    }
    return tuple(Gap(Location(context.member, pointer), text.format(name)) for name, pointer in named.items())
