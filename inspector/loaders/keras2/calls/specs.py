"""The inputs that a layer takes at all: how many, of which rank, and with which sizes once it is built.

Source: the `input_spec` of each layer, and `assert_input_compatibility` of keras/engine/input_spec.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls.tensors import KERAS_TENSORS_SINCE, NAMED_SINCE
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.loaders.keras2.calls.tensors import Call, Layer, Shape

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN"})
_DEPTHWISE_SINCE = {"DepthwiseConv2D": (2, 8)}
_MIN_RANK_SINCE = (2, 3)


@record
class Spec:
    """What an input must be: an exact rank, or a least one; sizes of axes; sizes from the first axis on."""

    rank: int | None = None
    least: int | None = None
    axes: tuple[tuple[int, int | None], ...] = ()
    shape: Shape | None = None


_RANKS = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU"), 3),
    **{f"{name}{rank}D": rank + 2 for name in ("MaxPooling", "AveragePooling", "ZeroPadding") for rank in (1, 2, 3)},
    **{f"{name}{rank}D": rank + 2 for name in ("Cropping", "SpatialDropout", "LocallyConnected") for rank in (1, 2, 3)},
    **{f"{name}{rank}D": rank + 2 for name in ("GlobalMaxPooling", "GlobalAveragePooling") for rank in (1, 2, 3)},
    **{f"ConvLSTM{rank}D": rank + 3 for rank in (1, 2, 3)},
    # UpSampling3D has a spec under another name by mistake, which nothing reads: its call raises for a low rank.
    "UpSampling1D": 3,
    "UpSampling2D": 4,
    "RepeatVector": 2,
}
CONVOLUTIONS = {
    **{f"{name}{rank}D": rank + 2 for name in ("Conv", "DepthwiseConv", "SeparableConv") for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": rank + 2 for rank in (1, 2, 3)},
}
# Layers of one input without a spec: a list of tensors reaches their build or call.
_ANY = ("Dense", "Flatten", "Permute")


def check(call: Call) -> None:
    """Raise what the spec of the layer refuses."""
    spec = spec_of(call)
    if spec is None or _lists_states(call):
        return
    if len(call.inputs) != 1:
        raise call.refused("ValueError", _count(call))
    given = call.inputs[0]
    if given.rankless:
        # Up to 2.3 a rank is needed wherever the spec has one; later nothing is checked then.
        if call.release < KERAS_TENSORS_SINCE and (spec.rank or spec.least):
            text = f"Input 0 of layer {call.layer.name} is incompatible with the layer: its rank is undefined, but the "
            raise call.refused("ValueError", f"{text}layer requires a defined rank.")
        return
    _check_rank(call, spec)
    _check_axes(call, spec)
    _check_shape(call, spec)


def _lists_states(call: Call) -> bool:
    """Recurrent layers and wrappers take their states, or several inputs, in the same list."""
    return len(call.inputs) != 1 and call.layer.class_name in RECURRENT | {"Bidirectional", "TimeDistributed", "RNN"}


def spec_of(call: Call) -> Spec | None:
    """The spec that is asked for in this call: that of the built layer holds in calls that are not symbolic."""
    if call.first:
        return _unbuilt(call)
    if call.release >= KERAS_TENSORS_SINCE and not call.inside:
        return None
    built = call.layer.built_on or []
    shape = built[0].shape if len(built) == 1 else None
    return _built(call, shape) if shape is not None else None


def _unbuilt(call: Call) -> Spec | None:
    """What the constructor sets."""
    name, config = call.layer.class_name, call.config
    if name in CONVOLUTIONS:
        rank = CONVOLUTIONS[name]
        return Spec(least=rank) if call.release >= _MIN_RANK_SINCE else Spec(rank=rank)
    if name == "Bidirectional":
        return _wrapped(config)
    if name == "Dense":
        return Spec(least=2)
    if name == "Flatten":
        return Spec(least=1)
    if name == "Permute" and isinstance(config.get("dims"), list):
        return Spec(rank=len(config["dims"]) + 1)
    return Spec(rank=_RANKS[name]) if name in _RANKS else None


def _wrapped(config: dict[str, Any]) -> Spec | None:
    """A Bidirectional takes what its layer takes."""
    inner = config.get("layer")
    name = inner.get("class_name") if isinstance(inner, dict) else None
    return Spec(rank=_RANKS[name]) if isinstance(name, str) and name in _RANKS else None


def channel_axis(config: dict[str, Any], rank: int) -> int:
    """The axis of the channels, as a negative index; `rank` is that of an input with its batch."""
    return 1 - rank if config.get("data_format") == "channels_first" else -1


def _built(call: Call, shape: Shape) -> Spec | None:
    """What `build` sets."""
    name, config = call.layer.class_name, call.config
    if name in CONVOLUTIONS:
        rank = CONVOLUTIONS[name]
        axis = channel_axis(config, rank)
        plain = name in {"Conv1D", "Conv2D", "Conv3D"} and call.release >= _MIN_RANK_SINCE
        axes = ((axis, shape[axis]),)
        return Spec(least=rank, axes=axes) if plain else Spec(rank=rank, axes=axes)
    if name == "Dense":
        return Spec(least=2, axes=((-1, shape[-1]),))
    if name == "BatchNormalization":
        return Spec(rank=len(shape), axes=_axes(config, shape))
    if name in RECURRENT or name == "RNN":
        return Spec(shape=(None, None, *shape[2:]))
    if name == "TimeDistributed":
        return Spec(shape=(None, None, *shape[2:])) if call.release < KERAS_TENSORS_SINCE else None
    return _unbuilt(call)


def _axes(config: dict[str, Any], shape: Shape) -> tuple[tuple[int, int | None], ...]:
    """The axes that a normalization keeps, with their sizes."""
    axis = config.get("axis", -1)
    axes = [axis] if isinstance(axis, int) else axis
    if not isinstance(axes, list) or not all(isinstance(one, int) and -len(shape) <= one < len(shape) for one in axes):
        return ()
    return tuple((one % len(shape), shape[one]) for one in axes)


def _count(call: Call) -> str:
    """More than one tensor for a layer that takes one."""
    name = f'"{call.layer.name}"' if call.release >= NAMED_SINCE else call.layer.name
    plural = "input(s)" if call.release >= KERAS_TENSORS_SINCE else "inputs"
    shown = ", ".join(
        f"<tf.Tensor 'Placeholder{f'_{at}' if at else ''}:0' shape={one.shape} dtype=float32>"
        for at, one in enumerate(call.inputs)
    )
    return (
        f"Layer {name} expects 1 {plural}, but it received {len(call.inputs)} input tensors. Inputs received: [{shown}]"
    )


def _check_rank(call: Call, spec: Spec) -> None:
    wrong = spec.rank is not None and len(call.shape) != spec.rank
    low = spec.least is not None and len(call.shape) < spec.least
    if wrong or low:
        expected, least = (spec.rank, False) if wrong else (spec.least, True)
        text = texts.wrong_rank(call.release, call.layer.name, expected or 0, list(call.shape), at_least=least)
        raise call.refused("ValueError", text)


def _check_axes(call: Call, spec: Spec) -> None:
    for axis, size in spec.axes:
        if size is None or axis >= len(call.shape) or call.shape[axis] in {size, None}:
            continue
        comma = "," if call.release >= (2, 10) else ""
        text = (
            f"{_input_of(call)} is incompatible with the layer: expected axis {axis} of input shape to have value "
            f"{size}{comma} but received input with shape {shown(call)}"
        )
        raise call.refused("ValueError", text)


def _check_shape(call: Call, spec: Spec) -> None:
    for wanted, size in zip(spec.shape or (), call.shape, strict=False):
        if wanted is not None and size is not None and wanted != size:
            lead = f"Input 0 is incompatible with layer {call.layer.name}:"
            if call.release >= NAMED_SINCE:
                lead = f"{_input_of(call)} is incompatible with the layer:"
            text = f"{lead} expected shape={spec.shape}, found shape={shown(call)}"
            raise call.refused("ValueError", text)


def _input_of(call: Call) -> str:
    quote = '"' if call.release >= NAMED_SINCE else ""
    return f"Input 0 of layer {quote}{call.layer.name}{quote}"


def shown(call: Call) -> str:
    """The input's shape as the release's checks print it: a list up to 2.3."""
    return str(call.shape) if call.release >= KERAS_TENSORS_SINCE else str(list(call.shape))


def is_built(layer: Layer) -> bool:
    """Whether the layer was called before."""
    return layer.built_on is not None
