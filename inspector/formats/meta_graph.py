"""`.meta` files: the MetaGraphDef that `tf.compat.v1.train.Saver` writes beside a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.formats.common import HEAD
from inspector.formats.meta_graph_views import meta_graph
from inspector.formats.whole_proto import read_whole
from inspector.terms.artifact import Artifact, Format, Producer
from inspector.terms.graph import SavedModel

if TYPE_CHECKING:
    from inspector.tree.interface import Tree

FORMAT = Format.META_GRAPH
_TEXT_START = b"meta_info_def"


def detect(tree: Tree) -> bool:
    """A single file with the suffix that Saver gives: a MetaGraphDef begins like many other messages."""
    members = tree.members()
    return len(members) == 1 and members[0].name.endswith(".meta")


def read(tree: Tree, path: str) -> Artifact:
    """The MetaGraph of the file, as the only one of a SavedModel without variables; `graph` is its graph."""
    member = Path(path).name
    head = tree.head(member, HEAD)
    # export_meta_graph(as_text=True) writes the text form under the same suffix.
    whole = read_whole(tree, member, "tensorflow.MetaGraphDef", text=head.lstrip().startswith(_TEXT_START))
    view = None if whole.message is None else meta_graph(whole.message)
    return Artifact(
        path=path,
        format=FORMAT,
        is_directory=False,
        suffix=Path(path).suffix,
        magic=head[:8],
        producer=Producer(tensorflow=view.tensorflow_version or None if view else None),
        members=tree.members(),
        saved_model=None if view is None else SavedModel(member, (view,), None, 0, None),
        signatures=dict(view.signatures) if view else {},
        damage=whole.damage,
        gaps=whole.gaps,
        text_errors=whole.text_errors,
        oddities=whole.oddities,
    )
