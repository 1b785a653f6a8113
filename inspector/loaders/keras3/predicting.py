"""`model.predict` on zeros after a load that succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras3.lookup import empty_table
from inspector.loaders.keras3.native_weights import MODELS, container, layers_of
from inspector.loaders.keras_common import zero_calls
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.session import release_of
from inspector.loaders.keras_common.shapes import output_shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape, Thing


def predict(session: Session, model: Thing | None) -> None:
    """Raise what one call of the model on zeros raises."""
    if model is None:
        return
    fed = {step.name: given for step, given in zero_calls.fed(_steps(model))}
    assets = set(session.artifact.keras.assets) if session.artifact.keras else set()
    for operation in model.operations:
        _check_operation(session, operation)
    for place, layer in _layers(model, ""):
        _check_call(session, layer, _input_dtype(model, layer))
        _check_kernel(session, layer, fed.get(layer.name) if layer in model.layers else None)
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


def _steps(model: Thing) -> Iterator[zero_calls.Step]:
    """The model's layers as far as each has one input."""
    before: str | None = None
    for layer in model.layers:
        calls = layer.calls[0] if layer.calls else []
        source = before if model.class_name == "Sequential" else (calls[0][0] if len(calls) == 1 else None)
        starts = layer.class_name == "InputLayer" or (model.class_name == "Sequential" and before is None)
        shape = (layer.outputs[0] if layer.outputs else _declared(layer)) if layer.class_name == "InputLayer" else None
        declared = (shape or layer.build_shape) if starts else None
        yield zero_calls.Step(layer.name, layer.class_name, layer.config, source, declared)
        before = layer.name


def _declared(layer: Thing) -> Shape | None:
    return output_shape("InputLayer", layer.config, None)


def _check_kernel(session: Session, layer: Thing, given: tuple[int, ...] | None) -> None:
    """What TensorFlow's kernels, and what Keras says of a size, raise for zeros of that shape."""
    found = release_of(session.runtime.tensorflow or "2.16")
    call = zero_calls.ZeroCall(layer.class_name, layer.config, given, (found[0], found[1]), "AddV2")
    if layer.facts is None:
        return
    raised = zero_calls.raised(call) or _scaled_apart(layer, given) or _no_image(session, layer, given)
    if raised is not None:
        raise _in_call(layer, *raised)
    if layer.class_name == "RNN" and given is not None and len(given) == 2:  # noqa: PLR2004 - no steps to go through
        text = (
            "{{function_node __wrapped__StridedSlice_device_/job:localhost/replica:0/task:0/device:CPU:0}} Index out "
            "of range using input dim 2; input has only 2 dims [Op:StridedSlice]"
        )
        raise _in_call(layer, "InvalidArgumentError", text)
    cropping = zero_calls.cropped_away(layer.class_name, layer.config, given)
    if cropping is not None:
        text = "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input."
        if layer.class_name == "Cropping1D":
            text = "`cropping` parameter of `Cropping1D` layer must be smaller than the input length."
        raise _in_call(layer, "ValueError", f"{text} Received: inputs.shape={given}, cropping={cropping}")


# Image layers that look at the rank themselves, and those that index the shape (3.9 and 3.13 were seen to).
_RANKED = frozenset(
    {"AutoContrast", "RandomColorDegeneration", "RandomErasing", "RandomInvert", "RandomSharpness", "RandomZoom",
     "Solarization"}
)  # fmt: skip
_INDEXED = frozenset({"CutMix", "RandomPerspective", "RandomTranslation", "Resizing"})


def _no_image(session: Session, layer: Thing, given: tuple[int, ...] | None) -> tuple[str, str] | None:
    """Symbolic calls of image layers give their input's shape back; data of another rank is refused."""
    if given is None or len(given) > 2 or session.release < (3, 9):  # noqa: PLR2004 - height, width, channels
        return None
    if layer.class_name in _INDEXED:
        return "IndexError", "tuple index out of range"
    if layer.class_name not in _RANKED:
        return None
    text = f"Expected image tensor to have rank 3 (single image) or 4 (batch of images). Received: data.shape={given}"
    return "ValueError", text


def _scaled_apart(layer: Thing, given: tuple[int, ...] | None) -> tuple[str, str] | None:
    """The scale of an RMSNormalization stands at the last axes whatever axes it was made for."""
    axes = layer.config.get("axis", -1)
    axes = [axes] if isinstance(axes, int) else axes
    if layer.class_name != "RMSNormalization" or given is None or not isinstance(axes, list | tuple):
        return None
    scale = [given[axis] for axis in sorted(axes)]
    if all(a in {1, b} or b == 1 for a, b in zip(scale[::-1], given[::-1], strict=False)):
        return None
    sizes, ends = (str(list(one)).replace(" ", "") for one in (given, scale))
    text = (
        "{{function_node __wrapped__Mul_device_/job:localhost/replica:0/task:0/device:CPU:0}} Incompatible shapes: "
        f"{sizes} vs. {ends} [Op:Mul]"
    )
    return "InvalidArgumentError", text


# Functions of keras.activations that need more than the tensor: keras/src/activations/activations.py.
_NEEDS_MORE = {"threshold": "threshold() missing 2 required positional arguments: 'threshold' and 'default_value'"}


def _function_name(identifier: object) -> str:
    """The name of a built-in function, stored bare or as a serialized object."""
    if isinstance(identifier, dict):
        identifier = identifier.get("config")
    return identifier if isinstance(identifier, str) else ""


def _check_call(session: Session, layer: Thing, dtype: str | None) -> None:
    """What a layer raises when it is called with zeros, or empty strings, of that dtype."""
    kind, config = layer.class_name, layer.config
    if kind == "RandomGrayscale" and session.release < (3, 11):
        # Its `compute_output_spec` gives the input itself back: the graph then has no tensor of that name to fill.
        text = (
            "'Exception encountered when calling Functional.call().\\n\\n\\x1b[1m0\\x1b[0m\\n\\nArguments received by "
            "Functional.call():'"
        )
        details = {"class": kind, "key": "inputs", "value": "KeyError"}
        raise LoadFailure("KeyError", text, "KER103", layer.name, layer.pointer, details)
    if layer.unrestored:
        raise _in_call(layer, "ValueError", "Can't convert Python sequence with mixed types to Tensor.")
    if dtype == "string" and kind == "StringLookup" and config.get("invert"):
        # Inverted, it looks numbers up.
        text = (
            "{{function_node __wrapped__Cast_device_/job:localhost/replica:0/task:0/device:CPU:0}} Cast string to "
            "int64 is not supported [Op:Cast] name: "
        )
        raise _in_call(layer, "UnimplementedError", text)
    if dtype == "string" and kind in {"Dense", "EinsumDense"}:
        raise _in_call(layer, "ValueError", "dtype='string' is not a valid dtype for Keras type promotion.")
    # The constructor only looks the function up; nothing but data calls it, since Keras works the shape out by itself.
    lacking = _NEEDS_MORE.get(_function_name(config.get("activation"))) if layer.kind == "layer" else None
    if lacking is not None:
        raise _in_call(layer, "TypeError", lacking)
    floats = dtype is not None and dtype.startswith(("float", "bfloat"))
    # `one_hot` of the backend casts its input since 3.3; `multi_hot` always did (keras/src/backend/tensorflow/nn.py).
    mode = config.get("output_mode")
    if floats and kind == "CategoryEncoding" and mode in {"count", "one_hot"} and session.release < (3, 3):
        text = (
            "Value for attr 'TI' of float is not in the list of allowed values: uint8, int8, int32, int64\n\t; "
            "NodeDef: {{node OneHot}}; Op<name=OneHot; signature=indices:TI, depth:int32, on_value:T, off_value:T -> "
            "output:T; attr=axis:int,default=-1; attr=T:type; attr=TI:type,default=DT_INT64,allowed=[DT_UINT8, "
            "DT_INT8, DT_INT32, DT_INT64]> [Op:OneHot] name: "
        )
        raise _in_call(layer, "InvalidArgumentError", text)


_LIKE = frozenset({"ZerosLike", "OnesLike"})


def _check_operation(session: Session, layer: Thing) -> None:
    """Operations whose symbolic call takes what their call on data does not."""
    shape = layer.config.get("newshape")
    if layer.class_name == "Reshape" and isinstance(shape, list | tuple) and None in shape:
        # `ops.shape` of a symbolic tensor has None for the batch, which stays in the config.
        text = "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor."
        raise _in_call(layer, "ValueError", text)
    if layer.class_name in _LIKE and "dtype" in layer.keywords and session.release >= (3, 11):
        text = (
            f"Exception encountered when calling Functional.call().\n\n\x1b[1m{layer.class_name}.call() got an "
            "unexpected keyword argument 'dtype'\x1b[0m\n\nArguments received by Functional.call():"
        )
        details = {"class": layer.class_name, "keys": "dtype"}
        raise LoadFailure("TypeError", text, "KER102", layer.name, layer.pointer, details)


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
