"""A layer of a Sequential that is given a list of one tensor, as a nested functional model hands it over.

Files up to Keras 3.9 store a single output as a list of one. Releases 3.3, and 3.5 to 3.10, take it out of the list
when they rebuild the model; the others leave the list, and most layers fail when they are called with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.failure import LoadFailure

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape, Thing

# Layers that pass on what they get.
_PASSING = frozenset({"Dropout", "SpatialDropout2D", "Activation", "GaussianNoise", "GaussianDropout", "AlphaDropout"})
_GLOBAL_POOLS = frozenset(f"Global{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3))
_POOLS = frozenset(f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3))
_CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D", "SeparableConv2D", "DepthwiseConv2D"})


def stays_listed(session: Session, output_layers: Any) -> bool:
    """Whether the release leaves a single output in its list."""
    single = isinstance(output_layers, list) and len(output_layers) == 1 and isinstance(output_layers[0], list)
    # keras/src/models/functional.py `functional_from_config`: `tensor_list[0]` for a list of one in 3.3,
    # `output_tensors = output_tensors[0]` later, and neither in the releases between and after.
    unwraps = (3, 3) <= session.release < (3, 4) or (3, 5) <= session.release < (3, 11)
    return single and not unwraps


def check_chain(session: Session, layers: list[Thing]) -> None:
    """Raise what the layers of a Sequential raise after one whose output is a list of one tensor."""
    for position, layer in enumerate(layers[:-1]):
        if layer.listed_output:
            _call(session, layer, layers[position + 1], layers[position + 2 :])
            return


def _call(session: Session, model: Thing, layer: Thing, rest: list[Thing]) -> None:
    if layer.class_name in _PASSING and rest:
        _call(session, model, rest[0], rest[1:])
        return
    if layer.class_name == "Dense" and layer.built:
        # One that its stored shape built does not ask for a shape again.
        return
    pooled = layer.class_name in _GLOBAL_POOLS and bool(rest)
    if pooled:
        # It takes the list's one shape for batch and channels, and puts out two tensors.
        layer = next((one for one in rest if one.class_name not in _PASSING), layer)
    found = _pooled(session, layer, model) if pooled else _raised(session, layer, model)
    if found is None:
        session.gap(
            layer.pointer, f"{layer.class_name} is called with a list of one tensor, and what it does is not known"
        )
        return
    kind, text = found
    details = {"class": layer.class_name, "key": "inputs", "value": f"[output of {model.name}]"}
    raise LoadFailure(kind, text, "KER103", layer.class_name, layer.pointer, details)


def _raised(session: Session, layer: Thing, model: Thing) -> tuple[str, str] | None:
    """The exception of a layer that is called with `[tensor]`."""
    name = layer.class_name
    shape = model.outputs[0] if model.outputs else None
    if name == "Dense":
        return "ValueError", _dense(session, shape, layer.config.get("units"))
    if name == "BatchNormalization":
        return "IndexError", "list index out of range"
    if name in _CONVOLUTIONS:
        return "TypeError", "unsupported operand type(s) for %: 'tuple' and 'int'"
    given = tensor(session, shape, "keras_tensor_2")
    if name in {"Flatten", "Reshape"}:
        return "AttributeError", _in_call(name, "'list' object has no attribute 'shape'", given)
    if name in _POOLS:
        return "ValueError", _in_call(name, "operands could not be broadcast together with shapes (0,4) (2,) ", given)
    return None


def _dense(session: Session, shape: Shape | None, units: Any) -> str:
    if session.release < (3, 13):
        return "Invalid dtype: tuple"
    invalid = f"Found invalid dimension '{shape}' of type '<class 'tuple'>'. "
    return f"Cannot convert '({shape}, {units})' to a shape. {invalid}"


def tensor(session: Session, shape: Shape | None, name: str) -> str:
    """How a symbolic tensor prints; `ragged` came with 3.9."""
    ragged = " ragged=False," if session.release >= (3, 9) else ""
    return f"<KerasTensor shape={shape}, dtype=float32, sparse=False,{ragged} name={name}>"


def _pooled(session: Session, layer: Thing, model: Thing) -> tuple[str, str] | None:
    """The exception of a layer that is given the two tensors of a pooled list."""
    name = layer.name
    if layer.class_name not in {"Dense", "BatchNormalization"}:
        return None
    if session.release < (3, 3):
        return "ValueError", f"Layer '{name}' expected 1 input(s). Received 2 instead."
    shape = model.outputs[0] if model.outputs else None
    received = ", ".join(tensor(session, shape, f"keras_tensor_{number}") for number in (6, 7))
    text = f'Layer "{name}" expects 1 input(s), but it received 2 input tensors. Inputs received: [{received}]'
    return "ValueError", text


def _in_call(name: str, text: str, given: str) -> str:
    return (
        f"Exception encountered when calling {name}.call().\n\n\x1b[1m{text}\x1b[0m\n\n"
        f"Arguments received by {name}.call():\n  • args=(['{given}'],)\n  • kwargs=<class 'inspect._empty'>"
    )
