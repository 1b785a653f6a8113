"""Bytes made to cost time, memory or stack: each is answered quickly, with damage or a gap."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import inspector
from inspector.formats import graph_views


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def nested(depth: int) -> bytes:
    """A node whose one attribute is a function whose one attribute is a function ..."""
    value = b""
    for _ in range(depth):
        value = field(10, field(2, field(1, b"f") + field(2, value)))
    return field(1, field(2, b"Op") + field(5, field(1, b"f") + field(2, value)))


HOSTILE = {
    "nesting.pb": nested(2_000),
    "fields.pb": b"\x18\x01" * 2_000_000 + b"\x0a\x7f",
    "functions.pb": field(2, field(1, field(1, field(1, b"f"))) * 20_000),
    "cycle.pb": field(2, field(1, field(1, field(1, b"f")) + field(3, field(1, b"n") + field(2, b"f")))),
    "text.pbtxt": b"node { attr { value { list {" * 10_000,
    "lengths.pb": b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_answered_quickly(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(HOSTILE[name])
    start = time.process_time()
    artifact = inspector.read(str(tmp_path / name))
    report = inspector.check(artifact, None)
    assert time.process_time() - start < 5
    assert report.to_dict()["artifact"]["format"] == "graph_def"


def test_too_many_nodes_are_a_gap(tmp_path, monkeypatch):
    monkeypatch.setattr(graph_views, "MAX_NODES", 10)
    (tmp_path / "many.pb").write_bytes(field(1, field(2, b"Op")) * 11)
    artifact = inspector.read(str(tmp_path / "many.pb"))
    assert artifact.graph is None
    assert "11 nodes" in artifact.gaps[0].reason


def test_unreadable_files_are_the_users_matter(tmp_path, monkeypatch):
    path = tmp_path / "graph.pb"
    path.write_bytes(b"\x0a\x02\x12\x00")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(inspector.UsageError, match="Permission denied"):
        inspector.read(str(path))
