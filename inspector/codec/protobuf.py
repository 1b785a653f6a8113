"""Protobuf messages of TensorFlow and Keras, from a private descriptor pool.

The pool is our own: nothing collides with an installed TensorFlow, and no generated module ties the package to one
release of protobuf. Any release from 3.20 on works.
"""

from __future__ import annotations

import functools
import importlib
import sys
from contextlib import suppress
from enum import StrEnum
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError, Message

from inspector import codec
from inspector.terms.errors import LimitError, MalformedArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterator

# protobuf refuses messages over 2 GiB in every language (https://protobuf.dev/programming-guides/proto-limits/).
MAX_BYTES = 2**31 - 1
# Looking for the place of an error is a courtesy: it ends where hostile nesting or field counts would make it slow.
_MAX_EXPLAINED_DEPTH = 32
_MAX_EXPLAINED_FIELDS = 1_000_000
# The pure Python implementation (3.20 on newer Pythons) lets text that is no UTF-8 and deep nesting out as they are.
_REFUSALS = (DecodeError, UnicodeDecodeError, RecursionError)
_MAX_VARINT = 10
_VARINT, _FIXED64, _BYTES, _START_GROUP, _END_GROUP, _FIXED32 = range(6)
_TYPE_MESSAGE = 11
_HELPERS = "google.protobuf.internal.well_known_types"
_CONTINUED = 0x80


# Two bytes of an empty message take a hundred when parsed. Below this size even a file of nothing else takes 100 MB.
CROWD_FROM = 1 << 20
# A node with a name and an op has 12 bytes at least; only hostile files hold this many messages of less on average.
CROWD_COUNT = 100_000
CROWD_BYTES = 8


class WireFault(StrEnum):
    """Why bytes are no message of the expected type."""

    TRUNCATED = "truncated"  # the last field says that it is longer than what is left of the file
    CORRUPT = "corrupt"  # a tag, wire type or length that no writer produces
    END_GROUP = "end-group"  # releases before 4 stop here with a warning and keep what they have read


class ProtobufError(MalformedArtifactError):
    """Bytes that do not parse. `fault` says how, `offset` the byte of the field where it shows, `path` that field."""

    def __init__(self, member: str, reason: str, offset: int, fault: WireFault, path: str = "") -> None:
        super().__init__(member, reason, offset)
        self.fault = fault
        self.path = path


def parse(name: str, data: bytes, member: str) -> Any:
    """The message `name` ("tensorflow.SavedModel") that `data` holds; ProtobufError where it is none."""
    message = message_class(name)()
    try:
        message.ParseFromString(data)
    except _REFUSALS as error:
        raise _explain(name, data, member) from error
    return message


def check_crowd(name: str, data: bytes, member: str) -> None:
    """LimitError where a large message holds a crowd of all but empty ones: parsed they take fifty times their bytes.

    Goes into large submessages alone; bytes that do not parse are the parser's to refuse.
    """
    left = [(pool().FindMessageTypeByName(name), 0, len(data))]
    while left:
        descriptor, start, end = left.pop()
        if end - start >= CROWD_FROM:
            with suppress(ProtobufError):
                left += _large_children(descriptor, data, (start, end), member)


def _large_children(
    descriptor: Any, data: bytes, extent: tuple[int, int], member: str
) -> Iterator[tuple[Any, int, int]]:
    """The submessages that are worth a look of their own; LimitError where they are a crowd."""
    known = descriptor.fields_by_number
    count = size = 0
    for number, wire, begin, stop in fields(data, *extent):
        field = known.get(number)
        if wire != _BYTES or field is None or field.type != _TYPE_MESSAGE:
            continue
        count, size = count + 1, size + stop - begin
        if count > CROWD_COUNT and size < CROWD_BYTES * count:
            raise LimitError(member, f"{count} messages of {size} bytes together")
        if stop - begin >= CROWD_FROM:
            yield field.message_type, begin, stop


def parses(name: str, data: bytes) -> bool:
    """Whether protobuf accepts `data` as a message `name`."""
    try:
        message_class(name)().ParseFromString(data)
    except _REFUSALS:
        return False
    return True


@functools.cache
def message_class(name: str) -> Any:
    """The class of a message, by its full name in the private pool."""
    descriptor, compiled = pool().FindMessageTypeByName(name), _compiled()
    if compiled is None:
        return _public_message_class(descriptor)
    helpers = _helpers()
    put_in = codec.alone and sys.modules.setdefault(_HELPERS, helpers) is helpers
    try:
        return compiled.MessageMeta(descriptor.name, (Message,), {"DESCRIPTOR": descriptor, "__module__": None})
    finally:
        if put_in:
            del sys.modules[_HELPERS]


@functools.cache
def _helpers() -> ModuleType:
    """What stands in for the helpers of Any, Timestamp and so on, which the first class makes protobuf import.

    They bring datetime, locale and threading: a twentieth of a cold run. Only text protos use one of them (`Pack`).
    """
    module = ModuleType(_HELPERS)
    module.__dict__["WKTBASES"] = {"google.protobuf.Any": _Any}
    return module


class _Any:
    """Any, with what text_format calls."""

    __slots__ = ()

    def Pack(self, *given: Any, **options: Any) -> None:  # noqa: N802 - protobuf's name
        """Protobuf's own."""
        importlib.import_module(_HELPERS).Any.Pack(self, *given, **options)


@functools.cache
def pool() -> Any:
    """The private descriptor pool."""
    compiled = _compiled()
    private = _public_pool() if compiled is None else compiled.DescriptorPool()
    data = Path(__file__).with_name("descriptors.binpb").read_bytes()
    for _, _, start, end in fields(data):  # a FileDescriptorSet is `repeated FileDescriptorProto file = 1`
        private.AddSerializedFile(data[start:end])
    return private


@functools.cache
def _compiled() -> Any | None:
    """Protobuf's compiled part where it has the names that are needed.

    The public way to it, `google.protobuf.descriptor_pool`, imports the pure Python implementation too (7.x): 40 ms.
    """
    try:
        module = importlib.import_module("google._upb._message")
    except ImportError:
        return None
    return module if hasattr(module, "DescriptorPool") and hasattr(module, "MessageMeta") else None


def _public_pool() -> Any:
    from google.protobuf import descriptor_pool  # noqa: PLC0415 - cold start: see _compiled

    return descriptor_pool.DescriptorPool()


def _public_message_class(descriptor: Any) -> Any:
    from google.protobuf import message_factory  # noqa: PLC0415 - cold start: see _compiled

    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    # protobuf < 4.22 has no such function: https://github.com/protocolbuffers/protobuf/releases/tag/v22.0
    old_factory: Any = message_factory.MessageFactory(descriptor.file.pool)
    return old_factory.GetPrototype(descriptor)


def fields(
    data: bytes, start: int = 0, end: int | None = None, *, declared: bool = False
) -> Iterator[tuple[int, int, int, int]]:
    """Yield (field number, wire type, start, end) of every field; ProtobufError at the first that is broken.

    With `declared` a field may reach beyond the data, which is then the head of a file.
    """
    end = len(data) if end is None else end
    while start < end:
        tag, value = _varint(data, start, end)
        number, wire = tag >> 3, tag & 7
        if wire == _END_GROUP or number == 0:
            fault = WireFault.END_GROUP if wire == _END_GROUP or tag == 0 else WireFault.CORRUPT
            raise ProtobufError("", f"unexpected tag {tag}", start, fault)
        begin, stop = _extent(data, value, end, wire, start)
        if stop > end and not declared:
            reason = f"field {number} is {stop - begin} bytes long, {end - begin} are left"
            raise ProtobufError("", reason, start, WireFault.TRUNCATED)
        yield number, wire, begin, stop
        start = stop


def _extent(data: bytes, value: int, end: int, wire: int, tag_at: int) -> tuple[int, int]:
    """Where the value of a field lies, whose tag ends at `value`."""
    if wire == _VARINT:
        return value, _varint(data, value, end)[1]
    if wire == _FIXED64:
        return value, value + 8
    if wire == _FIXED32:
        return value, value + 4
    if wire == _BYTES:
        length, begin = _varint(data, value, end)
        return begin, begin + length
    # Groups are not used by any of these messages; a real parser would skip an unknown one.
    raise ProtobufError("", f"wire type {wire} is not used by this format", tag_at, WireFault.CORRUPT)


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    result = 0
    for index in range(_MAX_VARINT):
        if at + index >= end:
            raise ProtobufError("", "the file ends inside a number", at, WireFault.TRUNCATED)
        byte = data[at + index]
        result |= (byte & 0x7F) << (7 * index)
        if byte < _CONTINUED:
            return result, at + index + 1
    raise ProtobufError("", "a number is longer than 10 bytes", at, WireFault.CORRUPT)


def _explain(name: str, data: bytes, member: str) -> ProtobufError:
    """Find the field that protobuf stumbled over: descend into the one submessage that does not parse."""
    descriptor, start, end, path = pool().FindMessageTypeByName(name), 0, len(data), ""
    for _ in range(_MAX_EXPLAINED_DEPTH):
        try:
            found = _broken_child(descriptor, data, start, end)
        except ProtobufError as error:
            fault = error.fault if not path else WireFault.CORRUPT
            return ProtobufError(member, error.args[0].split(": ", 1)[-1], error.offset or 0, fault, path)
        if found is None:
            reason = "a value of a kind that this field cannot hold, or text that is no UTF-8"
            return ProtobufError(member, reason, start, WireFault.CORRUPT, path)
        field, start, end = found
        descriptor, path = field.message_type, f"{path}/{field.name}"
    return ProtobufError(member, "messages are nested too deep", start, WireFault.CORRUPT, path)


def _broken_child(descriptor: Any, data: bytes, start: int, end: int) -> tuple[Any, int, int] | None:
    """The first submessage that does not parse, as (field, start, end)."""
    known = descriptor.fields_by_number
    for number, wire, begin, stop in islice(fields(data, start, end), _MAX_EXPLAINED_FIELDS):
        field = known.get(number)
        if wire != _BYTES or field is None or field.type != _TYPE_MESSAGE:
            continue
        if not parses(field.message_type.full_name, data[begin:stop]):
            return field, begin, stop
    return None
