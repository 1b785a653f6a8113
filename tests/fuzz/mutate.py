"""Hostile variants of a seed: of its bytes, of the JSON, protobuf message, HDF5 file or zip archive that it is."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from fuzz import seeds, tables
from inspector.codec import protobuf

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_BORDERS = (
    b"\0",
    b"\x01",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff" * 4,
    b"\xff\xff\xff\x7f",
    b"\0" * 8,
    b"\xff" * 9 + b"\x01",
)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 255, 2**31, 2**63, -(2**63), 10**30, 0.5, -0.0, float("inf"), float("nan"), "", "x",
    "\0", "\ud800", "..", "/etc/passwd", "float32", "__lambda__", "Dense", "Functional", "a" * 5000, [], [[]], [None],
    {}, {"": {}}, {"class_name": "Dense"}, {"class_name": 1, "config": []}, [1, 2, 3], [-1], [2**40, 2**40],
)  # fmt: skip


def of_bytes(random: Random, data: bytes) -> bytes:
    """A few bytes changed, put in, taken out, doubled, or cut off."""
    found = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        random.choice(_BYTES)(random, found, random.randrange(len(found) + 1))
    return bytes(found)


def _flip(random: Random, data: bytearray, at: int) -> None:
    if at < len(data):
        data[at] ^= 1 << random.randrange(8)


def _border(random: Random, data: bytearray, at: int) -> None:
    some = random.choice(_BORDERS)
    data[at : at + len(some)] = some


def _insert(random: Random, data: bytearray, at: int) -> None:
    data[at:at] = random.choice(_BORDERS) if random.random() < 0.5 else random.randbytes(random.randrange(1, 9))


def _remove(random: Random, data: bytearray, at: int) -> None:
    del data[at : at + random.choice((1, 1, 2, 4, 64))]


def _double(random: Random, data: bytearray, at: int) -> None:
    other = random.randrange(len(data) + 1)
    data[at:at] = data[other : other + random.choice((1, 4, 16, 256))]


def _cut(random: Random, data: bytearray, at: int) -> None:
    if random.random() < 0.5:
        del data[at:]
    else:
        del data[:at]


_BYTES: tuple[Callable[[Random, bytearray, int], None], ...] = (
    _flip, _flip, _flip, _border, _border, _insert, _remove, _double, _cut,
)  # fmt: skip


def of_text(random: Random, data: bytes) -> bytes:
    """Lines and words moved, doubled or taken out, mixed with changes of bytes."""
    if random.random() < 0.4:
        return of_bytes(random, data)
    lines = data.split(b"\n")
    place, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(5)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines[place:place] = [lines[other]]
    elif kind == 2:
        words = lines[place].split(b" ")
        words[random.randrange(len(words))] = random.choice(lines[other].split(b" "))
        lines[place] = b" ".join(words)
    elif kind == 3:
        lines[place] = lines[place][: random.randrange(len(lines[place]) + 1)] + lines[other]
    else:
        lines[place] = b" " * random.randrange(6) + lines[place].strip() * random.choice((1, 1, 2, 40))
    return b"\n".join(lines)


def of_json(random: Random, data: bytes) -> bytes:
    """A value somewhere in the document replaced, moved, taken out or put in."""
    if random.random() < 0.1:
        return of_bytes(random, data)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return of_bytes(random, data)
    for _ in range(random.choice((1, 1, 2, 4))):
        document = in_json(random, document)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def in_json(random: Random, document: Any) -> Any:
    """The document with one change."""
    spots: list[tuple[Any, Any]] = []
    _spots(document, spots)
    if not spots:
        return random.choice(VALUES)
    holder, key = random.choice(spots)
    kind = random.randrange(8)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        other, of = random.choice(spots)
        holder[key] = json.loads(json.dumps(other[of]))  # a copy: no document holds itself
    elif kind == 2 and isinstance(holder, dict):
        holder[random.choice(("name", "class_name", "config", "module", "x", ""))] = holder.pop(key)
    elif kind == 3 and isinstance(holder, list):
        holder.insert(key, json.loads(json.dumps(holder[key])))
    elif kind == 4 and isinstance(holder[key], str):
        holder[key] = of_bytes(random, holder[key].encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    else:
        holder[key] = json.loads(json.dumps(random.choice(VALUES)))
    return document


def _spots(value: Any, found: list[tuple[Any, Any]]) -> None:
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in rows:
        found.append((value, key))
        _spots(below, found)


def of_message(random: Random, data: bytes, name: str) -> bytes:
    """A field somewhere in the message changed, taken out, doubled or copied from elsewhere."""
    if random.random() < 0.25:
        return of_bytes(random, data)
    message = protobuf.message_class(name)()
    try:
        message.ParseFromString(data)
    except Exception:  # noqa: BLE001 - a seed that is broken already is changed byte by byte
        return of_bytes(random, data)
    for _ in range(random.choice((1, 1, 2, 4))):
        _in_message(random, message)
    return bytes(message.SerializeToString())


def _in_message(random: Random, message: Any) -> None:
    """Walk down at random, and change a field where the walk ends."""
    while True:
        fields = message.ListFields()
        below = [row for row in fields if row[0].message_type and not row[0].message_type.GetOptions().map_entry]
        if not below or random.random() < 0.15:
            break
        field, value = random.choice(below)
        message = value[random.randrange(len(value))] if _repeated(field) else value
    if not fields:
        return
    field, value = random.choice(fields)
    kind = random.randrange(4)
    if kind == 0:
        message.ClearField(field.name)
    elif _repeated(field):
        _in_repeated(random, field, value)
    elif field.message_type is None:
        _set(random, message, field, value)
    else:
        _in_message(random, value)


def _repeated(field: Any) -> bool:
    repeated = getattr(field, "is_repeated", None)
    return bool(field.label == field.LABEL_REPEATED if repeated is None else repeated)


def _in_repeated(random: Random, field: Any, value: Any) -> None:
    if field.message_type and field.message_type.GetOptions().map_entry:
        key = random.choice(list(value))
        del value[key]
    elif random.random() < 0.5:
        del value[random.randrange(len(value))]
    elif field.message_type:
        value.add().CopyFrom(value[random.randrange(len(value))])
    else:
        value.append(value[random.randrange(len(value))])


def _set(random: Random, message: Any, field: Any, value: Any) -> None:
    if isinstance(value, bytes):
        new: Any = of_bytes(random, value)
    elif isinstance(value, str):
        new = random.choice(("", "x", "/", "a:0", "^a", "Const", "PartitionedCall", value + value, value[1:], "é\0"))
    elif isinstance(value, bool):
        new = not value
    else:
        new = random.choice((0, 1, -1, 2, 7, 19, 2**31 - 1, -(2**31), value + 1))
    try:
        setattr(message, field.name, new)
    except (ValueError, TypeError):
        message.ClearField(field.name)


@functools.cache
def sound_hdf5() -> frozenset[bytes]:
    """The HDF5 files among the seeds that h5py opens."""
    return frozenset(data for data in seeds.hdf5_files() if _opens(data))


def _opens(data: bytes) -> bool:
    import h5py  # noqa: PLC0415 - native, and needed by few harnesses

    try:
        with h5py.File(io.BytesIO(data)) as file:
            return file.visititems(lambda *_: None) is None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return False


def of_hdf5(random: Random, data: bytes) -> bytes:
    """The file's bytes changed, or an attribute of it."""
    import h5py  # noqa: PLC0415 - native, and needed by few harnesses

    # libhdf5 opens only what is sound here: a variant could end or hold this process.
    if data not in sound_hdf5() or random.random() < 0.5:
        return of_bytes(random, data)
    buffer = io.BytesIO(data)
    try:
        with h5py.File(buffer, "r+") as file:
            holders = [file]
            file.visititems(lambda _, thing: holders.append(thing))
            _in_hdf5(random, [holder for holder in holders if len(holder.attrs)], file)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError):
        return of_bytes(random, data)
    return buffer.getvalue()


def _in_hdf5(random: Random, holders: list[Any], file: Any) -> None:
    if not holders or random.random() < 0.2:
        name = random.choice(list(file) or ["x"])
        file.pop(name, None)
        return
    attributes = random.choice(holders).attrs
    name = random.choice(list(attributes))
    value = attributes[name]
    if isinstance(value, str | bytes) and value[:1] in ("{", b"{"):
        attributes[name] = of_json(random, value if isinstance(value, bytes) else value.encode()).decode(
            "utf-8", "replace"
        )
    elif random.random() < 0.3:
        del attributes[name]
    else:
        attributes[name] = random.choice(("", "x", 7, [1, 2], b"\xff", "{}", "[]", "null"))


def of_zip(random: Random, data: bytes) -> bytes:
    """The archive's bytes changed, or a member of it."""
    if random.random() < 0.2:
        return of_bytes(random, data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except Exception:  # noqa: BLE001 - a seed that is broken already
        return of_bytes(random, data)
    place = random.randrange(len(members)) if members else 0
    kind = random.randrange(10)
    if kind == 0 and members:
        del members[place]
    elif kind == 1 and members:
        members.append(random.choice(members))
    elif members:
        members[place] = (members[place][0], of_member(random, *members[place]))
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", random.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


_MESSAGES = {
    "saved_model.pb": "tensorflow.SavedModel",
    "keras_metadata.pb": "keras.SavedMetadata",
    "fingerprint.pb": "tensorflow.FingerprintDef",
    ".meta": "tensorflow.MetaGraphDef",
    ".pb": "tensorflow.GraphDef",
}


def of_member(random: Random, name: str, data: bytes) -> bytes:
    """A variant of a file, after what it is."""
    if data[:8] == b"\x89HDF\r\n\x1a\n":
        return of_hdf5(random, data)
    if data[:4] == b"PK\x03\x04":
        return of_zip(random, data)
    if data[:1] in (b"{", b"["):
        return of_json(random, data)
    if name.endswith(".index"):
        return tables.variant(random, data, of_bytes)
    for ending, message in _MESSAGES.items():
        if name.endswith(ending):
            return of_message(random, data, message)
    return of_text(random, data) if data[:64].isascii() else of_bytes(random, data)
