"""What the first call of a built-in layer, or building it from its stored shape, can raise."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.inputs import unlikely_shape
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.names import snake_case
from inspector.loaders.keras_common.variables import CELL_OF, own_variables

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape, Thing
    from inspector.loaders.keras_common.variables import Variable

# The input spec of each class before it is built: the least rank, and the only one.
# Only classes whose `InputSpec` is set in `__init__` stand here: keras/src/layers/layer.py `Layer.__call__` asks
# `_assert_input_compatibility` before `_maybe_build`, so that this wins over whatever `build` would say.
_LEAST_RANK = {
    "Dense": 2,
    "Flatten": 1,
    **{f"Conv{rank}D": rank + 2 for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": rank + 2 for rank in (1, 2, 3)},
    **{f"DepthwiseConv{rank}D": rank + 2 for rank in (1, 2)},
    **{f"SeparableConv{rank}D": rank + 2 for rank in (1, 2)},
}
# The recurrent ones stand here because LSTM, GRU and SimpleRNN each set `InputSpec(ndim=3)`
# (keras/src/layers/rnn/lstm.py); the class RNN under them, and with it a layer of custom cells, sets none.
_RANK = {
    "LSTM": 3,
    "GRU": 3,
    "SimpleRNN": 3,
    "RepeatVector": 2,
    **{f"Global{kind}Pooling{rank}D": rank + 2 for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": rank + 2 for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"{kind}{rank}D": rank + 2 for kind in ("ZeroPadding", "Cropping", "UpSampling") for rank in (1, 2, 3)},
    **{f"SpatialDropout{rank}D": rank + 2 for rank in (1, 2, 3)},
}


def check_rank(session: Session, layer: Thing, given: Shape | None) -> None:
    """`assert_input_compatibility`: the input's rank."""
    if given is None:
        return
    least, only = _LEAST_RANK.get(layer.class_name), _RANK.get(layer.class_name)
    inner = layer.inner.get("layer")
    if layer.class_name == "Bidirectional" and inner is not None:
        only = _RANK.get(inner.class_name)  # `self.input_spec = layer.input_spec`
    if least is not None and len(given) < least:
        expected = f"min_ndim={least}"
    elif only is not None and len(given) != only:
        expected = f"ndim={only}"
    else:
        return
    text = (
        f"{input_of(session, layer)} is incompatible with the layer: expected {expected}, found ndim={len(given)}. "
        f"Full shape received: {given}"
    )
    details = {"expected": expected, "found": f"ndim={len(given)}"}
    raise LoadFailure("ValueError", text, "KER110", layer.name, layer.pointer, details)


# Built-in layers whose build() fixes the size of the channels.
LAST_AXIS = frozenset({"Dense", "SeparableConv1D", "SeparableConv2D", "Conv1D", "Conv2D", "Conv3D"})
_CHANNELS = frozenset(
    {f"DepthwiseConv{rank}D" for rank in (1, 2)} | {f"Conv{rank}DTranspose" for rank in (1, 2, 3)}
) | (LAST_AXIS - {"Dense"})


def check_axes(session: Session, layer: Thing, given: Shape | None) -> None:
    """`assert_input_compatibility` of a layer that is built: its rank, and the axes that it was built for."""
    built = layer.build_shape
    if not layer.built or not given or not built or layer.facts is None:
        return
    fixed = _fixed_axes(layer, built)
    expected = None
    if fixed is not None and layer.class_name in _OF_RANK and len(given) != len(built):
        expected = f"expected ndim={len(built)}, found ndim={len(given)}. Full shape received: {given}"
    for axis in fixed or ():
        size = given[axis] if -len(given) <= axis < len(given) else None
        if expected is None and size is not None and built[axis] not in {None, size}:
            found = f"to have value {built[axis]}, but received input with shape {given}"
            expected = f"expected axis {axis} of input shape {found}"
    if expected is not None:
        text = f"{input_of(session, layer)} is incompatible with the layer: {expected}"
        details = {"expected": str(built), "found": str(given)}
        raise LoadFailure("ValueError", text, "KER110", layer.name, layer.pointer, details)


_OF_RANK = frozenset({"PReLU", "BatchNormalization", "GroupNormalization"})


def _fixed_axes(layer: Thing, built: Shape) -> list[int] | None:
    """The axes in the input spec that `build` leaves; None for a class that leaves none."""
    kind, config = layer.class_name, layer.config
    if kind == "Dense" or kind in _CHANNELS:
        return [1 if kind != "Dense" and config.get("data_format") == "channels_first" else -1]
    if kind == "PReLU":
        shared = config.get("shared_axes") or ()
        return [axis for axis in range(1, len(built)) if axis not in shared]
    axis = config.get("axis", -1)
    known = isinstance(axis, int) and -len(built) <= axis < len(built)
    return [axis] if kind in _OF_RANK and known else None


def input_of(session: Session, layer: Thing) -> str:
    """How messages name a layer's input; since 3.13 with the tensor's name."""
    if session.release >= (3, 13):
        return f"Input 0 with name 'None' of layer '{layer.name}'"
    return f'Input 0 of layer "{layer.name}"'


# Layers all of whose variables have the sizes of their input: one that is left open there is open here.
_OPEN = frozenset(
    {"Dense", "BatchNormalization", "LayerNormalization", "LSTM", "GRU", "SimpleRNN"}
    | {f"DepthwiseConv{rank}D" for rank in (1, 2)}
    | {f"Conv{rank}DTranspose" for rank in (1, 2, 3)}
)
_NO_CHANNELS = frozenset(f"Conv{rank}D" for rank in (1, 2, 3))


def check_build(session: Session, layer: Thing, *, exact: bool = False) -> None:
    """`build`: the shapes of the variables that it makes. `exact`: a None in the input's shape is Keras' own."""
    given = layer.build_shape
    if layer.facts is None:
        return
    _unsized(layer, given)
    if given is None:
        return
    if layer.class_name == "Normalization":
        _normalization(session, layer, given)
    if exact and layer.class_name in _NO_CHANNELS and layer.config.get("data_format") != "channels_first":
        _check_channels(layer, given)
    for variable in _made(layer, given):
        _check_shape(session, layer, variable)
        if exact and layer.class_name in _OPEN and variable.shape is not None and None in variable.shape:
            raise _open(layer, variable)


def _made(layer: Thing, given: Shape) -> list[Variable]:
    """The variables that building makes: the layer's own, and those of its cell."""
    # A recurrent layer adds no variable itself: keras/src/layers/rnn/rnn.py `RNN.build` builds the cell, whose shapes
    # are those that can fail.
    kind = CELL_OF.get(layer.class_name, layer.class_name)
    return own_variables(kind, layer.config, given) or []


def _check_shape(session: Session, layer: Thing, variable: Variable) -> None:
    """`standardize_shape` of one variable's shape, reworded in 3.13 (`entry` became `dimension`)."""
    shape = variable.shape or ()
    text = unlikely_shape(session, shape)
    # `None` may also stand for a size that was not followed here. Only a `filters` of null in the file itself is
    # certain to reach `_validate_shape` in keras/src/backend/common/variables.py as None.
    if text is None and None in shape and layer.config.get("filters", 0) is None:
        text = _undefined(layer, variable.name, shape)
    if text is not None:
        details = {"class": layer.class_name, "key": variable.name, "value": str(shape)}
        raise LoadFailure("ValueError", text, "KER103", layer.class_name, layer.pointer, details)


def _check_channels(layer: Thing, given: Shape) -> None:
    """A convolution divides the channels by its groups, which an open size does not bear."""
    if given[-1] is not None:
        return
    text = "unsupported operand type(s) for %: 'NoneType' and 'int'"
    details = {"expected": "a number of channels", "found": str(given)}
    raise LoadFailure("TypeError", text, "KER110", layer.name, layer.pointer, details)


def _open(layer: Thing, variable: Variable) -> LoadFailure:
    """A variable with a size that is left open."""
    cell = CELL_OF.get(layer.class_name)
    name = f"{snake_case(cell)}/{variable.name}" if cell else variable.name
    details = {"class": layer.class_name, "key": variable.name, "value": str(variable.shape)}
    text = _undefined(layer, name, variable.shape or ())
    return LoadFailure("ValueError", text, "KER103", layer.class_name, layer.pointer, details)


def _undefined(layer: Thing, variable: str, shape: tuple[Any, ...]) -> str:
    return (
        "Shapes used to initialize variables must be fully-defined (no `None` dimensions). Received: "
        f"shape={shape} for variable path='{layer.name}/{variable}'"
    )


def _unsized(layer: Thing, given: Shape | None) -> None:
    """A size of None, which Dense refuses by itself since 3.13."""
    if layer.class_name != "Dense" or layer.config.get("units", 0) is not None:
        return
    text = _undefined(layer, "kernel", (given[-1] if given else None, None))
    details = {"class": layer.class_name, "key": "units", "value": "None"}
    raise LoadFailure("ValueError", text, "KER103", layer.class_name, layer.pointer, details)


def _normalization(session: Session, layer: Thing, given: Shape) -> None:
    """A mean that was given is reshaped to the kept axes up to 3.7; later releases broadcast it."""
    mean = layer.config.get("mean")
    axes = layer.config.get("axis", -1)
    axes = [axes] if isinstance(axes, int) else axes
    # keras/src/layers/preprocessing/normalization.py `build`: `ops.reshape` of the given mean to the shape of the kept
    # axes became `ops.broadcast_to` in 3.8.0, for which a single number fits every shape.
    if mean is None or not isinstance(axes, list | tuple | None):
        return
    if session.release >= (3, 8):
        _broadcast(layer, mean, axes or (), given)
        return
    kept = [given[axis] for axis in axes or () if isinstance(axis, int) and -len(given) <= axis < len(given)]
    sizes = [size for size in kept if size is not None]
    have, wanted = _count(mean), prod(sizes)
    if len(sizes) != len(kept) or have is None or have == wanted:
        return
    text = (
        "{{function_node __wrapped__Reshape_device_/job:localhost/replica:0/task:0/device:CPU:0}} Input to reshape is "
        f"a tensor with {have} values, but the requested shape has {wanted} [Op:Reshape]"
    )
    details = {"class": layer.class_name, "key": "mean", "value": repr(mean)}
    raise LoadFailure("InvalidArgumentError", text, "KER103", layer.class_name, layer.pointer, details)


def _broadcast(layer: Thing, mean: Any, axes: list[Any] | tuple[Any, ...], given: Shape) -> None:
    """`ops.broadcast_to` the sizes of the kept axes, with 1 for the others: sizes are matched from the last."""
    have = _sizes(mean)
    kept = [size if at in axes or at - len(given) in axes else 1 for at, size in enumerate(given)]
    pairs = zip(have[::-1], kept[::-1], strict=False) if have is not None else ()
    if have is None or (len(have) <= len(kept) and all(a == 1 or b is None or a == b for a, b in pairs)):
        return
    text = (
        "{{function_node __wrapped__BroadcastTo_device_/job:localhost/replica:0/task:0/device:CPU:0}} Unable to "
        f"broadcast tensor of shape [{','.join(map(str, have))}] to tensor of shape [{','.join(map(str, kept))}] "
        "[Op:BroadcastTo]"
    )
    details = {"class": layer.class_name, "key": "mean", "value": repr(mean)}
    raise LoadFailure("InvalidArgumentError", text, "KER103", layer.class_name, layer.pointer, details)


def _sizes(value: Any) -> list[int] | None:
    """The shape of a nested list of numbers; None for one that is uneven or holds something else."""
    if isinstance(value, int | float):
        return []
    if not isinstance(value, list | tuple) or not value:
        return None
    inner = [_sizes(item) for item in value]
    first = inner[0]
    return None if first is None or any(one != first for one in inner) else [len(value), *first]


def _count(value: Any) -> int | None:
    """How many numbers a nested list holds; None where it holds something else."""
    if isinstance(value, int | float):
        return 1
    if not isinstance(value, list | tuple):
        return None
    counts = [_count(item) for item in value]
    return None if any(count is None for count in counts) else sum(count or 0 for count in counts)
