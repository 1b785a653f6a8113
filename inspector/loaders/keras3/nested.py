"""Calls of a model inside another: what its input spec refuses, and the shape that comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras3.building import input_of
from inspector.loaders.keras3.refusals import Raised
from inspector.loaders.keras3.symbolic import output_of
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.shapes import output_shape

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape, TensorThing, Thing


def _declared(layer: Thing) -> Shape | None:
    """The shape of a model's single input; None where it has more, or declares none."""
    inputs = [one for one in layer.layers if one.class_name == "InputLayer"]
    return output_shape("InputLayer", inputs[0].config, None) if len(inputs) == 1 else None


def check_nested(session: Session, layer: Thing, arguments: list[TensorThing]) -> None:
    """`assert_input_compatibility` of a functional model: every size of its inputs that is known.

    A Sequential asks the functional model inside it.
    """
    if layer.class_name == "Sequential":
        declared = _declared(layer)
        inputs = [] if declared is None else [("", declared)]
    else:
        inputs = [(one.name, output_shape("InputLayer", one.config, None) or ()) for one in layer.inputs]
    for index, ((name, declared), one) in enumerate(zip(inputs, arguments, strict=False)):
        if one.shape is not None and len(inputs) <= len(arguments):
            _check_one(session, layer, (index, name), declared, one.shape)


def _check_one(session: Session, layer: Thing, place: tuple[int, str], declared: Shape, given: Shape) -> None:
    """One input: sizes are held against each other as far as both shapes go, without a last one of 1.

    That is `allow_last_axis_squeeze` in keras/src/layers/input_spec.py.
    """
    expected = (None, *declared[1:])
    pairs = zip(_squeezed(expected), _squeezed(given), strict=False)
    if not declared or all(a is None or b is None or a == b for a, b in pairs):
        return
    index, name = place
    inner = input_of(session, layer).replace("Input 0", f"Input {index}").replace("'None'", repr(name or "None"), 1)
    if layer.class_name == "Sequential":
        inner = inner.replace(layer.name, "functional")
    text = f"{inner} is incompatible with the layer: expected shape={expected}, found shape={given}"
    if layer.class_name == "Sequential":
        text = (
            f"Exception encountered when calling Sequential.call().\n\n\x1b[1m{text}\x1b[0m\n\n"
            "Arguments received by Sequential.call():"
        )
    details = {"expected": str(expected), "found": str(given)}
    raise LoadFailure("ValueError", text, "KER110", layer.name, layer.pointer, details)


def _squeezed(shape: Shape) -> Shape:
    return shape[:-1] if shape and shape[-1] == 1 else shape


def nested_output(layer: Thing, arguments: list[TensorThing]) -> Shape | None:
    """What a model puts out for an input of exactly known shape; None where that is not followed."""
    given = arguments[0].shape if len(arguments) == 1 and arguments[0].exact else None
    if given is None or layer.custom is not None:
        return None
    if layer.exact[:1] == [True] and given == _declared(layer) and layer.outputs:
        return layer.outputs[0]
    return _through(layer, given) if layer.class_name == "Sequential" else None


def _through(layer: Thing, given: Shape) -> Shape | None:
    """One layer of a Sequential after the other; they are built, so that none checks what `build` would."""
    shape: Shape | Raised | None = given
    for one in layer.layers:
        if one.class_name == "InputLayer":
            continue
        if one.kind != "layer" or shape is None or isinstance(shape, Raised):
            return None
        shape = output_of(one.class_name, one.config, [shape])
    return None if isinstance(shape, Raised) else shape
