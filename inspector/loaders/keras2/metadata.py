"""Keras' metadata of a SavedModel as each release reads it: from the object graph, or from keras_metadata.pb."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from inspector.codec import json_text
from inspector.loaders.keras2.walk import numbers
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.record import record, replace
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import MetaGraph

MEMBER = "keras_metadata.pb"
_FILE_SINCE = (2, 5)
# Identifiers that Keras revives. Source: constants.KERAS_OBJECT_IDENTIFIERS.
IDENTIFIERS = frozenset(
    {
        "_tf_keras_layer",
        "_tf_keras_input_layer",
        "_tf_keras_network",
        "_tf_keras_model",
        "_tf_keras_sequential",
        "_tf_keras_metric",
        "_tf_keras_rnn_layer",
    }
)
METRIC = "_tf_keras_metric"


@record
class Node:
    """One Keras object: its index in the object graph, its identifier, and its metadata (None: `error` says why)."""

    index: int
    identifier: str
    metadata: dict[str, Any] | None
    error: str | None = None


def file_events(walk: Walk, artifact: Artifact) -> Iterator[Event]:
    """What reading the metadata raises: a file that does not parse, or Keras objects that carry none."""
    damage = artifact.damaged(MEMBER)
    # The file wins over metadata in saved_model.pb: 2.5 wrote both, later releases write the file alone.
    if walk.release >= _FILE_SINCE and artifact.has_member(MEMBER):
        if artifact.keras_metadata is None and damage is not None:
            yield _unparseable(walk, artifact)
        return
    model = artifact.saved_model
    graph = model.meta_graphs[0] if model and model.meta_graphs else None
    bare = next((n for n in graph.objects if n.identifier in IDENTIFIERS and not n.metadata), None) if graph else None
    # `_read_legacy_metadata` in keras/src/saving/legacy/saved_model/load.py: a Keras object without metadata was saved
    # by tf.saved_model.save of 2.5 or later.
    if bare is not None and walk.release >= (2, 6):
        here = replace(walk, pointer=f"object_graph/{bare.index}")
        yield here.problem("KER204", bare.identifier, "ValueError", _not_by_keras(walk, artifact.path))


def _unparseable(walk: Walk, artifact: Artifact) -> Event:
    """The OSError for bytes that are no metadata; what protobuf itself says depends on its release."""
    path = f"{artifact.path}/{MEMBER}"
    package = "tensorflow.python.keras" if walk.release < (2, 7) else "py.keras"
    package = "py.tf_keras" if walk.facts.flavour is KerasFlavour.TF_KERAS else package
    cause = f"Error parsing message with type 'third_party.{package}.protobuf.SavedMetadata'"
    if (4, 0) <= numbers(walk.runtime.packages.get("protobuf")) < (6, 0):  # upb named no type at first
        cause = "Error parsing message"
    text = f"Cannot parse keras metadata {path}: {cause}."
    if walk.release >= (2, 7):
        text = f"Cannot parse keras metadata at path {path}: Received error: {cause}"
    return replace(walk, member=MEMBER).problem("KER203", MEMBER, "OSError", text)


def _not_by_keras(walk: Walk, path: str) -> str:
    if walk.release < (2, 8):
        return (
            "Unable to create a Keras model from this SavedModel. This SavedModel was created with "
            "`tf.saved_model.save`, and lacks the Keras metadata.Please save your Keras model by calling "
            "`model.save`or "
            "`tf.keras.models.save_model`."
        )
    keras = "TF-Keras" if walk.facts.flavour is KerasFlavour.TF_KERAS else "Keras"
    where = f"from SavedModel at {path}" if keras == "TF-Keras" else f"from SavedModel at {path}."
    return (
        f"Unable to create a {keras} model {where} This SavedModel was exported with `tf.saved_model.save`, and "
        "lacks the "
        f"{keras} metadata file. Please save your {keras} model by calling `model.save` or "
        "`tf.keras.models.save_model`. Note that you can still load this SavedModel with `tf.saved_model.load`."
    )


def nodes_of(walk: Walk, artifact: Artifact, graph: MetaGraph) -> list[Node]:
    """Every Keras object in the order in which the release revives them."""
    if walk.release >= _FILE_SINCE and artifact.has_member(MEMBER):
        found = artifact.keras_metadata.nodes if artifact.keras_metadata else ()
        return [_node(item.node_id, item.identifier, item.metadata) for item in found]
    # In the order of the object graph, the root first; the file keeps an order of its own, which decides what is
    # revived first.
    return [_node(n.index, n.identifier, n.metadata) for n in graph.objects if n.identifier in IDENTIFIERS]


@lru_cache(maxsize=256)  # the nodes of the model at hand, whose metadata nobody changes: each runtime asks again
def _node(index: int, identifier: str, text: str) -> Node:
    try:
        value = json_text.parse(text, MEMBER)
    except (MalformedArtifactError, LimitError) as error:
        return Node(index, identifier, None, error.reason)
    return Node(index, identifier, with_tuples(value) if isinstance(value, dict) else {})


def with_tuples(value: Any) -> Any:
    """A value as Keras' own JSON decoder gives it, as far as its text shows in exceptions: tuples are tuples."""
    if isinstance(value, list):
        return [with_tuples(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__tuple__":
        return tuple(with_tuples(item) for item in value.get("items", ()))
    return {key: with_tuples(item) for key, item in value.items()}
