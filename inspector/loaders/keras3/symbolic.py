"""What symbolic calls of built-in layers make of shapes that are known exactly: the output's shape, or an exception.

`None` is a size that Keras itself leaves open here, never one that was not followed; a layer whose output is not
followed gives None for the whole shape. Sources: `build` and `compute_output_shape` of keras/src/layers, and
keras/src/ops/operation_utils.py.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.refusals import Raised, RefusedError, refuse
from inspector.loaders.keras3.windows import FOLLOWED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.loaders.keras_common.things import Shape

Config = dict[str, Any]
_ELEMENTWISE = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
MERGES = _ELEMENTWISE | {"Concatenate", "Dot"}
_UNCHANGED = frozenset(
    {
        "Activation", "ReLU", "LeakyReLU", "ELU", "Dropout", "SpatialDropout1D", "SpatialDropout2D",
        "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Rescaling", "ActivityRegularization",
        "Identity", "UnitNormalization", "BatchNormalization", "LayerNormalization", "GroupNormalization",
    }
)  # fmt: skip


def output_of(class_name: str, config: Config, given: Sequence[Shape]) -> Shape | Raised | None:
    """The output's shape for the shapes of all inputs; what the call raises; None where that is not followed."""
    try:
        if class_name in MERGES:
            return _merged(class_name, config, given) if len(given) > 1 else None
        if len(given) != 1:
            return None
        if class_name in _UNCHANGED:
            return _normalized(class_name, config, given[0])
        follow = _FOLLOWED.get(class_name)
        return follow(config, given[0]) if follow is not None else None
    except RefusedError as refused:
        return refused.raised
    except (TypeError, ValueError, ZeroDivisionError, KeyError, IndexError, OverflowError):
        # Values that constructors of later releases refuse, and older ones take: what comes of them is not followed.
        return None


# ---- merging layers


def _merged(class_name: str, config: Config, given: Sequence[Shape]) -> Shape | None:
    if class_name == "Concatenate":
        return _concatenated(config.get("axis", -1), given)
    if class_name == "Dot":
        return _dotted(config.get("axes"), given)
    batches = {shape[0] for shape in given if shape} - {None}
    if len(batches) > 1:
        raise refuse(f"Cannot merge tensors with different batch sizes. Received tensors with shapes {list(given)}")
    joined = given[0][1:]
    for shape in given[1:]:
        joined = _broadcast(joined, shape[1:])
    return (next(iter(batches), None), *joined)


def _broadcast(first: Shape, second: Shape) -> Shape:
    """`_compute_elemwise_op_output_shape`: sizes of 1 stretch."""
    if len(first) < len(second):
        first, second = second, first
    if not second:
        return first
    joined = list(first[: -len(second)])
    for a, b in zip(first[-len(second) :], second, strict=True):
        if a is None or b is None:
            joined.append(None)
        elif 1 not in (a, b) and a != b:
            raise refuse(f"Inputs have incompatible shapes. Received shapes {first} and {second}")
        else:
            joined.append(b if a == 1 else a)
    return tuple(joined)


def _concatenated(axis: Any, given: Sequence[Shape]) -> Shape | None:
    if axis is None:
        raise refuse("unsupported operand type(s) for %: 'NoneType' and 'int'", "TypeError")
    if not isinstance(axis, int) or any(not shape for shape in given):
        return None
    rests = {tuple(_without_axis(list(shape), axis)) for shape in given}
    ranks = {len(rest) for rest in rests}
    sizes = zip(*rests, strict=True) if len(ranks) == 1 else ()
    if len(ranks) != 1 or any(len({size for size in column if size is not None}) > 1 for column in sizes):
        raise refuse(
            "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. "
            f"Received: input_shape={list(given)}"
        )
    joined = list(given[0])
    if not all(-len(shape) <= axis < len(shape) for shape in given):
        raise refuse("list index out of range", "IndexError")
    sizes_there = [shape[axis] for shape in given]
    joined[axis] = None if None in sizes_there else sum(size or 0 for size in sizes_there)
    return tuple(joined)


def _without_axis(shape: list[int | None], axis: int) -> list[int | None]:
    """The sizes that must be the same: without those of 1 beside the axis, and without the axis itself."""
    there = axis % len(shape)
    # As in `Concatenate.build`: sizes are deleted while the original shape is walked through.
    for place, size in enumerate(shape[1:], start=1):
        if place != there and size == 1 and place < len(shape):
            del shape[place]
    if len(shape) > axis and -len(shape) <= axis:
        del shape[axis]
    return shape


def _dotted(axes: Any, given: Sequence[Shape]) -> Shape | None:
    if len(given) != 2:  # noqa: PLR2004 - a Dot takes two
        raise refuse(f"A `Dot` layer should be called on a list of 2 inputs. Received: input_shape={list(given)}")
    first, second = given
    pair = [axes % len(first), axes % len(second)] if isinstance(axes, int) and axes < 0 else axes
    pair = [pair, pair] if isinstance(pair, int) else pair
    if not isinstance(pair, list | tuple) or len(pair) != 2:  # noqa: PLR2004 - one axis of each
        return None
    if not all(-len(shape) <= axis < len(shape) for axis, shape in zip(pair, given, strict=True)):
        raise refuse("tuple index out of range", "IndexError")
    one, other = first[pair[0]], second[pair[1]]
    if one != other:
        raise refuse(
            f"Incompatible input shapes: axis values {one} (at axis {pair[0]}) != {other} (at axis {pair[1]}). "
            f"Full input shapes: {first}, {second}"
        )
    left, right = list(first), list(second)
    left.pop(pair[0])
    right.pop(pair[1])
    joined = [*left, *right[1:]]
    return tuple(joined if len(joined) > 1 else [*joined, 1])


# ---- layers that look at one axis


def _normalized(class_name: str, config: Config, given: Shape) -> Shape:
    if class_name in {"BatchNormalization", "LayerNormalization", "GroupNormalization"}:
        axes = config.get("axis", -1)
        for axis in axes if isinstance(axes, list | tuple) else [axes]:
            if isinstance(axis, int) and not -len(given) <= axis < len(given):
                raise refuse("tuple index out of range", "IndexError")
            if isinstance(axis, int) and class_name == "GroupNormalization":
                _grouped(config.get("groups", 32), axis, given)
    return given


def _grouped(groups: Any, axis: int, given: Shape) -> None:
    size = given[axis]
    if size is None:
        raise refuse(
            f"Axis {axis} of input tensor should have a defined dimension but the layer received an input with shape "
            f"{given}."
        )
    if isinstance(groups, int) and size < groups:
        raise refuse(f"Number of groups ({groups}) cannot be more than the number of channels ({size}).")
    if isinstance(groups, int) and groups > 0 and size % groups:
        raise refuse(f"Number of groups ({groups}) must be a multiple of the number of channels ({size}).")


def _steps(_config: Config, given: Shape) -> None:
    """A TimeDistributed asks for the steps at once; what its layer puts out is not followed here."""
    if len(given) < 3:  # noqa: PLR2004 - batch, step, feature
        raise refuse(
            f"`TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, received: {given}"
        )


def _dense(config: Config, given: Shape) -> Shape:
    return (*given[:-1], config.get("units"))


def _embedding(config: Config, given: Shape) -> Shape:
    return (*given, config.get("output_dim"))


def _flatten(_config: Config, given: Shape) -> Shape:
    sizes = given[1:]
    return (given[0], None if None in sizes else prod(size or 0 for size in sizes))


def _reshape(config: Config, given: Shape) -> Shape:
    target = tuple(config["target_shape"])
    if target.count(-1) > 1:
        raise refuse(
            f"There must be at most one unknown dimension (-1) in target_shape. Received: target_shape={target}."
        )
    if None in given[1:]:
        return (given[0], *(None if size == -1 else size for size in target))
    total = prod(size or 0 for size in given[1:])
    known = prod(size for size in target if size != -1)
    if -1 not in target and total != known:
        raise refuse(
            f"The total size of the tensor must be unchanged. Received: input_shape={given[1:]}, target_shape={target}"
        )
    if -1 in target and (known == 0 or total % known):
        raise refuse(
            "The total size of the tensor must be unchanged, however, the input size cannot by divided by the "
            f"specified dimensions in target_shape. Received: input_shape={given[1:]}, target_shape={target}"
        )
    return (given[0], *(total // known if size == -1 else size for size in target))


def _permute(config: Config, given: Shape) -> Shape | None:
    dims = config.get("dims")
    if not isinstance(dims, list | tuple) or len(dims) + 1 != len(given):
        return None
    return (given[0], *(given[dim] for dim in dims))


def _repeat(config: Config, given: Shape) -> Shape:
    return (given[0], config["n"], *given[1:])


def _recurrent(config: Config, given: Shape) -> Shape | None:
    if config.get("return_state") or len(given) != 3:  # noqa: PLR2004 - batch, step, feature
        return None
    return (given[0], given[1], config["units"]) if config.get("return_sequences") else (given[0], config["units"])


_FOLLOWED: dict[str, Callable[[Config, Shape], Shape | None]] = {
    "Dense": _dense,
    "TimeDistributed": _steps,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": _repeat,
    **FOLLOWED,
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _recurrent),
}
