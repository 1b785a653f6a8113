"""SavedModel folders: `saved_model.pb` (or `.pbtxt`) with variables, assets, Keras metadata and a fingerprint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.formats.disguises import disguises
from inspector.formats.graph_views import size_gap
from inspector.formats.meta_graph_views import meta_graph
from inspector.formats.saved_model_parts import assets, fingerprint, keras_metadata
from inspector.formats.tensor_bundle import read_bundle
from inspector.formats.whole_proto import Whole, read_whole
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format, Producer
from inspector.terms.audit import Oddity
from inspector.terms.finding import Gap, Location
from inspector.terms.graph import SavedModel, Signature, TensorBundle
from inspector.terms.record import replace

if TYPE_CHECKING:
    from inspector.terms.keras import KerasMetadata
    from inspector.tree.interface import Tree

FORMAT = Format.SAVED_MODEL
PB, PBTXT, CPB = "saved_model.pb", "saved_model.pbtxt", "saved_model.cpb"
VARIABLES = "variables/variables"  # saved_model/constants.py: VARIABLES_DIRECTORY, VARIABLES_FILENAME
_MESSAGE = "tensorflow.SavedModel"
# What every SavedModel holds, and is read for itself.
_KNOWN = (PB, PBTXT, CPB, "keras_metadata.pb", "fingerprint.pb", f"{VARIABLES}.index", f"{VARIABLES}.data-")


def detect(tree: Tree) -> bool:
    """A folder with a SavedModel's proto, or with the variables of one whose proto is lost."""
    return tree.has(PB) or tree.has(PBTXT) or tree.has(f"{VARIABLES}.index")


def read(tree: Tree, path: str) -> Artifact:
    """Everything that the folder holds. Broken parts become damage, parts over a limit gaps; nothing is raised."""
    damage: list[Damage] = []
    gaps: list[Gap] = []
    whole = _judgeable(_proto(tree))
    damage += whole.damage
    gaps += whole.gaps
    bundle = _variables(tree, damage, gaps)
    model = None if whole.message is None else _model(tree, whole.message, bundle, damage)
    keras, odd = _keras_metadata(tree, model, damage, gaps)
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
        text_errors=whole.text_errors,
        oddities=(*whole.oddities, *odd, *_tampered(tree, model), *disguises(tree, _KNOWN)),
    )


def _tampered(tree: Tree, model: SavedModel | None) -> tuple[Oddity, ...]:
    hashes = None if model is None else model.fingerprint
    return tuple(fingerprint.mismatch(tree, hashes, f"{VARIABLES}.index"))


def _variables(tree: Tree, damage: list[Damage], gaps: list[Gap]) -> TensorBundle | None:
    if not tree.has(f"{VARIABLES}.index"):
        return None
    bundle, broken, unread = read_bundle(tree, VARIABLES)
    damage += broken
    gaps += unread
    return bundle


def _proto(tree: Tree) -> Whole:
    """The binary proto is preferred, as loader_impl.parse_saved_model does it."""
    if tree.has(PB):
        return read_whole(tree, PB, _MESSAGE)
    if tree.has(PBTXT):
        return read_whole(tree, PBTXT, _MESSAGE, text=True)
    missing = Damage(PB, DamageKind.MISSING, "neither saved_model.pb nor saved_model.pbtxt is here")
    return replace(_chunked(), damage=(missing,)) if tree.has(CPB) else Whole(None, (missing,))


def _chunked() -> Whole:
    """The form for models over 2 GiB: TensorFlow's C++ loader takes it, its Python loader (2.21.0) does not."""
    place, reason = Location(CPB), "a SavedModel in chunks is not read"
    return Whole(None, gaps=(Gap(place, reason),), oddities=(Oddity("proto-limit", place, {"reason": reason}),))


def _judgeable(whole: Whole) -> Whole:
    """Without the message where its graphs are too large."""
    graphs = [] if whole.message is None else [item.graph_def for item in whole.message.meta_graphs]
    gap = size_gap(PB, graphs)
    return whole if gap is None else Whole(None, whole.damage, (*whole.gaps, gap), oddities=whole.oddities)


def _model(tree: Tree, message: Any, bundle: TensorBundle | None, damage: list[Damage]) -> SavedModel:
    model = SavedModel(
        pb_member=PB if tree.has(PB) else PBTXT,
        meta_graphs=tuple(meta_graph(item) for item in message.meta_graphs),
        variables=bundle,
        schema_version=message.saved_model_schema_version,
        fingerprint=fingerprint.read(tree, damage),
    )
    damage += assets.damage(tree, model)
    if not tree.has(f"{VARIABLES}.index"):
        damage += _variables_missing(tree, model)
    return model


def _variables_missing(tree: Tree, model: SavedModel) -> list[Damage]:
    """Variables of the object graph need the bundle, and so do shards without an index; a constant model has none."""
    # TF1 keeps its variables in the graph: there the loader's own restore op says what is missing.
    needed = any(node.kind == "variable" for graph in model.meta_graphs for node in graph.objects)
    if not needed and not any(item.name.startswith(f"{VARIABLES}.data-") for item in tree.members()):
        return []
    return [Damage(f"{VARIABLES}.index", DamageKind.MISSING, "the index of the variables is not here")]


def _keras_metadata(
    tree: Tree, model: SavedModel | None, damage: list[Damage], gaps: list[Gap]
) -> tuple[KerasMetadata | None, tuple[Oddity, ...]]:
    found, whole = keras_metadata.read(tree)
    if whole is None:
        # Keras from 2.5 on does the same where the file is missing ("SavedModel saved prior to TF 2.5 detected",
        # keras/src/saving/legacy/saved_model/load.py).
        found = None if model is None else keras_metadata.from_object_graph(model)
        return found, tuple(keras_metadata.oddities(found))
    damage += whole.damage
    gaps += whole.gaps
    return found, whole.oddities + tuple(keras_metadata.oddities(found))


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
            # Only where the text names it at all: parsing the metadata of every layer to find one key would cost more
            # than the rest.
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
