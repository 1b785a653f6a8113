"""Marshal's plain values: numbers and texts, as Python/marshal.c reads them, with the exceptions that it raises."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.codec.marshalled import Reader


class MarshalError(Exception):
    """What `marshal.loads` raises: exception class and text."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


def _int(reader: Reader, flag: int) -> Any:
    return reader.keep(reader.long(), flag)


def _int64(reader: Reader, flag: int) -> Any:
    return reader.keep(int.from_bytes(reader.take(8), "little", signed=True), flag)


def _long(reader: Reader, flag: int) -> Any:
    """Digits of 15 bits. Eight of them are put together at a time: one by one would take the square of their number."""
    count = reader.long()
    digits = [reader.digit() for _ in range(abs(count))]
    octets = [
        sum(digit << 15 * place for place, digit in enumerate(digits[start : start + 8])).to_bytes(15, "little")
        for start in range(0, len(digits), 8)
    ]
    value = int.from_bytes(b"".join(octets), "little")
    return reader.keep(-value if count < 0 else value, flag)


def _text_float(reader: Reader) -> float:
    count = reader.byte()
    if count < 0:
        raise MarshalError("EOFError", "EOF read where object expected")
    text = reader.take(count)
    try:
        return float(text)
    except ValueError:
        shown = text.split(b"\0")[0].decode("latin-1")
        raise MarshalError("ValueError", f"could not convert string to float: {shown!r}") from None


def _float(reader: Reader, flag: int) -> Any:
    return reader.keep(_text_float(reader), flag)


def _binary_float(reader: Reader, flag: int) -> Any:
    return reader.keep(struct.unpack("<d", reader.take(8))[0], flag)


def _complex(reader: Reader, flag: int) -> Any:
    return reader.keep(complex(_text_float(reader), _text_float(reader)), flag)


def _binary_complex(reader: Reader, flag: int) -> Any:
    return reader.keep(complex(*struct.unpack("<dd", reader.take(16))), flag)


def _bytes(reader: Reader, flag: int) -> Any:
    return reader.keep(reader.take(reader.size("bytes object")), flag)


def _ascii(reader: Reader, flag: int) -> Any:
    # marshal.c copies the bytes as letters of one byte (PyUnicode_1BYTE_KIND) without a look: above 127 they are
    # Latin-1, no error.
    return reader.keep(reader.take(reader.size("string")).decode("latin-1"), flag)


def _short_ascii(reader: Reader, flag: int) -> Any:
    count = reader.byte()
    if count < 0:
        raise MarshalError("EOFError", "EOF read where object expected")
    return reader.keep(reader.take(count).decode("latin-1"), flag)


def _unicode(reader: Reader, flag: int) -> Any:
    raw = reader.take(reader.size("string"))
    try:
        # As marshal.c decodes it: the only text that it checks at all.
        return reader.keep(raw.decode("utf-8", "surrogatepass"), flag)
    except UnicodeDecodeError as error:
        raise MarshalError("UnicodeDecodeError", str(error)) from error


def _slice(reader: Reader, flag: int) -> Any:
    """Python 3.14 and later store constant slices."""
    place = reader.reserve(flag)
    parts = [reader.object() for _ in range(3)]
    return reader.fill(place, flag, slice(*parts))


def _interned(reader: Reader, flag: int) -> Any:
    """Python 2: a text that later ones may refer to by its number."""
    text = _bytes(reader, flag)
    reader.interned.append(text)
    return text


def _text_reference(reader: Reader, _flag: int) -> Any:
    index = reader.long()
    if not 0 <= index < len(reader.interned):
        raise MarshalError("ValueError", "bad marshal data (string ref out of range)")
    return reader.interned[index]


SCALARS: dict[str, Callable[[Reader, int], Any]] = {
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
}
PYTHON_27 = {key: SCALARS[key] for key in "iIlfgxysu"} | {"t": _interned, "R": _text_reference}
PYTHON_314 = {":": _slice}
