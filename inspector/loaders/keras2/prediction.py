"""What calling the loaded model once on zeros raises: layers that need a device or a table that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact


def predict_events(walk: Walk, artifact: Artifact, capabilities: Capabilities) -> Iterator[Event]:
    """What `model.predict(zeros)` raises after a load that went well."""
    del walk, artifact, capabilities
    yield from ()
