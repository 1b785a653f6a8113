"""What layers that merge tensors raise for their shapes. Source: `build` of keras/layers/merging (merge.py to 2.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras2.calls.tensors import NAMED_SINCE

if TYPE_CHECKING:
    from inspector.loaders.keras2.calls.tensors import Call, Shape

_ELEMENTWISE = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
MERGES = _ELEMENTWISE | {"Concatenate", "Dot"}
# Up to TensorFlow 2.3 two inputs are the least.
_ONE_INPUT_SINCE = (2, 4)


def check_build(call: Call) -> None:
    """Raise what building the layer on these shapes raises."""
    if call.layer.class_name in _ELEMENTWISE:
        _elementwise(call)
    elif call.layer.class_name == "Concatenate":
        _concatenate(call)
    else:
        _dot(call)


def _known(call: Call) -> list[Shape]:
    """The shapes; a tensor without a rank can't be one of several."""
    if len(call.inputs) > 1 and any(one.rankless for one in call.inputs):
        raise call.refused("ValueError", "as_list() is not defined on an unknown TensorShape.")
    return [one.shape for one in call.inputs if one.shape is not None]


def _received(call: Call, text: str, end: str = "", *, dot: bool = True) -> str:
    """The text with the shapes behind it, which releases since 2.7 show."""
    if call.release >= NAMED_SINCE:
        return f"{text}. Received: input_shape={call.shown}{end}"
    return f"{text}." if dot else text


def _elementwise(call: Call) -> None:
    shapes = _known(call)
    if not call.listed:
        text = _received(call, "A merge layer should be called on a list of inputs", " (not a list of shapes)")
        raise call.refused("ValueError", text)
    if len(call.inputs) == 1 and call.release < _ONE_INPUT_SINCE:
        text = "A merge layer should be called on a list of at least 2 inputs. Got 1 inputs."
        raise call.refused("ValueError", text)
    if len(shapes) != len(call.inputs):
        return
    sizes = {shape[0] for shape in shapes if shape} - {None}
    if len(sizes) > 1:
        named = call.release >= NAMED_SINCE
        lead, colon = ("Cannot", "") if named else ("Can not", " :")
        text = f"{lead} merge tensors with different batch sizes. Got tensors with shapes{colon} {call.shown}"
        raise call.refused("ValueError", text)
    _broadcast(call, shapes)
    if call.layer.class_name == "Subtract" and len(shapes) != 2:  # noqa: PLR2004 - one from the other
        text = _received(call, "A `Subtract` layer should be called on exactly 2 inputs", dot=False)
        raise call.refused("ValueError", text)


def _broadcast(call: Call, shapes: list[Shape]) -> None:
    """The sizes behind the batch, aligned at the last; each must be that of the others, or 1, or open."""
    joined = shapes[0][1:]
    for shape in shapes[1:]:
        joined = _pair(call, joined, shape[1:])


def _pair(call: Call, one: Shape, other: Shape) -> Shape:
    if None in (one, other):
        return ()
    if len(one) < len(other):
        one, other = other, one
    if not other:
        return one
    found: list[int | None] = list(one[: -len(other)])
    for a, b in zip(one[-len(other) :], other, strict=True):
        if a is None or b is None:
            found.append(None)
        elif a == b or 1 in {a, b}:
            found.append(b if a == 1 else a)
        else:
            lead = "Inputs have incompatible shapes. Received shapes {} and {}"
            lead = lead if call.release >= NAMED_SINCE else "Operands could not be broadcast together with shapes {} {}"
            raise call.refused("ValueError", lead.format(one, other))
    return tuple(found)


def _concatenate(call: Call) -> None:
    shapes = _known(call)
    if not call.listed:
        least = 1 if call.release >= _ONE_INPUT_SINCE else 2
        text = f"A `Concatenate` layer should be called on a list of at least {least} input{'s' if least > 1 else ''}"
        raise call.refused("ValueError", _received(call, text, dot=least == 1))
    axis = call.config.get("axis", -1)
    if isinstance(axis, list):
        raise call.refused("TypeError", "list indices must be integers or slices, not ListWrapper", "KER103")
    if len(shapes) != len(call.inputs) or not isinstance(axis, int):
        return
    if any(not -len(shape) <= axis < len(shape) for shape in shapes):
        raise call.refused("IndexError", "list assignment index out of range", "KER103")
    rest = [(*shape[:axis], None, *(shape[axis + 1 :] if axis != -1 else ())) for shape in shapes]
    fits = len({len(shape) for shape in rest}) == 1 and all(
        len(set(column) - {None}) <= 1 for column in zip(*rest, strict=True)
    )
    if not fits:
        named = call.release >= NAMED_SINCE
        end = "concatenation axis. Received: input_shape=" if named else "concat axis. Got inputs shapes: "
        text = "A `Concatenate` layer requires inputs with matching shapes except for the "
        raise call.refused("ValueError", f"{text}{end}{call.shown}")


def _dot(call: Call) -> None:
    shapes = _known(call)
    if not call.listed or len(call.inputs) != 2:  # noqa: PLR2004 - the product of two
        raise call.refused("ValueError", _received(call, "A `Dot` layer should be called on a list of 2 inputs"))
    axes = call.config.get("axes")
    if len(shapes) != 2 or not isinstance(axes, int | list):  # noqa: PLR2004 - the same
        return
    one, other = shapes
    pair = axes if isinstance(axes, list) else [axes, axes]
    if isinstance(axes, int) and axes < 0:
        pair = [axes % len(one), axes % len(other)]
    if not all(isinstance(axis, int) for axis in pair) or len(pair) != 2:  # noqa: PLR2004 - one of each
        return
    if pair[0] >= len(one) or pair[1] >= len(other):
        raise call.refused("IndexError", "tuple index out of range", "KER103")
    a, b = one[pair[0]], other[pair[1]]
    if a != b:
        raise call.refused("ValueError", _unlike(call, (a, b), (one, other), pair))


def _unlike(call: Call, sizes: tuple[int | None, int | None], shapes: tuple[Shape, Shape], axes: list[int]) -> str:
    if call.release >= NAMED_SINCE:
        return (
            f"Incompatible input shapes: axis values {sizes[0]} (at axis {axes[0]}) != {sizes[1]} (at axis {axes[1]}). "
            f"Full input shapes: {shapes[0]}, {shapes[1]}"
        )
    text = f"Dimension incompatibility {sizes[0]} != {sizes[1]}. Layer shapes: {shapes[0]}, {shapes[1]}"
    return text + (f". Chosen axes: {axes[0]}, {axes[1]}" if call.release >= (2, 2) else "")
