"""The variables of layers of Keras 2 that hold others: cells, heads of attention; and of a few that no cell shares."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.calls.shapes import windows
from inspector.loaders.keras_common.variables import CELL_OF, Variable, own_variables
from inspector.loaders.weights.more_variables import conv_lstm_cell, more_variables

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]
Shape = tuple[int | None, ...] | None
_CELLS = frozenset(CELL_OF.values())


def other_variables(class_name: str, config: Config, given: Shape) -> list[Variable] | None:
    """The layer's variables in the order of its `weights`; None where the class is not known here."""
    made = _MADE.get(class_name)
    if made is not None:
        return made(config, given)
    if class_name.startswith("ConvLSTM"):
        return list(conv_lstm_cell(config, given))
    more = more_variables(class_name, config, given)
    return None if more is None else list(more)


def _rnn(config: Config, given: Shape) -> list[Variable] | None:
    """What its cell holds, or each of its cells one after the other: one is fed with what the one before puts out."""
    cell = config.get("cell")
    inner = cell.get("config") if isinstance(cell, dict) else None
    if not isinstance(inner, dict) or not isinstance(cell, dict):
        return None
    cells = inner.get("cells") if cell.get("class_name") == "StackedRNNCells" else [cell]
    found: list[Variable] = []
    for one in cells if isinstance(cells, list) else []:
        own = one.get("config") if isinstance(one, dict) else None
        if not isinstance(own, dict) or str(one.get("class_name")) not in _CELLS:
            return None
        found += own_variables(str(one["class_name"]), {"reset_after": False, **own}, given) or ()
        given = (*given[:-1], own.get("units")) if given else None
    return found


def _heads(config: Config, given: Shape) -> list[Variable] | None:
    """Four einsum layers. Source: MultiHeadAttention._build_from_signature and _make_output_dense."""
    heads, size = config.get("num_heads"), config.get("key_dim")
    values = config.get("value_dim") or size
    # The size of value and key is that of another input: only a stored shape tells it.
    last = given[-1] if given else None
    inputs = [last, _last(config.get("key_shape")), _last(config.get("value_shape"))]
    out = config.get("output_shape")
    outs = (out,) if isinstance(out, int) else tuple(out) if isinstance(out, list) else (last,)
    found = []
    for name, into, width in zip(("query", "key", "value"), inputs, (size, size, values), strict=True):
        found.append(Variable(f"{name}/kernel", (into, heads, width)))
        found += [Variable(f"{name}/bias", (heads, width))] if config.get("use_bias", True) else []
    found.append(Variable("attention_output/kernel", (heads, values, *outs)))
    return [*found, Variable("attention_output/bias", outs)] if config.get("use_bias", True) else found


def _last(shape: Any) -> int | None:
    return shape[-1] if isinstance(shape, list) and shape and isinstance(shape[-1], int) else None


def _local(config: Config, given: Shape) -> list[Variable] | None:
    """A kernel for each place; `implementation` 3 stores those of all places in one row. Source: locally_connected."""
    rank = len(given) - 2 if given else 0
    if given is None or rank < 1 or config.get("data_format") == "channels_first":
        return None
    if config.get("implementation", 1) not in (1, 2):
        return None
    sides, filters, last = windows(config, given[1:-1]), config.get("filters"), given[-1]
    size = config.get("kernel_size")
    if sides is None or None in (*sides, *given[1:]) or not isinstance(size, list) or len(size) != rank:
        return None
    kernel: tuple[int | None, ...] = (*given[1:], *sides, filters)
    if config.get("implementation", 1) == 1:
        places = prod(side for side in sides if side is not None)
        kernel = (places, prod(size) * last if last is not None else None, filters)
    made = [Variable("kernel", kernel)]
    return [*made, Variable("bias", (*sides, filters))] if config.get("use_bias", True) else made


def _renormalized(config: Config, given: Shape) -> list[Variable] | None:
    """BatchNormalization with `renorm` has three variables more. Source: BatchNormalizationBase.build."""
    plain = own_variables("BatchNormalization", {**config, "renorm": False}, given)
    if plain is None:
        return None
    shape = plain[-1].shape
    more = [Variable("moving_stddev", shape, trainable=False)]
    return plain + more + [Variable(name, shape, trainable=False) for name in ("renorm_mean", "renorm_stddev")]


_MADE: dict[str, Callable[[Config, Shape], list[Variable] | None]] = {
    "RNN": _rnn,
    "MultiHeadAttention": _heads,
    "BatchNormalization": _renormalized,
    "LocallyConnected1D": _local,
    "LocallyConnected2D": _local,
}
