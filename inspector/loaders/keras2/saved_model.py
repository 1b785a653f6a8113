"""Models `load_model` of a SavedModel folder: Keras' metadata, the objects revived from it, TensorFlow's own loader."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact


def saved_model_events(
    walk: Walk, artifact: Artifact, capabilities: Capabilities, *, compiling: bool
) -> Iterator[Event]:
    """What loading that folder raises."""
    del artifact, capabilities, compiling
    yield walk.gap("SavedModels are not judged for this loader yet")
