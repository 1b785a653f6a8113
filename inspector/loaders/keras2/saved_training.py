"""Models compiling a model that was revived from a SavedModel, from the training config in its root's metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.training import compile_events
from inspector.loaders.keras2.walk import until_problem
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.metadata import Node
    from inspector.loaders.keras2.walk import Event, Walk

_MODELS = frozenset({"_tf_keras_model", "_tf_keras_network", "_tf_keras_sequential"})
# Up to 2.0 a network is revived as one that cannot be compiled.
_MODELS_BEFORE_2_1 = frozenset({"_tf_keras_model", "_tf_keras_sequential"})


def training_events(walk: Walk, nodes: Sequence[Node]) -> Iterator[Event]:
    """What compiling the root raises, where it is a model that was compiled."""
    models = _MODELS if walk.release >= (2, 1) else _MODELS_BEFORE_2_1
    # `loaded["root"]` alone is compiled: the training config of a model inside it is never read.
    root = next((node for node in nodes if node.index == 0 and node.identifier in models), None)
    config = root.metadata.get("training_config") if root and root.metadata else None
    if root is None or config is None:
        return
    here = replace(walk, pointer="object_graph/0/metadata/training_config")
    yield from until_problem(lambda: compile_events(here, config), lambda: _outputs(here, root, config))


def _outputs(walk: Walk, root: Node, config: Mapping[str, Any]) -> Iterator[Event]:
    """Up to 2.0 a revived functional model has outputs named output_1, ...: losses by name do not fit them."""
    losses = config.get("loss")
    if walk.release >= (2, 1) or root.identifier != "_tf_keras_model" or not isinstance(losses, dict):
        return
    if "class_name" in losses:
        return
    expected = [f"output_{index + 1}" for index in range(len(losses))]
    text = f"Unknown entries in loss dictionary: {list(losses)}. Only expected following keys: {expected}"
    yield walk.at("loss").problem("KER134", "loss", "ValueError", text)
