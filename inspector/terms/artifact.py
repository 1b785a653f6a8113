"""The artifact: what every format's reader yields, with no target in sight."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.terms.finding import Location
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.audit import Oddity
    from inspector.terms.finding import Gap
    from inspector.terms.graph import Graph, SavedModel, Signature, TensorBundle
    from inspector.terms.keras import Hdf5File, KerasMetadata, KerasModel


class Format(StrEnum):
    """On-disk formats; the values are part of the public contract."""

    SAVED_MODEL = "saved_model"
    KERAS = "keras"
    KERAS_H5 = "keras_h5"
    WEIGHTS_H5 = "weights_h5"
    CHECKPOINT = "checkpoint"
    GRAPH_DEF = "graph_def"
    KERAS_JSON = "keras_json"
    KERAS_YAML = "keras_yaml"
    META_GRAPH = "meta_graph"
    TFLITE = "tflite"
    TFJS = "tfjs"
    TF_HUB_MODULE = "tf_hub_module"
    UNKNOWN = "unknown"


# Of formats that no loader judged here opens: what they are, and what opens them.
UNJUDGED = {
    Format.TFLITE: "a TensorFlow Lite model: tf.lite.Interpreter runs it",
    Format.TFJS: "a TensorFlow.js model: its own runtime in JavaScript opens it",
    Format.TF_HUB_MODULE: "a TF1 hub module: hub.Module of tensorflow_hub opens it",
    Format.META_GRAPH: "a MetaGraph: tf.compat.v1.train.import_meta_graph opens it",
    Format.KERAS_JSON: "an architecture without weights: keras.models.model_from_json opens it",
    Format.KERAS_YAML: "an architecture without weights: keras.models.model_from_yaml opened it, before TensorFlow 2.6",
    Format.UNKNOWN: "no model of a format that is known here",
}


class DamageKind(StrEnum):
    """What is wrong with the bytes."""

    MISSING = "missing"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    LFS_POINTER = "lfs-pointer"
    HTML = "html"
    CRLF = "crlf-mangled"
    WRONG_FORMAT = "wrong-format"
    UNPARSEABLE = "unparseable"
    CORRUPT = "corrupt"


@record
class Damage:
    """Broken bytes, named for what they are. `member` as in Location; `offset` None where no byte can be named.

    `fault` is set where a protobuf parser refuses the file: `truncated`, `corrupt`, `utf-8`, or `end-group`, which
    releases before 4 only warn about and then go on with what they have read. Text protos: `text`, `reason` the error.
    """

    member: str
    kind: DamageKind
    reason: str
    offset: int | None = None
    fault: str = ""


@record
class TextError:
    """Where a text proto names what old releases do not know: TensorFlow before `since` raises ParseError `text`."""

    since: str
    text: str


@record
class Member:
    """A file of the artifact: path inside it, size in bytes."""

    name: str
    size: int


@record
class Producer:
    """What wrote the artifact, as far as it says so."""

    tensorflow: str | None = None
    keras: str | None = None
    python: str | None = None


@record
class Artifact:
    """A model as read. Exactly the parts that its format has are set; `path` is as the user gave it.

    `is_directory`, `magic` (first 8 bytes of the file) and `suffix` are what loaders dispatch on.
    """

    path: str
    format: Format
    is_directory: bool
    suffix: str
    magic: bytes
    producer: Producer = field(default_factory=Producer)
    members: tuple[Member, ...] = ()
    saved_model: SavedModel | None = None
    keras_metadata: KerasMetadata | None = None
    keras: KerasModel | None = None
    graph: Graph | None = None
    bundle: TensorBundle | None = None
    weights: Hdf5File | None = None
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    damage: tuple[Damage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    # What the loaders' own tests of a single file say: `zipfile.is_zipfile`, where an HDF5 signature stands (libhdf5
    # looks at 0, 512, 1024, 2048, ...), and libhdf5's words where it can't open the file (None: it opens).
    is_zip: bool = False
    hdf5_signature_offset: int | None = None
    hdf5_error: str | None = None
    size: int = 0
    # In the order of the text: the first one that the release does not know is raised. Empty for binary protos.
    text_errors: tuple[TextError, ...] = ()
    # What readers noticed in the containers that no normal writer makes; the security rules judge it.
    oddities: tuple[Oddity, ...] = ()
    # What was worked out of the artifact once for every target, as in Graph.
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def whole(self) -> Location:
        """The place of the artifact as a whole: its own name, for paths of the machine say nothing to other readers."""
        # `.` has no last part.
        return Location(Path(self.path).name or self.path)

    def damaged(self, member: str) -> Damage | None:
        """The first damage of that member, or None."""
        # The first is the one that stops its reader: what comes behind it was never reached.
        return next((d for d in self.damage if d.member == member), None)

    def has_member(self, name: str) -> bool:
        """Whether a file of that path lies in the artifact."""
        return any(m.name == name for m in self.members)
