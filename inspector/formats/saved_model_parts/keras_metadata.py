"""What Keras 2 says of its objects: `keras_metadata.pb` from release 2.5 on, before that the object graph itself."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from inspector.codec import json_text
from inspector.formats.whole_proto import read_whole
from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Location
from inspector.terms.keras import KerasMetadata, KerasObjectMetadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.codec.json_text import Note
    from inspector.formats.whole_proto import Whole
    from inspector.terms.graph import SavedModel
    from inspector.tree.interface import Tree

MEMBER = "keras_metadata.pb"
# Parsing once more takes 25 ms for each MB.
MAX_NOTED_TEXT = 8 << 20
MAX_BYTES = 256 << 20  # 2 kB of JSON a layer: a hundred thousand layers


def read(tree: Tree) -> tuple[KerasMetadata | None, Whole | None]:
    """The metadata file: None, None where there is none; None and what is wrong where it does not parse."""
    if not tree.has(MEMBER):
        return None, None
    whole = read_whole(tree, MEMBER, "keras.SavedMetadata", limit=MAX_BYTES)
    # A part of the metadata would describe another model than the one that was saved.
    if whole.message is None or (whole.damage and whole.damage[0].fault):
        return None, whole
    return _metadata(MEMBER, [_node(item) for item in whole.message.nodes]), whole


def oddities(metadata: KerasMetadata | None) -> Iterator[Oddity]:
    """What is odd about the JSON of the objects: keys that come twice, and the like."""
    left = MAX_NOTED_TEXT
    for node in metadata.nodes if metadata else ():
        left -= len(node.metadata)
        if left < 0 or metadata is None:
            return
        notes: list[Note] = []
        with suppress(MalformedArtifactError, LimitError):  # the loader's models say what becomes of those
            json_text.parse(node.metadata, metadata.member, notes)
        for note in notes:
            yield Oddity(note.kind, Location(metadata.member, f"{node.node_path}{note.pointer}"), note.details)


def from_object_graph(model: SavedModel) -> KerasMetadata | None:
    """The metadata that TensorFlow <= 2.4 writes into SavedUserObject; None where no object carries any."""
    if not model.meta_graphs:
        return None
    # Keras looks at the first MetaGraph alone, and so does tf.saved_model.load: TF2 writes no other.
    graph = model.meta_graphs[0].message.object_graph_def
    users = ((index, node.user_object) for index, node in enumerate(graph.nodes) if node.WhichOneof("kind") == _USER)
    found = [_user_object(index, user) for index, user in users if user.metadata]
    return _metadata(model.pb_member, found) if found else None


_USER = "user_object"


def _metadata(member: str, nodes: list[KerasObjectMetadata]) -> KerasMetadata:
    return KerasMetadata(member=member, nodes=tuple(nodes), by_id={node.node_id: node for node in nodes})


def _node(item: Any) -> KerasObjectMetadata:
    return KerasObjectMetadata(
        node_id=item.node_id,
        node_path=item.node_path,
        identifier=item.identifier,
        metadata=item.metadata,
        producer=item.version.producer,
        min_consumer=item.version.min_consumer,
    )


def _user_object(index: int, user: Any) -> KerasObjectMetadata:
    """As the file has it, but without the path: old releases did not write one."""
    return KerasObjectMetadata(
        node_id=index,
        node_path="",
        identifier=user.identifier,
        metadata=user.metadata,
        producer=user.version.producer,
        min_consumer=user.version.min_consumer,
    )
