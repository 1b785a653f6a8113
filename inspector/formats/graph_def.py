"""Frozen graphs: a GraphDef in one file, binary or text, told by content."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.codec.protobuf import ProtobufError, fields
from inspector.formats.common import HEAD
from inspector.formats.graph_views import GraphView, size_gap
from inspector.formats.whole_proto import read_whole
from inspector.terms.artifact import Artifact, Format

if TYPE_CHECKING:
    from inspector.tree.interface import Tree

FORMAT = Format.GRAPH_DEF
_MESSAGE = "tensorflow.GraphDef"
# What a GraphDef in text form can begin with: its fields, a comment.
_TEXT_STARTS = (b"node {", b"node{", b"node:", b"library {", b"versions {", b"#")
# Field numbers of tensorflow/core/framework/graph.proto. Protobuf has no signature: these are all there is to go by.
_NODE, _LIBRARY, _VERSION, _VERSIONS, _DEBUG_INFO = 1, 2, 3, 4, 5
_BYTES = 2


def detect(tree: Tree) -> bool:
    """A single file that starts as a GraphDef does, in binary or text form."""
    members = tree.members()
    if len(members) != 1:
        return False
    head = tree.head(members[0].name, HEAD)
    return is_text(head) or _starts_as_graph(head)


def read(tree: Tree, path: str) -> Artifact:
    """The graph of a single file; a file that does not parse becomes damage."""
    member = Path(path).name
    head = tree.head(member, HEAD)
    whole = read_whole(tree, member, _MESSAGE, text=is_text(head))
    too_large = None if whole.message is None else size_gap(member, [whole.message])
    return Artifact(
        path=path,
        format=FORMAT,
        is_directory=False,
        suffix=Path(path).suffix,
        magic=head[:8],
        members=tree.members(),
        graph=None if whole.message is None or too_large else GraphView(whole.message),
        damage=whole.damage,
        gaps=(*whole.gaps, too_large) if too_large else whole.gaps,
        text_errors=whole.text_errors,
        oddities=whole.oddities,
    )


def is_text(head: bytes) -> bool:
    """Whether a file that begins so is a text proto. A binary one begins with a tag below 0x30 and a length."""
    return head.lstrip(b" \t\r\n").startswith(_TEXT_STARTS)


def _starts_as_graph(head: bytes) -> bool:
    """Whether the first field is one of a GraphDef's, and a node's first field its name."""
    try:
        number, wire, start, _ = next(fields(head, declared=True))
    except (ProtobufError, StopIteration):
        return False
    if number == _NODE and wire == _BYTES:
        return head[start : start + 1] == b"\x0a"
    return number in {_LIBRARY, _VERSIONS, _DEBUG_INFO} and wire == _BYTES
