"""SavedModel folders: `saved_model.pb` (or `.pbtxt`) with variables, assets, Keras metadata and a fingerprint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.formats.meta_graph_views import meta_graph
from inspector.formats.saved_model_parts import assets, fingerprint, keras_metadata
from inspector.formats.tensor_bundle import read_bundle
from inspector.formats.whole_proto import Whole, read_whole
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format, Producer
from inspector.terms.graph import SavedModel, Signature, TensorBundle

if TYPE_CHECKING:
    from inspector.terms.finding import Gap
    from inspector.terms.keras import KerasMetadata
    from inspector.tree.interface import Tree

FORMAT = Format.SAVED_MODEL
PB, PBTXT = "saved_model.pb", "saved_model.pbtxt"
VARIABLES = "variables/variables"  # saved_model/constants.py: VARIABLES_DIRECTORY, VARIABLES_FILENAME
_MESSAGE = "tensorflow.SavedModel"


def detect(tree: Tree) -> bool:
    """A folder with a SavedModel's proto, or with the variables of one whose proto is lost."""
    return tree.has(PB) or tree.has(PBTXT) or tree.has(f"{VARIABLES}.index")


def read(tree: Tree, path: str) -> Artifact:
    """Everything that the folder holds. Broken parts become damage, parts over a limit gaps; nothing is raised."""
    damage: list[Damage] = []
    gaps: list[Gap] = []
    bundle = _variables(tree, damage, gaps)
    model = _model(tree, bundle, damage, gaps)
    keras = _keras_metadata(tree, model, damage, gaps)
    return Artifact(
        path=path,
        format=FORMAT,
        is_directory=True,
        suffix=Path(path).suffix,
        magic=b"",
        producer=_producer(model, keras),
        members=tree.members(),
        saved_model=model,
        keras_metadata=keras,
        signatures=_signatures(model),
        damage=tuple(damage),
        gaps=tuple(gaps),
    )


def _variables(tree: Tree, damage: list[Damage], gaps: list[Gap]) -> TensorBundle | None:
    if not tree.has(f"{VARIABLES}.index"):
        return None
    bundle, broken, unread = read_bundle(tree, VARIABLES)
    damage += broken
    gaps += unread
    return bundle


def _model(tree: Tree, bundle: TensorBundle | None, damage: list[Damage], gaps: list[Gap]) -> SavedModel | None:
    """The binary proto is preferred, as loader_impl.parse_saved_model does it."""
    member = PB if tree.has(PB) or not tree.has(PBTXT) else PBTXT
    whole = _proto(tree, member)
    damage += whole.damage
    gaps += whole.gaps
    if whole.message is None:
        return None
    model = SavedModel(
        pb_member=member,
        meta_graphs=tuple(meta_graph(item) for item in whole.message.meta_graphs),
        variables=bundle,
        schema_version=whole.message.saved_model_schema_version,
        fingerprint=fingerprint.read(tree, damage),
    )
    damage += assets.damage(tree, model)
    if bundle is None and not damage and any(graph.saver for graph in model.meta_graphs):
        damage += _variables_missing(tree, model)
    return model


def _proto(tree: Tree, member: str) -> Whole:
    if not tree.has(member):
        return Whole(
            None, (Damage(member, DamageKind.MISSING, "neither saved_model.pb nor saved_model.pbtxt is here"),)
        )
    return read_whole(tree, member, _MESSAGE, text=member == PBTXT)


def _variables_missing(tree: Tree, model: SavedModel) -> list[Damage]:
    """An object graph with variables needs their bundle; a TF1 saver is asked only where the folder is there."""
    needed = any(node.kind == "variable" for graph in model.meta_graphs for node in graph.objects)
    data = any(item.name.startswith(f"{VARIABLES}.data-") for item in tree.members())
    if not needed and not data:
        return []
    return [Damage(f"{VARIABLES}.index", DamageKind.MISSING, "the index of the variables is not here")]


def _keras_metadata(
    tree: Tree, model: SavedModel | None, damage: list[Damage], gaps: list[Gap]
) -> KerasMetadata | None:
    found, whole = keras_metadata.read(tree)
    if whole is None:
        return None if model is None else keras_metadata.from_object_graph(model)
    damage += whole.damage
    gaps += whole.gaps
    return found


def _producer(model: SavedModel | None, keras: KerasMetadata | None) -> Producer:
    versions = [graph.tensorflow_version for graph in model.meta_graphs] if model else []
    return Producer(
        tensorflow=next((version for version in versions if version), None),
        keras=_keras_version(keras) if keras else None,
    )


def _keras_version(keras: KerasMetadata) -> str | None:
    """`keras_version` of the root model's metadata, which is JSON that may be broken."""
    for node in keras.nodes:
        if '"keras_version"' not in node.metadata:
            continue
        try:
            value = json.loads(node.metadata).get("keras_version")
        except (ValueError, AttributeError, RecursionError):
            return None
        return value if isinstance(value, str) else None
    return None


def _signatures(model: SavedModel | None) -> dict[str, Signature]:
    """Those of the MetaGraph that loaders take by default: tagged `serve`, else the only one."""
    graphs = model.meta_graphs if model else ()
    chosen = next((graph for graph in graphs if set(graph.tags) == {"serve"}), graphs[0] if graphs else None)
    return dict(chosen.signatures) if chosen else {}
