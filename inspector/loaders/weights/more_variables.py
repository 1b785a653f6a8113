"""Variables of layers whose number the loaders' models leave open, because files of one save need not know it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.loaders.weights.shapes import Shape

Config = dict[str, Any]
Made = tuple[Variable, ...]
# Their random state is no weight: Keras 2 keeps it out of files, Keras 3 does not walk into it.
_RANDOM = frozenset(
    f"Random{kind}"
    for kind in ("Flip", "Rotation", "Zoom", "Contrast", "Brightness", "Translation", "Crop", "Height", "Width")
)
_WITHOUT = frozenset({"Resizing", "CenterCrop", "UnitNormalization", "ThresholdedReLU"})


def more_variables(class_name: str, config: Config, given: Shape) -> Made | None:
    """The layer's own variables; None where the class is not known here."""
    if class_name in _RANDOM or class_name in _WITHOUT:
        return ()
    made = _MADE.get(class_name)
    return None if made is None else made(config, given)


def conv_lstm_cell(config: Config, given: Shape) -> Made:
    """The cell of a ConvLSTM: its input has a step axis before the sides."""
    filters, size = config.get("filters"), config.get("kernel_size")
    window = tuple(size) if isinstance(size, list | tuple) else ()
    width = 4 * filters if isinstance(filters, int) else None
    last = given[-1] if given and config.get("data_format") != "channels_first" else None
    made = (Variable("kernel", (*window, last, width)), Variable("recurrent_kernel", (*window, filters, width)))
    return (*made, Variable("bias", (width,))) if config.get("use_bias", True) else made


def _attention(config: Config, _given: Shape) -> Made:
    # Keras 3 and 2.8 onward have a second one for `concat`.
    scale = (Variable("scale", ()),) if config.get("use_scale") else ()
    concat = (Variable("concat_score_weight", ()),) if config.get("score_mode") == "concat" else ()
    return scale + concat


def _additive(config: Config, given: Shape) -> Made:
    return (Variable("scale", (given[-1] if given else None,)),) if config.get("use_scale", True) else ()


def _prelu(config: Config, given: Shape) -> Made:
    if given is None:
        return (Variable("alpha", None),)
    sizes = list(given[1:])
    # keras/src/layers/activations/prelu.py `build`: shared axes are counted with the batch, and kept with a size of
    # one.
    for axis in config.get("shared_axes") or ():
        if 1 <= axis <= len(sizes):
            sizes[axis - 1] = 1
    return (Variable("alpha", tuple(sizes)),)


def _einsum(config: Config, given: Shape) -> Made:
    """The kernel's axes are letters of the equation: sizes come from the input, or from `output_shape`."""
    sizes = _letters(config, given)
    equation = str(config.get("equation", ""))
    letters = equation.partition(",")[2].partition("->")[0].strip()
    made = [Variable("kernel", tuple(sizes.get(letter) for letter in letters) if sizes else None)]
    axes = config.get("bias_axes")
    if axes:
        made.append(
            Variable("bias", tuple(sizes.get(letter) for letter in _in_order(equation, axes)) if sizes else None)
        )
    return tuple(made)


def _in_order(equation: str, axes: str) -> list[str]:
    """The bias axes as the output has them, with one in place of every later axis that the bias lacks."""
    output = equation.partition("->")[2].strip()
    first = min(output.find(letter) for letter in axes)
    return [letter if letter in axes else "1" for letter in output[first:]]


def _letters(config: Config, given: Shape) -> Mapping[str, int | None]:
    equation = str(config.get("equation", ""))
    inputs, output = equation.partition(",")[0].strip(), equation.partition("->")[2].strip()
    shape = config.get("output_shape")
    made = [shape] if isinstance(shape, int) else list(shape or ())
    if "." in equation or given is None or len(given) != len(inputs) or len(output) != len(made) + 1:
        return {}
    known: dict[str, int | None] = dict(zip(output[1:], made, strict=True))
    return {**known, **dict(zip(inputs, given, strict=True)), "1": 1}


def reshaped(config: Config, given: Shape) -> Shape:
    """A Reshape's output, with the one size that is left to be calculated."""
    target = config.get("target_shape")
    if given is None or not isinstance(target, list | tuple):
        return None
    sizes = [size for size in given[1:] if size is not None]
    rest = prod(size for size in target if size != -1)
    left = prod(sizes) // rest if len(sizes) == len(given) - 1 and rest else None
    return (given[0], *(left if size == -1 else size for size in target))


_MADE = {
    "Attention": _attention,
    "AdditiveAttention": _additive,
    "PReLU": _prelu,
    "EinsumDense": _einsum,
}
