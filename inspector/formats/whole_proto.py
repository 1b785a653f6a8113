"""A file that is one protobuf message: read, parse, and where it does not parse say what it is instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec import protobuf
from inspector.codec.protobuf import ProtobufError, WireFault
from inspector.formats.common import HEAD, damage_of
from inspector.terms.artifact import Damage, DamageKind, TextError
from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Gap, Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.tree.interface import Tree

# Fewer line ends prove nothing about a text-mode transfer.
_MIN_LINES = 8
# Looking for leftovers takes four times the parse. Of 1,000 files of 23 releases none had any, so they are worth a
# note, and not 100 ms.
MAX_LEFTOVERS_BYTES = 2**20
# What may lie in a file that was meant to hold another message, with the repeated field that proves it.
_KINDS = (
    ("tensorflow.SavedModel", "meta_graphs", "a SavedModel"),
    ("tensorflow.MetaGraphDef", "graph_def", "a MetaGraphDef"),
    ("tensorflow.GraphDef", "node", "a GraphDef"),
    ("keras.SavedMetadata", "nodes", "Keras metadata"),
)


@record
class Whole:
    """What came of a file: its message (None: it does not parse), its damage, its gap, in a text its newer fields."""

    message: Any | None
    damage: tuple[Damage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    text_errors: tuple[TextError, ...] = ()
    oddities: tuple[Oddity, ...] = ()


def read_whole(tree: Tree, member: str, name: str, *, text: bool = False, limit: int = protobuf.MAX_BYTES) -> Whole:
    """Read the member as the message `name`, in text form where `text` is set. Never raises over what it holds.

    Where protobuf would stop at a group's end, `message` holds what stands before it: releases before 4 go on with that
    (a warning "Unexpected end-group tag: Not all data was converted").
    """
    try:
        return _read_text(tree, member, name) if text else _read_binary(tree, member, name, limit)
    except LimitError as error:
        place = Location(member)
        return Whole(
            None, gaps=(Gap(place, error.reason),), oddities=(Oddity("proto-limit", place, {"reason": error.reason}),)
        )


def _read_binary(tree: Tree, member: str, name: str, limit: int) -> Whole:
    data = tree.read(member, limit)
    # Before the parser: it makes an object of every message, and a few bytes make a message.
    if len(data) >= protobuf.CROWD_FROM:
        protobuf.check_crowd(name, data, member)
    try:
        message = protobuf.parse(name, data, member)
    except ProtobufError as error:
        return _undecodable(_prefix(name, data, error), _broken(data, error))
    damage = tuple(_empty(data, member) or _other_message(name, message, data, member))
    return Whole(message, damage, oddities=() if damage else tuple(_leftovers(name, message, data, member)))


def _undecodable(message: Any | None, damage: Damage) -> Whole:
    """What no parser took: never clean, for another parser, or another release of this one, may take it."""
    if damage.kind is not DamageKind.UNPARSEABLE:
        return Whole(message, (damage,))
    place = Location(damage.member)
    gap = Gap(place, "it does not decode, so that nothing in it could be looked at")
    return Whole(message, (damage,), (gap,), oddities=(Oddity("proto-undecodable", place, {"reason": damage.reason}),))


def _leftovers(name: str, message: Any, data: bytes, member: str) -> Iterator[Oddity]:
    """Bytes that the message does not account for: fields of no known release, and fields that come again."""
    if len(data) > MAX_LEFTOVERS_BYTES:
        return
    whole = message.ByteSize()
    known = protobuf.message_class(name).FromString(data)
    # The difference in size is what protobuf kept and does not know; it says no more in Python.
    known.DiscardUnknownFields()
    unknown = whole - known.ByteSize()
    if unknown > 0:
        yield Oddity("proto-unknown-fields", Location(member), {"count": str(unknown)})
    if whole != len(data):
        yield Oddity("proto-overruled", Location(member), {"count": str(len(data) - whole)})


def _read_text(tree: Tree, member: str, name: str) -> Whole:
    from inspector.codec import pbtxt  # noqa: PLC0415 - cold start: text is rare, its patterns and tables cost 5 ms

    data = tree.read(member, pbtxt.MAX_TEXT_BYTES)
    try:
        message = pbtxt.parse(name, data, member)
    except MalformedArtifactError as error:
        return _undecodable(None, _broken_text(data, error))
    return Whole(message, text_errors=pbtxt.errors(name, data))


def _empty(data: bytes, member: str) -> list[Damage]:
    return [] if data else [Damage(member, DamageKind.EMPTY, "the file is empty", 0)]


def _seen(data: bytes, member: str) -> Damage | None:
    return damage_of(data[:HEAD], len(data), member)


def _broken(data: bytes, error: ProtobufError) -> Damage:
    """The damage behind a parse error, by its cause where that shows."""
    seen = _seen(data, error.member)
    other = _other_kind("", data, error.member)
    if seen is not None:
        kind, reason = seen.kind, seen.reason
    elif other is not None:
        kind, reason = DamageKind.WRONG_FORMAT, f"the file holds {other}"
    # In binary data a line feed follows a carriage return once in 256 times, not each time.
    elif data.count(b"\n") >= _MIN_LINES and data.count(b"\n") == data.count(b"\r\n"):
        kind, reason = DamageKind.CRLF, "every line feed follows a carriage return: the file was copied as text"
    elif error.fault is WireFault.TRUNCATED:
        kind, reason = DamageKind.TRUNCATED, f"the file is cut short: {error.reason}"
    else:
        kind, reason = DamageKind.UNPARSEABLE, f"{error.reason}{f' (in {error.path})' if error.path else ''}"
    return Damage(error.member, kind, reason, error.offset, fault=error.fault.value)


def _broken_text(data: bytes, error: MalformedArtifactError) -> Damage:
    """The damage behind a text proto's error; `reason` is the error's own text, which the loader raises too."""
    seen = _seen(data, error.member)
    kind = DamageKind.UNPARSEABLE if seen is None else seen.kind
    return Damage(error.member, kind, error.reason, error.offset, fault="text")


def _prefix(name: str, data: bytes, error: ProtobufError) -> Any | None:
    """What protobuf before 4 keeps of bytes that end in a stray end of a group."""
    if error.fault is not WireFault.END_GROUP:
        return None
    head = data[: error.offset]
    return protobuf.parse(name, head, error.member) if protobuf.parses(name, head) else None


def _other_message(name: str, message: Any, data: bytes, member: str) -> list[Damage]:
    """A message of another type often parses, as nothing but unknown fields: name what it is."""
    proof = next((field for kind, field, _ in _KINDS if kind == name), None)
    if proof is None or _present(message, proof):
        return []
    other = _other_kind(name, data, member)
    return [] if other is None else [Damage(member, DamageKind.WRONG_FORMAT, f"the file holds {other}", 0)]


def _other_kind(name: str, data: bytes, member: str) -> str | None:
    """Which of the other messages the data are."""
    for kind, field, words in _KINDS:
        if kind != name and protobuf.parses(kind, data) and _present(protobuf.parse(kind, data, member), field):
            return words
    return None


def _present(message: Any, field: str) -> bool:
    return any(descriptor.name == field for descriptor, _ in message.ListFields())
