"""Graphs in files that are not what their name says, or that parse as more than one message.

A GraphDef's library and a SavedModel's MetaGraphs have the same field number, so the bytes of one file can be both: who
scans one reading vouches for the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.table import table
from inspector.audit.graph.units import Unit
from inspector.codec.protobuf import MAX_BYTES, parse, parses
from inspector.formats.graph_views import GraphView
from inspector.formats.meta_graph_views import meta_graph
from inspector.terms.errors import LimitError
from inspector.tree.local import LocalTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from inspector.terms.artifact import Artifact

_GRAPH_DEF, _META_GRAPH, _SAVED_MODEL = "tensorflow.GraphDef", "tensorflow.MetaGraphDef", "tensorflow.SavedModel"
# What the readers say of such a file, and the message that it is (formats/whole_proto.py).
_HOLDS = {
    "the file holds a SavedModel": _SAVED_MODEL,
    "the file holds a MetaGraphDef": _META_GRAPH,
    "the file holds a GraphDef": _GRAPH_DEF,
}


def other_units(artifact: Artifact) -> Iterator[Unit]:
    """The graphs of such files."""
    for damage in artifact.damage:
        if damage.reason in _HOLDS:
            name, data = _HOLDS[damage.reason], _bytes(artifact, damage.member)
            if parses(name, data):
                yield from _of_message(damage.member, name, parse(name, data, damage.member))
    message = getattr(artifact.graph, "message", None)
    # What a GraphDef cannot hold makes the file longer than its message: else it has no other reading.
    if message is not None and message.HasField("library") and message.ByteSize() != artifact.size:
        yield from _beside_graph_def(artifact)


def _bytes(artifact: Artifact, member: str) -> bytes:
    """The file again; nothing where it has changed since it was read, for which the reader's own finding stands."""
    try:
        return LocalTree(artifact.path).read(member, MAX_BYTES)
    except (LimitError, OSError, KeyError):
        return b""


def _of_message(member: str, name: str, message: Any) -> Iterator[Unit]:
    if name == _GRAPH_DEF:
        yield Unit(member, "", GraphView(message))
        return
    for item in message.meta_graphs if name == _SAVED_MODEL else [message]:
        meta = meta_graph(item)
        yield Unit(member, ",".join(meta.tags), meta.graph, meta)


def _beside_graph_def(artifact: Artifact) -> Iterator[Unit]:
    """A frozen graph's file read as a SavedModel and as a MetaGraphDef."""
    member = artifact.path.replace("\\", "/").rpartition("/")[2]
    data = _bytes(artifact, member)
    for name, title in ((_SAVED_MODEL, "as a SavedModel"), (_META_GRAPH, "as a MetaGraphDef")):
        for unit in _of_message(member, name, parse(name, data, member)) if parses(name, data) else ():
            # The same file has places in each of its readings: they must not be mistaken for each other.
            unit.label = "/".join(part for part in (title, unit.label) if part)
            yield from _known(unit)


def _known(unit: Unit) -> Iterator[Unit]:
    """The unit, if the bytes were meant so: chance gives no op that TensorFlow has."""
    if any(op in table().recorded for ops in unit.ops.values() for op in ops):
        yield unit
