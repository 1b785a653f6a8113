"""Record in which TensorFlow release each field and enum value of our messages first appears.

Text protos of a newer TensorFlow fail in an older one at the first field that it does not know. Usage:
`python protos/history.py VERSION=SITE_PACKAGES ...`; generated modules are read as source, nothing is imported.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf import descriptor_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator

CODEC = Path(__file__).resolve().parent.parent / "inspector" / "codec"
TARGET = CODEC / "field_history.json"


def main(arguments: list[str]) -> None:
    """Write the names that the oldest release lacks, each with the first release that has it."""
    releases = sorted((tuple(map(int, version.split("."))), Path(root)) for version, _, root in map(_split, arguments))
    since: dict[str, str] = {}
    for version, root in releases:
        for name in _names_of_release(root):
            since.setdefault(name, ".".join(map(str, version)))
    oldest = ".".join(map(str, releases[0][0]))
    ours = descriptor_pb2.FileDescriptorSet.FromString((CODEC / "descriptors.binpb").read_bytes())
    known = {name for proto in ours.file for name in _names(proto)}
    newer = {name: version for name, version in sorted(since.items()) if version != oldest and name in known}
    TARGET.write_text(json.dumps({"oldest": oldest, "since": newer}, indent=0) + "\n", encoding="utf-8")


def _split(argument: str) -> tuple[str, str, str]:
    return argument.partition("=")


def _names_of_release(root: Path) -> set[str]:
    files = {*root.glob("tensorflow*/core/framework/*_pb2.py"), *root.glob("tensorflow*/core/protobuf/*_pb2.py")}
    return {name for file in files for proto in _protos(file) for name in _names(proto)}


def _protos(file: Path) -> Iterator[descriptor_pb2.FileDescriptorProto]:
    """The serialized descriptor in a generated module: a constant, bytes or (before protobuf 3.12) latin-1 text."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            data = node.value.encode("latin-1", "replace") if isinstance(node.value, str) else node.value
            if data.startswith(b"\n") and b"proto3" in data[-20:]:
                yield descriptor_pb2.FileDescriptorProto.FromString(data)


def _names(proto: descriptor_pb2.FileDescriptorProto) -> Iterator[str]:
    if proto.package != "tensorflow":
        return
    for message in proto.message_type:
        yield from _message(message, "tensorflow")
    for enum in proto.enum_type:
        yield from (f"tensorflow.{enum.name}:{value.name}" for value in enum.value)


def _message(message: descriptor_pb2.DescriptorProto, scope: str) -> Iterator[str]:
    name = f"{scope}.{message.name}"
    yield from (f"{name}:{field.name}" for field in message.field)
    for inner in message.nested_type:
        yield from _message(inner, name)
    for enum in message.enum_type:
        yield from (f"{name}.{enum.name}:{value.name}" for value in enum.value)


if __name__ == "__main__":
    main(sys.argv[1:])
