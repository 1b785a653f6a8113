"""`keras.models.load_model` and `model.predict`, answered by whichever Keras the runtime has."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Outcome


def outcomes(artifact: Artifact, capabilities: Capabilities) -> Iterator[Outcome]:
    """What every call of the loader does there; nothing where the runtime has no Keras."""
    flavour = capabilities.runtime.keras_flavour
    if flavour is KerasFlavour.NONE:
        return
    # By name, so that only one of the two is imported: a load needs no other (cold start).
    module = "inspector.loaders.keras3.model" if flavour is KerasFlavour.KERAS3 else "inspector.loaders.keras2"
    yield from importlib.import_module(module).outcomes(artifact, capabilities)
