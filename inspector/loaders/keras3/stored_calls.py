"""Stored calls that are not written as calls are: what taking them apart raises, and what calling with the parts does.

Source: `deserialize_node` in keras/src/models/functional.py, the same from 3.0 to 3.15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.listed_output import tensor
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import TensorThing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing

_PARTS = 3  # of a tensor: layer, call, output
# The first parameter of `call` where it is not `inputs`.
_FIRST = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"), "sequences"),
    **{f"ConvLSTM{rank}D": "sequences" for rank in (1, 2, 3)},
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention"), "query"),
}
# Keywords of the `call` of any built-in layer, and layers that take others.
_KEYWORDS = frozenset(
    {"training", "mask", "inputs", "states", "initial_state", "constants", "query", "value", "key", "query_mask"}
    | {"value_mask", "key_mask", "attention_mask", "return_attention_scores", "use_causal_mask", "count_weights"}
    | {"sequences", "sequence", "cache", "reverse", "transformations", "data", "bounding_boxes", "encoder_outputs"}
)
_ONE_INPUT = frozenset(
    {"Dense", "LSTM", "GRU", "SimpleRNN", "RepeatVector", "Flatten"}
    | {f"{kind}{rank}D" for kind in ("Conv", "MaxPooling", "AveragePooling", "ZeroPadding") for rank in (1, 2, 3)}
    | {f"{kind}{rank}D" for kind in ("GlobalMaxPooling", "GlobalAveragePooling", "Cropping") for rank in (1, 2, 3)}
)
_STATEFUL = frozenset({"LSTM", "GRU", "SimpleRNN"})
_OPEN = frozenset({"Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"})


class PartMissingError(Exception):
    """The IndexError of a tensor with too few parts, which is taken for that of a call that was not made yet."""


def check_form(node: Any, layer: Thing) -> None:
    """What is no list of tensors and no dict of arguments; nothing at all calls the layer without arguments."""
    if not node:
        if layer.kind == "layer":
            text = f"missing a required argument: '{_FIRST.get(layer.class_name, 'inputs')}'"
            raise broken(layer, "TypeError", text, node)
        return
    if isinstance(node, list):
        for data in node:
            _check_parts(data, layer)
    elif isinstance(node, dict):
        missing = next((key for key in ("args", "kwargs") if key not in node), None)
        if missing == "kwargs":  # looked for when the arguments are made
            raise broken(layer, "KeyError", repr(missing), node)
    elif isinstance(node, str):
        raise broken(layer, "TypeError", "string indices must be integers, not 'str'", node)
    else:
        raise broken(layer, "TypeError", f"'{type(node).__name__}' object is not subscriptable", node)


def _check_parts(data: Any, layer: Thing) -> None:
    """`data[0]`, `data[1]`, `data[2]`, then the number of parts, then the layer's name as a key."""
    if isinstance(data, dict):
        raise broken(layer, "KeyError", "0", data)
    if not isinstance(data, list | str):
        raise broken(layer, "TypeError", f"'{type(data).__name__}' object is not subscriptable", data)
    if len(data) < _PARTS:
        raise PartMissingError
    if len(data) in {_PARTS, _PARTS + 1} and isinstance(data[0], list | dict):
        raise broken(layer, "TypeError", f"unhashable type: {type(data[0]).__name__!r}", data)


def check_output(layer: Thing, index: Any) -> None:
    """`output_tensors[index]`: what is no number."""
    if not isinstance(index, int):
        text = f"list indices must be integers or slices, not {type(index).__name__}"
        raise broken(layer, "TypeError", text, index)


def check_call(session: Session, layer: Thing, args: Any, kwargs: Any) -> None:
    """`layer(*args, **kwargs)`: arguments that Python can pass, and tensors among those without a name."""
    if not hasattr(args, "__iter__"):
        text = f"{layer} argument after * must be an iterable, not {type(args).__name__}"
        raise broken(layer, "TypeError", text, args)
    if not isinstance(kwargs, dict):
        text = f"{layer} argument after ** must be a mapping, not {type(kwargs).__name__}"
        raise broken(layer, "TypeError", text, kwargs)
    if layer.kind != "layer":
        return
    check_keywords(layer, kwargs)
    if not list(args) and not kwargs:
        check_form([], layer)
    if not any(isinstance(one, TensorThing) for one in leaves([*args, kwargs])):
        check_single(session, layer, [])
    wrong = next((one for one in leaves(list(args)) if isinstance(one, str | int | float)), None)
    if wrong is not None:
        text = (
            "Only input tensors may be passed as positional arguments. The following argument value should be passed "
            f"as a keyword argument: {wrong} (of type {type(wrong)})"
        )
        raise broken(layer, "ValueError", text, args)


def check_keywords(layer: Thing, keywords: Any) -> None:
    """A keyword that no built-in layer's `call` has: the call is bound to its signature first (`CallSpec`)."""
    unknown = next((key for key in keywords if key not in _KEYWORDS), None)
    if unknown is not None and layer.facts is not None and layer.custom is None and layer.class_name not in _OPEN:
        raise broken(layer, "TypeError", f"got an unexpected keyword argument {unknown!r}", keywords)


def check_single(session: Session, layer: Thing, given: list[TensorThing]) -> None:
    """A list of tensors for a layer with one input spec (`assert_input_compatibility`, reworded in 3.3)."""
    if layer.class_name not in _ONE_INPUT or len(given) == 1 or layer.facts is None:
        return
    if given and layer.class_name in _STATEFUL:  # its states may follow
        return
    received = ", ".join(tensor(session, one.shape, "keras_tensor") for one in given)
    text = (
        f'Layer "{layer.name}" expects 1 input(s), but it received {len(given)} input tensors. '
        f"Inputs received: [{received}]"
    )
    if session.release < (3, 3):
        text = f"Layer '{layer.name}' expected 1 input(s). Received {len(given)} instead."
    raise broken(layer, "ValueError", text, [one.history for one in given])


def leaves(value: Any) -> Iterator[Any]:
    """Everything in nested arguments that holds nothing else."""
    if isinstance(value, list | tuple | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield value


def broken(layer: Thing, kind: str, text: str, value: Any) -> LoadFailure:
    """The failure of a call that is stored otherwise than Keras stores calls."""
    details = {"class": layer.class_name, "key": "inbound_nodes", "value": repr(value)}
    return LoadFailure(kind, text, "KER103", layer.class_name, layer.pointer, details)


def opaque(args: Any, stored: Any) -> Any:
    """The arguments without the values of constants, which are tensors and arrays when the layer is called."""
    if not isinstance(args, list) or not isinstance(stored, list):
        return args
    kinds = [kept.get("class_name") if isinstance(kept, dict) else None for kept in stored]
    return [None if kind in _CONSTANTS else arg for arg, kind in zip(args, kinds, strict=False)]


_CONSTANTS = frozenset({"__tensor__", "__numpy__"})
