"""Marshal's byte grammar, walked as Python/marshal.c of a chosen Python walks it: the exception is the one it raises.

Values become plain data; no code object is ever built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec.marshal_scalars import PYTHON_27, PYTHON_314, SCALARS, MarshalError
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Callable

# A function of a Lambda has a few hundred bytes; the largest known have some kB. A quarter of a MiB takes 0.2 s.
SIZE_LIMIT = 2**18
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
    # Of functions that share variables: cellvars and freevars. From 3.11 on `variables` holds them too.
    cells: tuple[str, ...] = ()


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
_OLDEST = tuple((name, bytes if kind is str else kind) for name, kind in _OLD)
# 3.8 adds the number of positional-only arguments (PEP 570). 3.11 joins locals, cells and free variables into one tuple
# with their kinds, drops their number, and adds the qualified name and the table of exceptions.
PY30, PY38, PY311 = Layout("3.0", 5, _OLD), Layout("3.8", 6, _OLD), Layout("3.11", 5, _NEW)
# 3.14 has the layout of 3.11 and one more type of value: marshal version 5, constant slices.
PY27, PY314 = Layout("2.7", 4, _OLDEST), Layout("3.14", 5, _NEW)
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
    "3.14": (PY314, 465),
}
# co_flags and the bits of co_localspluskinds (3.11): Include/internal/pycore_code.h.
_VARARGS, _VARKEYWORDS = 0x04, 0x08
_FAST_LOCAL, _FAST_FREE = 0x20, 0x80


@record(frozen=False)
class Reader:
    """r_object of Python/marshal.c over bytes, for one layout of code objects; values are plain data."""

    data: bytes
    layout: Layout
    misfit: str = MISFIT
    place: int = 0
    depth: int = 0
    refs: list[Any] = field(default_factory=list)
    interned: list[bytes] = field(default_factory=list)

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

    def digit(self) -> int:
        """r_short, which a digit of a long integer is; it must not be negative."""
        digit = int.from_bytes(self.take(2), "little", signed=True)
        if digit < 0:
            raise MarshalError("ValueError", "bad marshal data (digit out of range in long)")
        return digit

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
        read = _TYPES_OF.get(self.layout.name, _TYPES).get(chr(tag if self.layout is PY27 else tag & ~REF))
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

    def fill(self, place: int, flag: int, value: Any) -> Any:
        """Put the object into the place that was kept for it."""
        if flag:
            self.refs[place] = value
        return value


def _single(value: Any) -> Callable[[Reader, int], Any]:
    return lambda _reader, _flag: value


def _items(reader: Reader, count: int, what: str) -> list[Any]:
    found = []
    for _ in range(count):
        item = reader.object()
        if item is NULL:
            raise MarshalError("TypeError", f"NULL object in marshal data for {what}")
        found.append(item)
    return found


def _filled(reader: Reader, flag: int, count: int, what: str) -> list[Any]:
    """A container is referred to before it is filled: its reference comes first."""
    count = min(count, len(reader.data))  # every item takes a byte: the end is met before
    place = len(reader.refs)
    reader.keep((), flag)
    found = _items(reader, count, what)
    if flag:
        reader.refs[place] = found
    return found


def _tuple(reader: Reader, flag: int) -> Any:
    return _as_tuple(reader, flag, reader.size("tuple"))


def _small_tuple(reader: Reader, flag: int) -> Any:
    return _as_tuple(reader, flag, max(0, reader.byte()))


def _as_tuple(reader: Reader, flag: int, count: int) -> Any:
    place = len(reader.refs)
    found = tuple(_filled(reader, flag, count, "tuple"))
    if flag:
        reader.refs[place] = found
    return found


def _list(reader: Reader, flag: int) -> Any:
    return _filled(reader, flag, reader.size("list"), "list")


def _set(reader: Reader, flag: int) -> Any:
    return _filled(reader, flag, reader.size("set"), "set")


def _dict(reader: Reader, flag: int) -> Any:
    found: list[Any] = []
    reader.keep(found, flag)
    while (key := reader.object()) is not NULL and (value := reader.object()) is not NULL:
        found.append((key, value))
    return found


def _reference(reader: Reader, _flag: int) -> Any:
    index = reader.long()
    if not 0 <= index < len(reader.refs) or isinstance(reader.refs[index], _Reserved):
        raise MarshalError("ValueError", "bad marshal data (invalid reference)")
    return reader.refs[index]


def _code(reader: Reader, flag: int) -> Any:
    place = reader.reserve(flag)
    numbers = tuple(reader.long() for _ in range(reader.layout.numbers))
    found: dict[str, Any] = {}
    for name, _kind in reader.layout.fields:
        found[name] = reader.long() if name.startswith("#") else reader.object()
        if found[name] is NULL:
            raise MarshalError("TypeError", "NULL object in marshal data for object")
    # There names are byte strings, which the checks below would refuse.
    if reader.layout is PY27:
        _decode(found)
    _validate(numbers, found, reader)
    return reader.fill(place, flag, _built(numbers, found))


def _decode(found: dict[str, Any]) -> None:
    """Python 2 keeps names as bytes; what is none fails as no text."""
    for name in ("names", "variables", "free", "cells"):
        if isinstance(found[name], tuple):
            found[name] = tuple(item.decode("latin-1") if isinstance(item, bytes) else item for item in found[name])


def _validate(numbers: tuple[int, ...], found: dict[str, Any], reader: Reader) -> None:
    """PyCode_New's own checks, in its order."""
    fits = all(kind is None or isinstance(found[name], kind) for name, kind in reader.layout.fields)
    # PyErr_BadInternalCall: a SystemError that names the C file and line, which differ from release to release.
    if not fits or min(numbers[:3]) < 0:
        raise MarshalError("SystemError", reader.misfit)
    if not all(isinstance(name, str) for name in found["names"] + found["variables"]):
        raise MarshalError("TypeError", "name tuples must contain only strings")
    if reader.layout in (PY311, PY314):
        _validate_locals(numbers, found, reader)


def _validate_locals(numbers: tuple[int, ...], found: dict[str, Any], reader: Reader) -> None:
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
    return Code(
        numbers=numbers,
        code=found["code"],
        consts=found["consts"],
        names=found["names"],
        variables=found["variables"],
        filename=_text(found["filename"]),
        name=_text(found["name"]),
        first_line=found["#line"],
        lines=found["lines"],
        free=free,
        cells=found["cells"] + found["free"] if kinds is None else found["variables"],
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


_TYPES: dict[str, Callable[[Reader, int], Any]] = SCALARS | {
    "0": _single(NULL),
    "N": _single(None),
    "S": _single(StopIteration),
    ".": _single(...),
    "F": _single(value=False),
    "T": _single(value=True),
    "(": _tuple,
    ")": _small_tuple,
    "[": _list,
    "{": _dict,
    "<": _set,
    ">": _set,
    "c": _code,
    "r": _reference,
}
# What other Pythons read: 2.7 knows neither references nor short texts, 3.14 adds constant slices.
_TYPES_OF = {
    "2.7": {key: read for key, read in _TYPES.items() if key in "0NS.FT([{<>c"} | PYTHON_27,
    "3.14": _TYPES | PYTHON_314,
}


def read(data: bytes, layout: Layout, misfit: str = MISFIT) -> Any:
    """What `marshal.loads` makes of the bytes; raises MarshalError, LimitReachedError."""
    if len(data) > SIZE_LIMIT:
        raise LimitReachedError
    return Reader(data, layout, misfit).object()


def summary(data: bytes) -> Code | None:
    """The code object by the layout that fits it to its last byte; None where none does (Python 2, damaged bytes)."""
    # 3.14 reads all that 3.11 does, so that the layout of 3.11 needs no try of its own.
    return next((code for layout in (PY314, PY38, PY30) if (code := code_of(data, layout)) is not None), None)


def code_of(data: bytes, layout: Layout) -> Code | None:
    """The code object where the bytes are one of that layout, to the last byte."""
    if len(data) > SIZE_LIMIT:
        return None
    reader = Reader(data, layout)
    try:
        value = reader.object()
    except (MarshalError, LimitReachedError):
        return None
    return value if isinstance(value, Code) and reader.place == len(data) else None


def nested(code: Code) -> list[Code]:
    """The code and every code object in it, each once: references let a few bytes hold the same one a million times."""
    found: dict[int, Any] = {}
    waiting: list[Any] = [code]
    while waiting:
        value = waiting.pop()
        if id(value) not in found and isinstance(value, Code | tuple | list):
            found[id(value)] = value
            # Reversed, so that the last in, first out comes to the order of the file.
            waiting += reversed(value.consts if isinstance(value, Code) else value)
    return [value for value in found.values() if isinstance(value, Code)]
