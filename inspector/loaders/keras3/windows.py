"""Shapes that layers with windows, and those that pad or crop, put out: see `symbolic` for what None means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.refusals import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.loaders.keras_common.things import Shape

Config = dict[str, Any]


def _sizes(value: Any, rank: int) -> tuple[int, ...]:
    """One number for each side; TypeError for anything else."""
    found = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(found) != rank or not all(isinstance(size, int) for size in found):
        raise TypeError(value)
    return found


def _split(config: Config, given: Shape) -> tuple[Shape, int | None, bool]:
    """The sides, the channels, and whether those come last."""
    last = (config.get("data_format") or "channels_last") == "channels_last"
    return (given[1:-1], given[-1], True) if last else (given[2:], given[1], False)


def _put(given: Shape, sides: Sequence[int | None], channels: int | None, *, last: bool) -> Shape:
    return (given[0], *sides, channels) if last else (given[0], channels, *sides)


def _slid(config: Config, sides: Shape, window: Sequence[int], steps: Sequence[int]) -> list[int | None] | None:
    """The sides after a window was slid over them; None where one would be negative."""
    spread = _sizes(config.get("dilation_rate", 1), len(sides))
    slid: list[int | None] = []
    for side, width, step, gap in zip(sides, window, steps, spread, strict=True):
        if side is None:
            slid.append(None)
        elif config.get("padding") == "valid":
            slid.append((side - gap * (width - 1) - 1) // step + 1)
        else:
            slid.append((side - 1) // step + 1)
    return None if any(side is not None and side < 0 for side in slid) else slid


def _convolved(rank: int, kind: str) -> Callable[[Config, Shape], Shape | None]:
    def follow(config: Config, given: Shape) -> Shape | None:
        if len(given) != rank + 2:
            return None
        sides, channels, last = _split(config, given)
        window, steps = _sizes(config["kernel_size"], rank), _sizes(config.get("strides", 1), rank)
        filters = config.get("filters")
        if kind == "Depthwise":
            filters = channels * config.get("depth_multiplier", 1) if channels is not None else None
        groups = config.get("groups", 1)
        if kind == "" and channels is not None and channels % groups:
            raise refuse(
                "The number of input channels must be evenly divisible by the number of groups. Received "
                f"groups={groups}, but the input has {channels} channels (full input shape is {given})."
            )
        slid = _slid(config, sides, window, steps)
        if slid is None:
            raise refuse(
                f"Computed output size would be negative. Received `inputs shape={given}`, `kernel "
                f"shape={(*window, channels, filters)}`, `dilation_rate={config.get('dilation_rate')}`."
            )
        return _put(given, slid, filters, last=last)

    return follow


def _transposed(rank: int) -> Callable[[Config, Shape], Shape | None]:
    def follow(config: Config, given: Shape) -> Shape | None:
        if len(given) != rank + 2 or config.get("output_padding") is not None:
            return None
        sides, _, last = _split(config, given)
        window, steps = _sizes(config["kernel_size"], rank), _sizes(config.get("strides", 1), rank)
        spread = _sizes(config.get("dilation_rate", 1), rank)
        grown: list[int | None] = []
        for side, width, step, gap in zip(sides, window, steps, spread, strict=True):
            more = max(gap * (width - 1) + 1 - step, 0) if config.get("padding") == "valid" else 0
            grown.append(None if side is None else side * step + more)
        return _put(given, grown, config.get("filters"), last=last)

    return follow


def _pooled(rank: int) -> Callable[[Config, Shape], Shape | None]:
    def follow(config: Config, given: Shape) -> Shape | None:
        if len(given) != rank + 2:
            return None
        sides, channels, last = _split(config, given)
        window = _sizes(config.get("pool_size", 2), rank)
        slid = _slid(config, sides, window, _sizes(config.get("strides") or window, rank))
        if slid is None:
            raise refuse(
                f"Computed output size would be negative. Received: `inputs.shape={given}` and `pool_size={window}`.",
                inside=True,
            )
        return _put(given, slid, channels, last=last)

    return follow


def _global(rank: int) -> Callable[[Config, Shape], Shape | None]:
    def follow(config: Config, given: Shape) -> Shape | None:
        if len(given) != rank + 2:
            return None
        _, channels, last = _split(config, given)
        return _put(given, [1] * rank, channels, last=last) if config.get("keepdims") else (given[0], channels)

    return follow


def _edges(value: Any, rank: int) -> list[tuple[int, int]]:
    """What is added before and after each side."""
    if isinstance(value, int):
        return [(value, value)] * rank
    if rank == 1:
        return [(value[0], value[1])]
    return [(one, one) if isinstance(one, int) else (one[0], one[1]) for one in value]


def _padded(rank: int) -> Callable[[Config, Shape], Shape | None]:
    def follow(config: Config, given: Shape) -> Shape | None:
        if len(given) != rank + 2:
            return None
        sides, channels, last = _split(config, given)
        edges = _edges(config.get("padding", 1), rank)
        grown = [None if side is None else side + sum(edge) for side, edge in zip(sides, edges, strict=True)]
        return _put(given, grown, channels, last=last)

    return follow


def _cropped(rank: int) -> Callable[[Config, Shape], Shape | None]:
    def follow(config: Config, given: Shape) -> Shape | None:
        if len(given) != rank + 2:
            return None
        sides, channels, last = _split(config, given)
        cropping = config.get("cropping", 1)
        edges = _edges(cropping, rank)
        if any(side is not None and sum(edge) >= side for side, edge in zip(sides, edges, strict=True)):
            what = "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the "
            if rank == 1:
                what = "`cropping` parameter of `Cropping1D` layer must be smaller than the "
            tail = "input length" if rank == 1 else "input"
            raise refuse(f"{what}{tail}. Received: input_shape={given}, cropping={tuple(edges)}", inside=True)
        left = [None if side is None else side - sum(edge) for side, edge in zip(sides, edges, strict=True)]
        return _put(given, left, channels, last=last)

    return follow


def _upsampled(rank: int) -> Callable[[Config, Shape], Shape | None]:
    def follow(config: Config, given: Shape) -> Shape | None:
        if len(given) != rank + 2:
            return None
        sides, channels, last = _split(config, given)
        size = _sizes(config.get("size", 2), rank)
        grown = [None if side is None else side * factor for side, factor in zip(sides, size, strict=True)]
        return _put(given, grown, channels, last=last)

    return follow


FOLLOWED: dict[str, Callable[[Config, Shape], Shape | None]] = {
    **{f"Conv{rank}D": _convolved(rank, "") for rank in (1, 2, 3)},
    **{f"SeparableConv{rank}D": _convolved(rank, "Separable") for rank in (1, 2)},
    **{f"DepthwiseConv{rank}D": _convolved(rank, "Depthwise") for rank in (1, 2)},
    **{f"Conv{rank}DTranspose": _transposed(rank) for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": _pooled(rank) for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": _global(rank) for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"ZeroPadding{rank}D": _padded(rank) for rank in (1, 2, 3)},
    **{f"Cropping{rank}D": _cropped(rank) for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": _upsampled(rank) for rank in (1, 2, 3)},
}
