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
        _check_call(session, layer, _input_dtype(model, layer))
        # The `.h5` format has no room for a vocabulary that was adapted; a `.keras` keeps it as an asset.
        # TextVectorization keeps its vocabulary in a StringLookup inside, which the walk of assets names by its
        # attribute.
        filled = f"assets/{place}/vocabulary.txt" in assets or f"assets/{place}/_lookup_layer/vocabulary.txt" in assets
        if empty_table(layer) and not filled:
            raise _not_initialized(layer)


def _input_dtype(model: Thing, layer: Thing) -> str | None:
    """The dtype of the model's input that the layer is called with; None where another layer comes between."""
    inputs = {one.name: one for one in model.layers if one.class_name == "InputLayer"}
    source = layer.calls[0][0][0] if layer.calls and layer.calls[0] else None
    if source is None and model.class_name == "Sequential" and layers_of(model)[:1] == [layer] and len(inputs) == 1:
        source = next(iter(inputs))
    dtype = inputs[source].config.get("dtype") if source in inputs else None
    return dtype if isinstance(dtype, str) else None


def _check_call(session: Session, layer: Thing, dtype: str | None) -> None:
    """What a layer raises when it is called with zeros, or empty strings, of that dtype."""
    kind, config = layer.class_name, layer.config
    if layer.unrestored:
        raise _in_call(layer, "ValueError", "Can't convert Python sequence with mixed types to Tensor.")
    if dtype == "string" and kind == "StringLookup" and config.get("invert"):
        # Inverted, it looks numbers up.
        text = (
            "{{function_node __wrapped__Cast_device_/job:localhost/replica:0/task:0/device:CPU:0}} Cast string to "
            "int64 is not supported [Op:Cast] name: "
        )
        raise _in_call(layer, "UnimplementedError", text)
    floats = dtype is not None and dtype.startswith(("float", "bfloat"))
    if floats and kind == "CategoryEncoding" and config.get("output_mode") == "count" and session.release < (3, 3):
        text = (
            "Value for attr 'TI' of float is not in the list of allowed values: uint8, int8, int32, int64\n\t; "
            "NodeDef: {{node OneHot}}; Op<name=OneHot; signature=indices:TI, depth:int32, on_value:T, off_value:T -> "
            "output:T; attr=axis:int,default=-1; attr=T:type; attr=TI:type,default=DT_INT64,allowed=[DT_UINT8, "
            "DT_INT8, DT_INT32, DT_INT64]> [Op:OneHot] name: "
        )
        raise _in_call(layer, "InvalidArgumentError", text)


def _in_call(layer: Thing, kind: str, text: str) -> LoadFailure:
    """The exception as the layer's `__call__` words it."""
    shown = (
        f"Exception encountered when calling {layer.class_name}.call().\n\n\x1b[1m{text}\x1b[0m\n\n"
        f"Arguments received by {layer.class_name}.call():"
    )
    details = {"class": layer.class_name, "key": "inputs", "value": kind}
    return LoadFailure(kind, shown, "KER103", layer.name, layer.pointer, details)


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
