"""Marshal's byte grammar, walked as Python/marshal.c of a chosen Python walks it: the exception is the one it raises.

Values become plain data; no code object is ever built.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Callable

# A Lambda's function is a few hundred bytes; the largest known are some kB.
SIZE_LIMIT = 2**20
# marshal.c, MAX_MARSHAL_STACK_DEPTH. Ours is lower, because each level takes five Python frames.
DEPTH_LIMIT = 100
REF = 0x80
MISFIT = "bad argument to internal function"


class _Null:
    """What `r_object` returns for TYPE_NULL, with no exception set."""


@record(frozen=False)
class _Reserved:
    """A reference to an object that is not complete yet."""


NULL = _Null()


class MarshalError(Exception):
    """What `marshal.loads` raises: exception class and text."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


class LimitReachedError(Exception):
    """The bytes nest deeper than is followed here."""


@record
class Code:
    """A code object's fields as far as they are of use. `numbers` in the order of the file."""

    numbers: tuple[int, ...]
    code: bytes
    consts: tuple[Any, ...]
    names: tuple[str, ...]
    variables: tuple[str, ...]
    filename: str
    name: str
    first_line: int
    lines: bytes
    free: int = 0


@record
class Layout:
    """How one range of Pythons marshals code objects: leading numbers, then objects (`#` a number) with their types."""

    name: str
    numbers: int
    fields: tuple[tuple[str, type | None], ...]


_OLD = (
    *(("code", bytes), ("consts", tuple), ("names", tuple), ("variables", tuple), ("free", tuple), ("cells", tuple)),
    *(("filename", str), ("name", str), ("#line", None), ("lines", bytes)),
)
_NEW = (
    *(("code", bytes), ("consts", tuple), ("names", tuple), ("variables", tuple), ("kinds", bytes), ("filename", str)),
    *(("name", str), ("qualname", str), ("#line", None), ("lines", bytes), ("exceptions", bytes)),
)
PY30, PY38, PY311 = Layout("3.0", 5, _OLD), Layout("3.8", 6, _OLD), Layout("3.11", 5, _NEW)
# The Pythons that were recorded, with the line of Objects/codeobject.c where their PyCode_New refuses its arguments.
READERS: dict[str, tuple[Layout, int]] = {
    "3.6": (PY30, 131),
    "3.7": (PY30, 119),
    "3.8": (PY38, 130),
    "3.9": (PY38, 141),
    "3.10": (PY38, 141),
    "3.11": (PY311, 250),
    "3.12": (PY311, 354),
    "3.13": (PY311, 412),
}
# co_flags and the bits of co_localspluskinds (3.11): Include/internal/pycore_code.h.
_VARARGS, _VARKEYWORDS = 0x04, 0x08
_FAST_LOCAL, _FAST_FREE = 0x20, 0x80


@record(frozen=False)
class _Reader:
    """r_object of Python/marshal.c over bytes, for one layout of code objects; values are plain data."""

    data: bytes
    layout: Layout
    misfit: str = MISFIT
    place: int = 0
    depth: int = 0
    refs: list[Any] = field(default_factory=list)

    def take(self, count: int) -> bytes:
        """r_string."""
        if self.place + count > len(self.data):
            raise MarshalError("EOFError", "marshal data too short")
        self.place += count
        return self.data[self.place - count : self.place]

    def long(self) -> int:
        """r_long: four bytes, signed."""
        return int.from_bytes(self.take(4), "little", signed=True)

    def byte(self) -> int:
        """r_byte; -1 at the end."""
        if self.place >= len(self.data):
            return -1
        self.place += 1
        return self.data[self.place - 1]

    def size(self, what: str) -> int:
        """A count that must not be negative."""
        count = self.long()
        if count < 0:
            raise MarshalError("ValueError", f"bad marshal data ({what} size out of range)")
        return count

    def object(self) -> Any:
        """One object; NULL where the file holds TYPE_NULL."""
        tag = self.byte()
        if tag < 0:
            raise MarshalError("EOFError", "EOF read where object expected")
        read = _TYPES.get(chr(tag & ~REF))
        if read is None:
            raise MarshalError("ValueError", "bad marshal data (unknown type code)")
        if self.depth >= DEPTH_LIMIT:
            raise LimitReachedError
        self.depth += 1
        value = read(self, tag & REF)
        self.depth -= 1
        return value

    def keep(self, value: Any, flag: int) -> Any:
        """RREF: remember the value where the flag is set."""
        if flag:
            self.refs.append(value)
        return value

    def reserve(self, flag: int) -> int:
        """Keep a place for an object whose parts come first."""
        if flag:
            self.refs.append(_Reserved())
        return len(self.refs) - 1


def _single(value: Any) -> Callable[[_Reader, int], Any]:
    return lambda _reader, _flag: value


def _int(reader: _Reader, flag: int) -> Any:
    return reader.keep(reader.long(), flag)


def _int64(reader: _Reader, flag: int) -> Any:
    return reader.keep(int.from_bytes(reader.take(8), "little", signed=True), flag)


def _long(reader: _Reader, flag: int) -> Any:
    count = reader.long()
    value, digits = 0, abs(count)
    for index in range(digits):
        digit = int.from_bytes(reader.take(2), "little", signed=True)
        if digit < 0:
            raise MarshalError("ValueError", "bad marshal data (digit out of range in long)")
        value |= digit << (15 * index)
    return reader.keep(-value if count < 0 else value, flag)


def _text_float(reader: _Reader) -> float:
    count = reader.byte()
    if count < 0:
        raise MarshalError("EOFError", "EOF read where object expected")
    text = reader.take(count)
    try:
        return float(text)
    except ValueError:
        shown = text.split(b"\0")[0].decode("latin-1")
        raise MarshalError("ValueError", f"could not convert string to float: {shown!r}") from None


def _float(reader: _Reader, flag: int) -> Any:
    return reader.keep(_text_float(reader), flag)


def _binary_float(reader: _Reader, flag: int) -> Any:
    return reader.keep(struct.unpack("<d", reader.take(8))[0], flag)


def _complex(reader: _Reader, flag: int) -> Any:
    return reader.keep(complex(_text_float(reader), _text_float(reader)), flag)


def _binary_complex(reader: _Reader, flag: int) -> Any:
    return reader.keep(complex(*struct.unpack("<dd", reader.take(16))), flag)


def _bytes(reader: _Reader, flag: int) -> Any:
    return reader.keep(reader.take(reader.size("bytes object")), flag)


def _ascii(reader: _Reader, flag: int) -> Any:
    return reader.keep(reader.take(reader.size("string")).decode("latin-1"), flag)


def _short_ascii(reader: _Reader, flag: int) -> Any:
    count = reader.byte()
    if count < 0:
        raise MarshalError("EOFError", "EOF read where object expected")
    return reader.keep(reader.take(count).decode("latin-1"), flag)


def _unicode(reader: _Reader, flag: int) -> Any:
    raw = reader.take(reader.size("string"))
    try:
        return reader.keep(raw.decode("utf-8", "surrogatepass"), flag)
    except UnicodeDecodeError as error:
        raise MarshalError("UnicodeDecodeError", str(error)) from error


def _items(reader: _Reader, count: int, what: str) -> list[Any]:
    found = []
    for _ in range(count):
        item = reader.object()
        if item is NULL:
            raise MarshalError("TypeError", f"NULL object in marshal data for {what}")
        found.append(item)
    return found


def _filled(reader: _Reader, flag: int, count: int, what: str) -> list[Any]:
    """A container is referred to before it is filled: its reference comes first."""
    count = min(count, len(reader.data))  # every item takes a byte: the end is met before
    place = len(reader.refs)
    reader.keep((), flag)
    found = _items(reader, count, what)
    if flag:
        reader.refs[place] = found
    return found


def _tuple(reader: _Reader, flag: int) -> Any:
    return _as_tuple(reader, flag, reader.size("tuple"))


def _small_tuple(reader: _Reader, flag: int) -> Any:
    return _as_tuple(reader, flag, max(0, reader.byte()))


def _as_tuple(reader: _Reader, flag: int, count: int) -> Any:
    place = len(reader.refs)
    found = tuple(_filled(reader, flag, count, "tuple"))
    if flag:
        reader.refs[place] = found
    return found


def _list(reader: _Reader, flag: int) -> Any:
    return _filled(reader, flag, reader.size("list"), "list")


def _set(reader: _Reader, flag: int) -> Any:
    return _filled(reader, flag, reader.size("set"), "set")


def _dict(reader: _Reader, flag: int) -> Any:
    found: list[Any] = []
    reader.keep(found, flag)
    while (key := reader.object()) is not NULL and (value := reader.object()) is not NULL:
        found.append((key, value))
    return found


def _reference(reader: _Reader, _flag: int) -> Any:
    index = reader.long()
    if not 0 <= index < len(reader.refs) or isinstance(reader.refs[index], _Reserved):
        raise MarshalError("ValueError", "bad marshal data (invalid reference)")
    return reader.refs[index]


def _code(reader: _Reader, flag: int) -> Any:
    place = reader.reserve(flag)
    numbers = tuple(reader.long() for _ in range(reader.layout.numbers))
    found: dict[str, Any] = {}
    for name, _kind in reader.layout.fields:
        found[name] = reader.long() if name.startswith("#") else reader.object()
        if found[name] is NULL:
            raise MarshalError("TypeError", "NULL object in marshal data for object")
    _validate(numbers, found, reader)
    code = _built(numbers, found)
    if flag:
        reader.refs[place] = code
    return code


def _validate(numbers: tuple[int, ...], found: dict[str, Any], reader: _Reader) -> None:
    """PyCode_New's own checks, in its order."""
    fits = all(kind is None or isinstance(found[name], kind) for name, kind in reader.layout.fields)
    if not fits or min(numbers[:3]) < 0:
        raise MarshalError("SystemError", reader.misfit)
    if not all(isinstance(name, str) for name in found["names"] + found["variables"]):
        raise MarshalError("TypeError", "name tuples must contain only strings")
    if reader.layout is PY311:
        _validate_locals(numbers, found, reader)


def _validate_locals(numbers: tuple[int, ...], found: dict[str, Any], reader: _Reader) -> None:
    """_PyCode_Validate of Python 3.11 and later."""
    arguments, positional_only, keyword_only, _stack, flags = numbers
    if len(found["variables"]) != len(found["kinds"]) or arguments < positional_only:
        raise MarshalError("SystemError", reader.misfit)
    if len(found["code"]) % 2:
        raise MarshalError("ValueError", "code: co_code is malformed")
    plain = sum(1 for kind in found["kinds"] if kind & _FAST_LOCAL)
    if plain < arguments + keyword_only + bool(flags & _VARARGS) + bool(flags & _VARKEYWORDS):
        raise MarshalError("ValueError", "code: varnames is too small")


def _built(numbers: tuple[int, ...], found: dict[str, Any]) -> Code:
    kinds = found.get("kinds")
    free = len(found["free"]) if kinds is None else sum(1 for kind in kinds if kind & _FAST_FREE)
    names = ("code", "consts", "names", "variables", "filename", "name", "lines")
    return Code(numbers=numbers, first_line=found["#line"], free=free, **{name: found[name] for name in names})


_TYPES: dict[str, Callable[[_Reader, int], Any]] = {
    "0": _single(NULL),
    "N": _single(None),
    "S": _single(StopIteration),
    ".": _single(...),
    "F": _single(value=False),
    "T": _single(value=True),
    "i": _int,
    "I": _int64,
    "l": _long,
    "f": _float,
    "g": _binary_float,
    "x": _complex,
    "y": _binary_complex,
    "s": _bytes,
    "t": _unicode,
    "u": _unicode,
    "a": _ascii,
    "A": _ascii,
    "z": _short_ascii,
    "Z": _short_ascii,
    "(": _tuple,
    ")": _small_tuple,
    "[": _list,
    "{": _dict,
    "<": _set,
    ">": _set,
    "c": _code,
    "r": _reference,
}


def read(data: bytes, layout: Layout, misfit: str = MISFIT) -> Any:
    """What `marshal.loads` makes of the bytes; raises MarshalError, LimitReachedError."""
    if len(data) > SIZE_LIMIT:
        raise LimitReachedError
    return _Reader(data, layout, misfit).object()


def summary(data: bytes) -> Code | None:
    """The code object by the layout that fits it to its last byte; None where none does (Python 2, damaged bytes)."""
    for layout in (PY311, PY38, PY30):
        reader = _Reader(data[:SIZE_LIMIT], layout)
        try:
            value = reader.object()
        except (MarshalError, LimitReachedError):
            continue
        if isinstance(value, Code) and reader.place == len(data):
            return value
    return None


def fits(data: bytes, layout: Layout) -> bool:
    """Whether the bytes are one code object of that layout, to the last byte."""
    reader = _Reader(data[:SIZE_LIMIT], layout)
    try:
        return isinstance(reader.object(), Code) and reader.place == len(data)
    except (MarshalError, LimitReachedError):
        return False
