"""`model.predict` on zeros after a load that succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras3.lookup import empty_table
from inspector.loaders.keras3.native_weights import MODELS, container, layers_of
from inspector.loaders.keras_common.failure import LoadFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing


def predict(session: Session, model: Thing | None) -> None:
    """Raise what one call of the model on zeros raises."""
    if model is None:
        return
    assets = set(session.artifact.keras.assets) if session.artifact.keras else set()
    for place, layer in _layers(model, ""):
        # The `.h5` format has no room for a vocabulary that was adapted; a `.keras` keeps it as an asset.
        filled = f"assets/{place}/vocabulary.txt" in assets or f"assets/{place}/_lookup_layer/vocabulary.txt" in assets
        if empty_table(layer) and not filled:
            raise _not_initialized(layer)


def _layers(model: Thing, place: str) -> Iterator[tuple[str, Thing]]:
    """Every layer with its place in the archive."""
    for name, layer in container(layers_of(model)):
        at = f"{place}/layers/{name}".strip("/")
        yield at, layer
        if layer.class_name in MODELS:
            yield from _layers(layer, at)


def _not_initialized(layer: Thing) -> LoadFailure:
    text = (
        f"Exception encountered when calling {layer.class_name}.call().\n\n\x1b[1m{{{{function_node "
        "__wrapped__LookupTableFindV2_device_/job:localhost/replica:0/task:0/device:CPU:0}} Table not initialized. "
        "[Op:LookupTableFindV2] name: \x1b[0m\n\n"
        f"Arguments received by {layer.class_name}.call():\n  • inputs=tf.Tensor(shape=(1, 1), dtype=string)"
    )
    details = {"expected": "a vocabulary", "found": "an empty table"}
    return LoadFailure("FailedPreconditionError", text, "KER110", layer.name, layer.pointer, details)
