"""What `marshal.loads` of one Python makes of a code object that another Python dumped: the exception, or None.

The bytes are walked with the target's own layout of code objects and nothing is built from them. Sources: CPython's
Python/marshal.c and Objects/codeobject.c of 3.6 to 3.14.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field

from inspector.terms.finding import ExpectedError

# Deeper nesting than this is refused by marshal itself (MAX_MARSHAL_STACK_DEPTH).
_MAX_DEPTH = 2000
_NULL, _CODE = "null", "code"

# The fields of a code object: numbers, then objects, in the order of marshal.c. `*` marks a number among the objects.
_LAYOUTS: tuple[tuple[tuple[int, int], int, tuple[str, ...]], ...] = (
    (
        (3, 11),
        5,
        ("bytes", "tuple", "tuple", "tuple", "bytes", "str", "str", "str", "*", "bytes", "bytes"),
    ),
    ((3, 8), 6, ("bytes", "tuple", "tuple", "tuple", "tuple", "tuple", "str", "str", "*", "bytes")),
    ((3, 0), 5, ("bytes", "tuple", "tuple", "tuple", "tuple", "tuple", "str", "str", "*", "bytes")),
)


class _MarshalError(Exception):
    """What marshal.loads raises."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.error = ExpectedError(kind, text)


def decoded(code: str) -> bytes:
    """The bytes that `func_load` reads from a dumped function's text: base64, else the text's own bytes."""
    try:
        return binascii.a2b_base64(code.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        return code.encode("raw_unicode_escape")


def loads_error(data: bytes, python: tuple[int, int]) -> ExpectedError | None:
    """The exception of that Python for those bytes; None where a code object (or any value) is read."""
    try:
        kind = _Reader(data, python).value()
    except _MarshalError as raised:
        return raised.error
    if kind == _NULL:
        return ExpectedError("TypeError", "NULL object in marshal data for object")
    return None if kind == _CODE else ExpectedError("AttributeError", f"'{kind}' object has no attribute 'co_name'")


@dataclass(slots=True)
class _Reader:
    """A walk over the bytes; every value is only its kind."""

    data: bytes
    python: tuple[int, int]
    place: int = 0
    depth: int = 0
    references: list[str] = field(default_factory=list)

    def take(self, count: int) -> bytes:
        if count < 0:
            raise _MarshalError("ValueError", "bad marshal data (bytes object size out of range)")
        if self.place + count > len(self.data):
            raise _MarshalError("EOFError", "marshal data too short")
        self.place += count
        return self.data[self.place - count : self.place]

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "little", signed=size > 1)

    def value(self) -> str:
        """Walk over one object; its kind."""
        if self.place >= len(self.data):
            raise _MarshalError("EOFError", "EOF read where object expected")
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _MarshalError("ValueError", "recursion limit exceeded")
        byte = self.data[self.place]
        self.place += 1
        slot = len(self.references)
        if byte & 0x80:
            self.references.append(_NULL)
        kind = self._body(chr(byte & 0x7F))
        if byte & 0x80:
            self.references[slot] = kind
        self.depth -= 1
        return kind

    def _body(self, code: str) -> str:
        """The rest of an object after its type code."""
        simple = _SIMPLE.get(code)
        if simple is not None:
            kind, size = simple
            self.take(size)
            return kind
        if code in _SIZED:
            kind, width = _SIZED[code]
            self.take(self.number(width))
            return kind
        if code in _CONTAINERS:
            return self._container(code)
        if code in _SPECIAL:
            return self._special(code)
        raise _MarshalError("ValueError", "bad marshal data (unknown type code)")

    def _container(self, code: str) -> str:
        kind, width = _CONTAINERS[code]
        count = self.number(width)
        if count < 0:
            raise _MarshalError("ValueError", f"bad marshal data ({kind} size out of range)")
        for _ in range(count):
            if self.value() == _NULL:
                raise _MarshalError("TypeError", f"NULL object in marshal data for {kind}")
        return kind

    def _special(self, code: str) -> str:
        """Long integers, floats as text, dicts, references, code objects."""
        if code == "l":
            self.take(2 * abs(self.number()))
            return "int"
        if code in "fx":
            for _ in range(1 if code == "f" else 2):
                self.take(self.number(1))
            return "float" if code == "f" else "complex"
        if code == "{":
            while self.value() != _NULL:
                self.value()
            return "dict"
        if code == "r":
            index = self.number()
            if not 0 <= index < len(self.references) or self.references[index] == _NULL:
                raise _MarshalError("ValueError", "bad marshal data (invalid reference)")
            return self.references[index]
        return self._code()

    def _code(self) -> str:
        """A code object: the numbers, the objects, and the checks of its constructor."""
        _, numbers, objects = next(layout for layout in _LAYOUTS if self.python >= layout[0])
        for _ in range(numbers):
            self.number()
        wrong = False
        for wanted in objects:
            if wanted == "*":
                self.number()
            else:
                wrong |= self.value() != wanted
        if wrong:
            raise _MarshalError("SystemError", f"{_SOURCE} bad argument to internal function")
        return _CODE


_SOURCE = "Objects/codeobject.c:119:"
# Type code -> (kind, bytes that follow).
_SIMPLE = {
    "0": (_NULL, 0), "N": ("NoneType", 0), "F": ("bool", 0), "T": ("bool", 0), "S": ("type", 0), ".": ("ellipsis", 0),
    "i": ("int", 4), "I": ("int", 8), "g": ("float", 8), "y": ("complex", 16),
}  # fmt: skip
# Type code -> (kind, bytes of the length that follows).
_SIZED = {
    "s": ("bytes", 4),
    "u": ("str", 4),
    "t": ("str", 4),
    "a": ("str", 4),
    "A": ("str", 4),
    "z": ("str", 1),
    "Z": ("str", 1),
}
# Type code -> (kind, bytes of the count that follows).
_CONTAINERS = {"(": ("tuple", 4), ")": ("tuple", 1), "[": ("list", 4), "<": ("set", 4), ">": ("frozenset", 4)}
_SPECIAL = "lfx{rc"
