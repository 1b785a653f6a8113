"""One symbolic call of a layer whose inputs have exactly known shapes: its output, or what it raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.refusals import Raised
from inspector.loaders.keras3.symbolic import MERGES, output_of
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import TensorThing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape, Thing

# Layers whose checks stand in `build` alone.
_CHECKED_IN_BUILD = frozenset(
    {"Concatenate", "Dot", "BatchNormalization", "LayerNormalization", "GroupNormalization"}
    | {f"SeparableConv{rank}D" for rank in (1, 2)}
)


def followed_call(session: Session, layer: Thing, arguments: list[TensorThing]) -> Shape | Raised | None:
    """What the call puts out or raises, where the shapes of its inputs are known exactly."""
    # Operations have names of layers (Add, Reshape), and other arguments.
    if layer.class_name == "ExtractPatches" and layer.kind == "operation":
        return _patches(session, layer)
    if layer.kind != "layer" or not arguments:
        return None
    given = [one.shape for one in arguments if one.exact and one.shape is not None]
    if len(given) < len(arguments):
        return None
    found = output_of(layer.class_name, layer.config, given)
    if not isinstance(found, Raised) or not layer.built:
        return found
    # A layer that its stored shape has built meets no check of `build` any more; those of `compute_output_shape` stay.
    return Raised(found.type, found.text, inside=True) if layer.class_name not in _CHECKED_IN_BUILD else None


def _patches(session: Session, layer: Thing) -> Raised | None:
    """Up to 3.13 the operation only knows its steps where it is given none; 3.14 and later store them."""
    if session.release >= (3, 14) or not layer.config.get("strides"):
        return None
    text = "cannot access local variable 'strides' where it is not associated with a value"
    return Raised("UnboundLocalError", text, inside=True)


def built_by(layer: Thing, shapes: list[Any]) -> LoadFailure | None:
    """What `build` raises for the shapes that a file has for it; None where it goes well, or is not followed."""
    known = all(isinstance(shape, list | tuple) and all(_is_size(size) for size in shape) for shape in shapes)
    if layer.kind != "layer" or not known:
        return None
    if layer.class_name in MERGES and len(shapes) == 1:
        return refused_call(layer, _unlisted(layer.class_name, list(shapes[0])), [])
    found = output_of(layer.class_name, layer.config, [tuple(shape) for shape in shapes])
    if not isinstance(found, Raised) or found.inside:
        return None
    return refused_call(layer, found, [TensorThing(None, tuple(shape), "") for shape in shapes])


def _unlisted(class_name: str, shape: list[Any]) -> Raised:
    """A merging layer wants a list of shapes."""
    text = f"A merge layer should be called on a list of inputs. Received: input_shape={shape} (not a list of shapes)"
    wanted = {"Concatenate": "at least 1 input", "Dot": "2 inputs"}.get(class_name)
    if wanted is not None:
        text = f"A `{class_name}` layer should be called on a list of {wanted}. Received: input_shape={shape}"
    return Raised("ValueError", text)


def _is_size(value: Any) -> bool:
    return value is None or isinstance(value, int)


def refused_call(layer: Thing, raised: Raised, arguments: list[TensorThing]) -> LoadFailure:
    """The exception as it leaves `Layer.__call__`: `build` raises it bare, `call` with its arguments."""
    name, text = layer.class_name, raised.text
    if raised.inside:
        shown = ", ".join(f"<KerasTensor shape={one.shape}, dtype=float32, sparse=False>" for one in arguments)
        text = (
            f"Exception encountered when calling {name}.call().\n\n\x1b[1m{text}\x1b[0m\n\n"
            f"Arguments received by {name}.call():\n  • args=('{shown}',)\n  • kwargs=<class 'inspect._empty'>"
        )
    details = {"expected": name, "found": ", ".join(str(one.shape) for one in arguments)}
    return LoadFailure(raised.type, text, "KER110", layer.name, layer.pointer, details)


def puts_out_one(session: Session, layer: Thing) -> bool:
    """Whether the layer's calls put out one tensor for certain.

    Up to 3.7 attention has no `compute_output_spec`, and forgets the scores that its call is asked for.
    """
    if layer.class_name == "Attention" and session.release < (3, 8):
        return True
    return layer.class_name == "InputLayer" or (any(layer.exact) and not layer.layers)
