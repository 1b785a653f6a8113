"""Text protos (`saved_model.pbtxt`, `graph.pbtxt`), read with protobuf's own text format.

A text proto fails at the first field that the reading release does not know, where the binary form is forgiving: so the
place of each field is kept for the judgement of older releases.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.codec import protobuf
from inspector.terms.artifact import TextError
from inspector.terms.errors import LimitError, MalformedArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Text takes 4 to 10 times the bytes of the binary form and 50 times its time to parse: this much takes 10 s.
MAX_TEXT_BYTES = 32 << 20
# Functions nest a few messages deep; protobuf's own parser recurses in Python and would run out of stack near 300.
MAX_DEPTH = 100

_STRING = r"""\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"""
_TOKEN = re.compile(
    rf"(?P<space>\s+|\#[^\n]*)|(?P<text>{_STRING})|(?P<word>[A-Za-z_][\w.+-]*)|(?P<other>.)",
    re.DOTALL,
)
# A message stands in either pair (https://protobuf.dev/reference/protobuf/textformat-spec/#fields).
_OPEN, _CLOSE = frozenset("{<"), frozenset("}>")
# FieldDescriptorProto.TYPE_ENUM (google/protobuf/descriptor.proto).
_TYPE_ENUM = 14


def parse(name: str, data: bytes, member: str) -> Any:
    """The message `name` that the text holds. MalformedArtifactError carries the text of protobuf's own error."""
    from google.protobuf import text_format  # noqa: PLC0415 - cold start: 25 ms that binary protos do not need

    message = protobuf.message_class(name)()
    try:
        text = data.decode("utf-8")
        _check_depth(text, member)
        text_format.Parse(text, message, descriptor_pool=protobuf.pool())
    except UnicodeDecodeError as error:
        raise MalformedArtifactError(member, str(error), error.start) from error
    except text_format.ParseError as error:
        raise MalformedArtifactError(member, str(error)) from error
    return message


def places(name: str, data: bytes) -> dict[str, tuple[int, int]]:
    """The first line and column of each field (`tensorflow.OpDef:name`) and enum value (`tensorflow.DataType:DT_INT4`).

    In the order of the text; for text that `parse` accepts.
    """
    found: dict[str, tuple[int, int]] = {}
    stack: list[Any] = [protobuf.pool().FindMessageTypeByName(name)]
    field: Any = None
    for kind, token, line, column in _tokens(data.decode("utf-8")):
        if token in _OPEN and kind == "other":
            stack.append(None if field is None else field.message_type)
        elif token in _CLOSE and kind == "other":
            stack.pop()
            field = None
        elif kind == "word" and stack[-1] is not None:
            field = _word(stack[-1], field, token, found, (line, column))
    return found


def errors(name: str, data: bytes) -> tuple[TextError, ...]:
    """What releases of TensorFlow say that do not know a field or value yet, in the order of the text."""
    history = since()
    found = ((history.get(key), key, place) for key, place in places(name, data).items())
    return tuple(TextError(release, _words(key, place)) for release, key, place in found if release)


def _words(key: str, place: tuple[int, int]) -> str:
    """The text of protobuf's error for an unknown field or enum value."""
    scope, _, name = key.partition(":")
    if _is_message(scope):
        return f'{place[0]}:{place[1]} : Message type "{scope}" has no field named "{name}".'
    return f'{place[0]}:{place[1]} : Enum type "{scope}" has no value named {name}.'


def _is_message(name: str) -> bool:
    try:
        protobuf.pool().FindMessageTypeByName(name)
    except KeyError:
        return False
    return True


@functools.cache
def since() -> dict[str, str]:
    """The first TensorFlow release that has a field or enum value, for those that 1.15 lacks; names as in `places`."""
    text = Path(__file__).with_name("field_history.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)["since"]
    return found


def _word(message: Any, field: Any, token: str, found: dict[str, tuple[int, int]], place: tuple[int, int]) -> Any:
    """Take in a word of a message: the name of a field, or the value of the enum field before it."""
    known = message.fields_by_name.get(token)
    if known is not None:
        found.setdefault(f"{message.full_name}:{token}", place)
        return known
    if field is not None and field.type == _TYPE_ENUM:
        found.setdefault(f"{field.enum_type.full_name}:{token}", place)
    return field


def _tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    """(kind, token, line, column), both counted from 1, without white space and comments."""
    line, start = 1, 0
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match.group()
        if kind != "space":
            yield kind, token, line, match.start() - start + 1
        elif "\n" in token:
            line += token.count("\n")
            start = match.start() + token.rindex("\n") + 1


def _check_depth(text: str, member: str) -> None:
    depth = 0
    for match in re.finditer(rf"[{{<}}>]|{_STRING}|\#[^\n]*", text):
        token = match.group()
        depth += (token in _OPEN) - (token in _CLOSE)
        if depth > MAX_DEPTH:
            raise LimitError(member, f"messages nested deeper than {MAX_DEPTH}")
