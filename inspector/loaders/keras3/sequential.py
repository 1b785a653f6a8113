"""`Sequential.from_config`: layers one after another, each added to the stack, then built from the stored shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.calling import call
from inspector.loaders.keras3.listed_output import check_chain
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.names import snake_case
from inspector.loaders.keras_common.shapes import output_shape
from inspector.loaders.keras_common.things import TensorThing, Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape


def from_config(session: Session, model: Thing, config: dict[str, Any], pointer: str) -> Thing:
    """The model with its layers; LoadFailure as Keras raises it."""
    if not isinstance(config, dict) or "name" not in config:
        if config or session.release >= (3, 15):
            raise _no_name(session, config, pointer)
        return _empty(session, model, pointer)
    if "layers" not in config:
        details = {"class": "Sequential", "keys": "layers"}
        raise LoadFailure("KeyError", "'layers'", "KER104", details["class"], pointer, details)
    if not isinstance(config["layers"], list | tuple | dict | str):
        text = f"{type(config['layers']).__name__!r} object is not iterable"
        details = {"class": "Sequential", "key": "layers", "value": repr(config["layers"])}
        raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)
    check_name(session, config["name"], pointer)
    called = 0
    for i, layer_config in enumerate(config["layers"]):
        at = f"{pointer}/layers/{i}"
        _check_entry(layer_config, at)
        layer = layer_of(session, layer_config, at)
        name_layer(session, layer)
        _add(model, layer, at)
        # `add` rebuilds at once (`_maybe_rebuild`): a shape that an early layer refuses is met before the class of a
        # later one is looked up. What a list of one tensor leads to is told from the whole stack (`check_chain`).
        listed = any(layer.listed_output for layer in model.layers[called:])
        if len(model.layers) > 1 and _knows_input(model.layers[0]) and not listed:
            called = _call_from(session, model, called, _given(model.layers[0]))
    _build(session, model, config.get("build_input_shape"), called)
    return model


def _empty(session: Session, model: Thing, pointer: str) -> Thing:
    """An empty config is taken for an empty list of layers; up to 3.6 a local variable is not set then."""
    if session.release >= (3, 7):
        return model
    text = "cannot access local variable 'build_input_shape' where it is not associated with a value"
    details = {"class": "Sequential", "keys": "name"}
    raise LoadFailure("UnboundLocalError", text, "KER104", details["class"], pointer, details)


def _check_entry(entry: Any, pointer: str) -> None:
    """`"module" not in layer_config`, and what the legacy path makes of what is no dict."""
    if isinstance(entry, dict):
        return
    text = f"argument of type '{type(entry).__name__}' is not iterable"
    if isinstance(entry, str):
        text = "string indices must be integers, not 'str'"
    elif isinstance(entry, list):
        text = (
            f"`model_from_config` expects a dictionary, not a list. Received: config={entry}. Did you meant to use "
            "`Sequential.from_config(config)`?"
        )
    details = {"class": "Sequential", "key": "layers", "value": repr(entry)}
    raise LoadFailure("TypeError", text, "KER103", "Sequential", pointer, details)


def check_name(_session: Session, name: Any, pointer: str) -> None:
    """`Operation.__init__` of a model: the model is made before a Sequential's layers, after a graph's calls."""
    if name is None or (isinstance(name, str) and "/" not in name):
        return
    received = f"Received: name={name} (of type {type(name)})"
    text = f"Argument `name` must be a string and cannot contain character `/`. {received}"
    details = {"class": "model", "key": "name", "value": repr(name)}
    raise LoadFailure("ValueError", text, "KER103", "model", f"{pointer}/name", details)


def _given(first: Thing) -> Shape | None:
    """The shape of the model's input as its first layer declares it."""
    if first.class_name == "InputLayer":
        return output_shape("InputLayer", first.config, None)
    shape = first.config.get("input_shape")
    return (None, *shape) if isinstance(shape, list | tuple) else None


def _knows_input(first: Thing) -> bool:
    # A nested functional model knows its input's shape, which `Sequential._maybe_rebuild` asks the first layer for.
    return (
        _given(first) is not None
        or first.config.get("input_shape") is not None
        or first.class_name in {"Functional", "Model"}
    )


def _call_from(session: Session, model: Thing, called: int, given: Shape | None) -> int:
    """Call the layers after the first `called` ones, each on what the one before puts out; how many are called now."""
    # Keras calls the others anew as well, with the same shapes and so to the same end.
    shape, exact = (model.outputs[0], model.exact[0]) if called else (given, given is not None)
    for layer in model.layers[called:]:
        wanted = _POSITIONAL.get(layer.class_name)
        if wanted is not None and layer is not model.layers[0]:
            raise _called_with_one(layer, wanted)
        if layer.class_name != "InputLayer":
            call(session, layer, [TensorThing(None, shape, "", exact)])
            shape, exact = layer.outputs[-1], layer.exact[-1]
    model.built = True
    model.outputs, model.exact = [shape], [exact]
    return len(model.layers)


# Layers whose `call` takes another number of tensors than the one that a Sequential has for it.
_POSITIONAL: dict[str, tuple[str, ...]] = {
    "InputLayer": (),
    **dict.fromkeys(("LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells"), ("inputs", "states")),
    "MultiHeadAttention": ("query", "value"),
}


def _called_with_one(layer: Thing, wanted: tuple[str, ...]) -> LoadFailure:
    """An input behind other layers is called like them, and takes nothing; a cell wants its states."""
    shown = ", ".join(f'<Parameter "{name}">' for name in wanted)
    text = (
        "Layers added to a Sequential model can only have a single positional argument, the input tensor. Layer "
        f"{layer.class_name} has multiple positional arguments: [{shown}]"
    )
    details = {"class": "Sequential", "key": "layers"}
    return LoadFailure("ValueError", text, "KER103", "Sequential", layer.pointer, details)


def _build(session: Session, model: Thing, stored_shape: Any, called: int) -> None:
    """Call the layers that `add` has not called, where the input's shape is known."""
    first = model.layers[0] if model.layers else None
    if first is None:
        if isinstance(stored_shape, list | tuple) and stored_shape:
            text = f"Sequential model {model.name} cannot be built because it has no layers. Call `model.add(layer)`."
            details = {"class": "Sequential", "key": "layers", "value": "[]"}
            raise LoadFailure("ValueError", text, "KER103", details["class"], model.pointer, details)
        return
    given, known = _given(first), _knows_input(first)
    listed = isinstance(stored_shape, list | tuple) and bool(stored_shape)
    if len(model.layers) == 1 and first.class_name == "InputLayer" and listed:
        _check_only_input(session, model, stored_shape)
    # `build_input_shape` counts only where the layers do not say their input's shape themselves (`not
    # model._functional`).
    if given is None and isinstance(stored_shape, list | tuple) and stored_shape:
        given, known = tuple(stored_shape), True
    if known and called < len(model.layers):
        check_chain(session, model.layers)
        _call_from(session, model, called, given)


def _check_only_input(session: Session, model: Thing, stored_shape: Any) -> None:
    """`build` of a model that has nothing but its input.

    Up to 3.4 the stored list is held against the tuple of the input, and is never the same. From 3.10 to 3.13 an input
    that leads to no layer is refused, though it is the output (`map_graph`).
    """
    declared = _given(model.layers[0])
    details = {"layers": model.layers[0].name}
    if declared != (stored_shape if session.release < (3, 5) else tuple(stored_shape)):
        text = (
            f"Sequential model '{model.name}' has already been configured to use input shape {declared}. You cannot "
            f"build it with input_shape {stored_shape}"
        )
        raise LoadFailure("ValueError", text, "KER111", model.name, model.pointer, details)
    if (3, 10) <= session.release < (3, 14):
        text = "`inputs` not connected to `outputs`"
        raise LoadFailure("ValueError", text, "KER111", model.name, model.pointer, details)


def _no_name(session: Session, config: Any, pointer: str) -> LoadFailure:
    details = {"class": "Sequential", "keys": "name"}
    if session.release >= (3, 15):
        text = (
            "A Sequential model configuration must be a dictionary containing the 'name' and 'layers' keys. "
            f"Received: config={config}"
        )
        return LoadFailure("ValueError", text, "KER104", details["class"], pointer, details)
    # Older releases take the config for a list of layers and iterate its keys, which are strings.
    text = "string indices must be integers, not 'str'"
    return LoadFailure("TypeError", text, "KER104", details["class"], pointer, details)


def layer_of(session: Session, layer_config: Any, pointer: str) -> Any:
    """A layer: by the legacy path where its config names no module."""
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other
    from inspector.loaders.keras3.legacy import model_from_config  # noqa: PLC0415 - they call each other

    # The same test stands in keras/src/models/sequential.py and keras/src/models/functional.py: one model may hold
    # layers of both kinds, and each goes its own way.
    if isinstance(layer_config, dict) and "module" not in layer_config:
        return model_from_config(session, layer_config, pointer)
    return deserialize(session, layer_config, pointer)


def name_layer(session: Session, layer: Any) -> None:
    """`Operation.__init__` of a layer whose config has no name."""
    if isinstance(layer, Thing) and isinstance(layer.config, dict) and layer.config.get("name") is None:
        layer.config = {**layer.config, "name": session.auto_name(snake_case(layer.class_name))}


def _add(model: Thing, layer: Any, pointer: str) -> None:
    """`Sequential.add`: only layers, only unique names, only one input layer."""
    if not isinstance(layer, Thing) or layer.kind not in {"layer", "model", "custom"}:
        kind = (
            f"<class '{layer.facts.module}.{layer.class_name}'>"
            if isinstance(layer, Thing) and layer.facts
            else type(layer)
        )
        text = f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer} (of type {kind})"
        raise LoadFailure("ValueError", text, "KER103", "Sequential", pointer, {"class": "Sequential", "key": "layers"})
    if any(other.name == layer.name for other in model.layers):
        text = (
            "All layers added to a Sequential model should have unique names. "
            f"Name '{layer.name}' is already the name of a layer in this model. "
            "Update the `name` argument to pass a unique name."
        )
        raise LoadFailure("ValueError", text, "KER103", "Sequential", pointer, {"class": "Sequential", "key": "name"})
    if layer.class_name == "InputLayer" and model.layers and model.layers[0].class_name == "InputLayer":
        text = f"Sequential model '{model.name}' has already been configured to use input shape"
        raise LoadFailure("ValueError", text, "KER103", "Sequential", pointer, {"class": "Sequential", "key": "layers"})
    model.layers.append(layer)
