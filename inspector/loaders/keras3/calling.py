"""A layer's call while a functional model is rebuilt: the tensors it is given, and what the call can raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3 import lambdas
from inspector.loaders.keras3.building import LAST_AXIS, check_axes, check_build, check_rank
from inspector.loaders.keras3.followed import built_by, followed_call, puts_out_one, refused_call
from inspector.loaders.keras3.nested import check_nested, nested_output
from inspector.loaders.keras3.odd import check_called, check_initializers
from inspector.loaders.keras3.refusals import Raised
from inspector.loaders.keras3.stored_calls import (
    PartMissingError,
    check_call,
    check_form,
    check_keywords,
    check_output,
    check_single,
    leaves,
    opaque,
)
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import TensorThing, Thing
from inspector.loaders.weights.shapes import layer_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape

# A stored tensor says where it came from: the layer's name, its node and that node's output.
_HISTORY = 3


class NodeMissing(Exception):  # noqa: N818 - Keras' IndexError: the call has to wait
    """A call needs the output of a call that has not been made yet."""


def node_arguments(session: Session, node: Any, created: dict[str, Thing], layer: Thing) -> list[TensorThing]:
    """The tensors that a stored call of the layer takes; NodeMissing where one does not exist yet."""
    try:
        check_form(node, layer)
    except PartMissingError as error:
        raise NodeMissing from error
    if not node:
        return []
    pointer = layer.pointer
    if isinstance(node, list):
        _check_keywords(node, layer, session, created)
        given = [_legacy_tensor(session, one, created, pointer) for one in node]
        check_single(session, layer, given)
        return given
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    if not isinstance(node, dict) or "args" not in node:
        # Keras 2 stores a call on a dict of tensors as that dict.
        details = {"class": "Functional", "keys": "args"}
        raise LoadFailure("KeyError", "'args'", "KER104", layer.class_name, pointer, details)
    args = deserialize(session, node["args"], pointer)
    kwargs = deserialize(session, node["kwargs"], pointer)
    layer.keywords = tuple(kwargs) if isinstance(kwargs, dict) else ()
    check_call(session, layer, opaque(args, node["args"]), kwargs)
    _check_positional(layer, args)
    _check_slices(session, layer, args)
    _check_mixed(session, layer, kwargs)
    given = [_revived(session, tensor, created, pointer) for tensor in _tensors(args)]
    # Masks and states of a call are no inputs whose shapes the layer joins.
    return [*given, *(_unshaped(_revived(session, tensor, created, pointer)) for tensor in _tensors(kwargs))]


def _unshaped(tensor: TensorThing) -> TensorThing:
    return TensorThing(tensor.history, tensor.shape, tensor.dtype)


# Layers that take all their inputs in one argument. The `.h5` path takes operations of these names for them.
_MERGES = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"})


def _check_positional(layer: Thing, args: Any) -> None:
    """Merging layers take only one list of tensors by position."""
    if layer.kind != "layer" or not isinstance(args, list):
        return
    if layer.class_name in _MERGES and len(args) > 1:
        text = "too many positional arguments"
        details = {"class": layer.class_name, "key": "inbound_nodes", "value": str(args)}
        raise LoadFailure("TypeError", text, "KER103", layer.class_name, layer.pointer, details)


def _check_slices(session: Session, layer: Thing, args: Any) -> None:
    """Slices of several axes come back as a list, which `GetItem` takes since 3.2."""
    listed = isinstance(args, list) and len(args) > 1 and isinstance(args[1], list)
    if layer.class_name != "GetItem" or session.release >= (3, 2) or not listed:
        return
    tensor, key = args[:2]
    shape, dtype = (tensor.shape, tensor.dtype) if isinstance(tensor, TensorThing) else (None, "float32")
    text = (
        "Exception encountered when calling GetItem.call().\n\n\x1b[1mUnsupported key type for array slice. Recieved: "
        f"`{key}`\x1b[0m\n\nArguments received by GetItem.call():\n  • args=('<KerasTensor shape={shape}, "
        f"dtype={dtype}, sparse=False, name={layer.name}>', {[str(one) for one in key]})\n  • kwargs={{}}"
    )
    details = {"class": layer.class_name, "key": "inbound_nodes", "value": str(key)}
    raise LoadFailure("ValueError", text, "KER103", layer.class_name, layer.pointer, details)


def _check_mapping(layer: Thing, kwargs: Any) -> None:
    """`layer(*args, **kwargs)`."""
    if isinstance(kwargs, dict):
        return
    text = f"{layer} argument after ** must be a mapping, not {type(kwargs).__name__}"
    details = {"class": layer.class_name, "key": "inbound_nodes", "value": repr(kwargs)}
    raise LoadFailure("TypeError", text, "KER103", layer.class_name, layer.pointer, details)


def _check_mixed(session: Session, layer: Thing, kwargs: Any) -> None:
    """Up to 3.3 a list of tensors may hold nothing else, not even None (`CallSpec`)."""
    if session.release >= (3, 4) or layer.kind not in {"layer", "model"} or not isinstance(kwargs, dict):
        return
    for key, value in kwargs.items():
        flat = list(leaves(value)) if isinstance(value, list | tuple | dict) else []
        if any(isinstance(one, TensorThing) for one in flat) and not all(isinstance(one, TensorThing) for one in flat):
            text = (
                "In a nested call() argument, you cannot mix tensors and non-tensors. Received invalid mixed argument: "
                f"{key}={value}"
            )
            details = {"class": layer.class_name, "key": "inbound_nodes", "value": key}
            raise LoadFailure("ValueError", text, "KER103", layer.class_name, layer.pointer, details)


def _check_keywords(node: list[Any], layer: Thing, session: Session, created: dict[str, Thing]) -> None:
    """Keyword arguments of calls in files of Keras 2: tensors among them stay as they are stored, [layer, 0, 0]."""
    # Every tensor of a call has its keywords, of which those of the last are passed on.
    last = node[-1]
    keywords = last[3] if isinstance(last, list) and len(last) == 4 else {}  # noqa: PLR2004 - [layer, node, tensor, keywords]
    _check_mapping(layer, keywords)
    if layer.kind == "layer":
        check_keywords(layer, keywords)
    for key, value in keywords.items():
        if not _holds_reference(value, created):
            continue
        if layer.class_name == "MultiHeadAttention" and key == "value":
            text = "MultiHeadAttention.build() missing 1 required positional argument: 'value_shape'"
            details = {"class": "MultiHeadAttention", "key": "inbound_nodes", "value": str(value)}
            raise LoadFailure("TypeError", text, "KER103", "MultiHeadAttention", layer.pointer, details)
        layer.unrestored = key
        # These look at the argument only when the model runs.
        if layer.class_name not in {"CategoryEncoding", "AdditiveAttention", "Attention"}:
            session.gap(
                layer.pointer,
                f"a call passes the tensor {value[0]} as its argument {key}, which Keras 3 does not restore",
            )


def _holds_reference(value: Any, created: dict[str, Thing]) -> bool:
    """Whether a stored value is a tensor of the graph, or a list with one."""
    if not isinstance(value, list):
        return False
    if len(value) > 2 and isinstance(value[0], str):  # noqa: PLR2004 - [layer, node, tensor]
        return value[0] in created
    return any(_holds_reference(one, created) for one in value)


def _legacy_tensor(session: Session, data: Any, created: dict[str, Thing], pointer: str) -> TensorThing:
    if len(data) not in {3, 4}:
        text = "Cannot deserialize the model (invalid config data?)"
        details = {"class": "Functional", "key": "inbound_nodes", "value": str(data)}
        raise LoadFailure("ValueError", text, "KER103", details["class"], pointer, details)
    name, index, tensor = data[:3]
    if name not in created:
        raise _missing_node(session, str(name), pointer)
    _check_index(index, pointer)
    if created[name].nodes <= index:
        raise NodeMissing
    check_output(created[name], tensor)
    _check_tensor(session, created[name], tensor)
    index = _counted(created[name], index)
    return TensorThing((name, index, tensor), *_shape_of(created[name], index, tensor))


def _counted(layer: Thing, index: int) -> int:
    """A call that is counted from the end, as Python's lists are."""
    return index + layer.nodes if index < 0 else index


def _check_tensor(session: Session, layer: Thing, tensor: Any) -> None:
    """`output_tensors[tensor]` of a layer that puts out one: the IndexError of another is taken for a missing call."""
    if isinstance(tensor, int) and tensor > 0 and puts_out_one(session, layer):
        raise NodeMissing


def _check_index(index: Any, pointer: str) -> None:
    """A call's number must be one: it is compared with how many calls there are, then an index among them."""
    if isinstance(index, int):
        return
    text = f"'<=' not supported between instances of 'int' and {type(index).__name__!r}"
    if isinstance(index, float):
        text = f"list indices must be integers or slices, not {type(index).__name__}"
    details = {"class": "Functional", "key": "inbound_nodes", "value": repr(index)}
    raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)


def _shape_of(layer: Thing, node: int, tensor: int) -> tuple[Shape | None, str, bool]:
    """The shape of a call's output, its dtype where that is known, and whether the shape is exact."""
    # A model's first output is that of its own graph.
    node += len(layer.outputs) - layer.nodes if layer.layers else 0
    if tensor != 0 or not 0 <= node < len(layer.outputs):
        return None, "", False
    return layer.outputs[node], "", node < len(layer.exact) and layer.exact[node]


def _missing_node(session: Session, name: str, pointer: str) -> LoadFailure:
    """A call whose input names no layer of the model; a plain KeyError where nodes are not checked."""
    details = {"class": "Functional", "key": "inbound_nodes", "value": name}
    if session.checks_nodes:
        text = f"Invalid Functional model configuration. Missing node: {name}"
        return LoadFailure("ValueError", text, "KER103", details["class"], pointer, details)
    return LoadFailure("KeyError", repr(name), "KER103", details["class"], pointer, details)


def _revived(session: Session, given: TensorThing, created: dict[str, Thing], pointer: str) -> TensorThing:
    """The tensor of the rebuilt graph that a stored one stands for."""
    if given.history is None:
        return given
    name = given.history[0]
    details = {"class": "Functional", "key": "inbound_nodes", "value": str(name)}
    if isinstance(name, list | dict):
        text = f"unhashable type: {type(name).__name__!r}"
        raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)
    if name not in created:
        raise LoadFailure("ValueError", f"Unknown layer: {name}", "KER103", details["class"], pointer, details)
    if len(given.history) < _HISTORY:
        raise LoadFailure("IndexError", "list index out of range", "KER103", details["class"], pointer, details)
    index, tensor = given.history[1:3]
    _check_index(index, pointer)
    layer = created[name]
    if layer.nodes > index:
        check_output(layer, tensor)
        _check_tensor(session, layer, tensor)
        index = _counted(layer, index)
        shape, _, exact = _shape_of(layer, index, tensor)
        return TensorThing((name, index, tensor), shape, given.dtype, exact)
    if session.release >= (3, 7):
        raise NodeMissing
    text = (
        f"Layer node index out of bounds.\ninbound_layer = {layer}\ninbound_layer._inbound_nodes = []\n"
        f"inbound_node_index = {index}"
    )
    raise LoadFailure("ValueError", text, "KER103", details["class"], pointer, details)


def _tensors(value: Any) -> Iterator[TensorThing]:
    """Every symbolic tensor in nested arguments."""
    if isinstance(value, TensorThing):
        yield value
    elif isinstance(value, dict):
        # As `tree.flatten` goes through it: by its sorted keys.
        for key in sorted(value, key=str):
            yield from _tensors(value[key])
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _tensors(inner)


def build(session: Session, layer: Thing, config: Any) -> None:
    """`build_from_config`: the stored input shape creates the layer's variables."""
    if not config:
        return
    if isinstance(config, list | str):  # neither key is in it, and the layer counts as built
        config = {"": config}
    if not isinstance(config, dict):  # `"input_shape" in config`
        text = f"argument of type '{type(config).__name__}' is not iterable"
        details = {"class": layer.class_name, "key": "build_config", "value": str(config)}
        raise LoadFailure("TypeError", text, "KER103", layer.class_name, layer.pointer, details)
    if layer.kind == "operation":
        details = {"class": layer.class_name, "key": "build_config", "value": str(config)}
        text = f"{layer.class_name!r} object has no attribute 'built'"
        raise LoadFailure("AttributeError", text, "KER103", layer.class_name, layer.pointer, details)
    if layer.built:
        return
    layer.built = True
    shape = config.get("input_shape")
    layer.is_hollow = not {"input_shape", "shapes_dict"} & config.keys()
    if "input_shape" in config and not isinstance(shape, list | tuple | dict | str) and layer.class_name in _INDEXING:
        details = {"class": layer.class_name, "key": "build_config", "value": str(config)}
        text = f"'{type(shape).__name__}' object is not subscriptable"
        raise LoadFailure("TypeError", text, "KER103", layer.class_name, layer.pointer, details)
    if not isinstance(shape, list | tuple):
        return
    single = all(size is None or isinstance(size, int) for size in shape)
    refused = built_by(layer, [tuple(shape)] if single else list(shape))
    if refused is not None:
        raise refused
    if single:
        layer.build_shape = tuple(shape)
        check_build(session, layer, exact=True)
        check_initializers(session, layer)


# Layers whose `build` looks into the shape at once.
_INDEXING = (
    LAST_AXIS
    | _MERGES
    | {"Reshape", "BatchNormalization", "LayerNormalization", "GroupNormalization", "LSTM", "GRU", "SimpleRNN"}
)


def call(session: Session, layer: Thing, arguments: list[TensorThing]) -> None:
    """One symbolic call of the layer."""
    if layer.broken_dtype:
        # A policy of Keras 2 is a bare string by now (in every layer up to 3.3, in recurrent ones later as well), and
        # the first call asks it to convert its input.
        policy = layer.config.get("dtype")
        name = str(policy.get("class_name")) if isinstance(policy, dict) else "dtype"
        text = "'str' object has no attribute 'convert_input'"
        details = {"class": name, "module": ""}
        raise LoadFailure("AttributeError", text, "KER101", name, f"{layer.pointer}/config/dtype", details)
    shapes = [one.shape for one in arguments]
    # Layers with one input; recurrent ones take their states behind it.
    given = shapes[0] if len(shapes) == 1 or (shapes and layer.class_name in _STATEFUL) else None
    check_rank(session, layer, given)
    check_axes(session, layer, given)
    check_nested(session, layer, arguments)
    if layer.class_name == "Lambda":
        lambdas.call(session, layer)
    inner = layer.inner.get("layer")
    if layer.class_name == "TimeDistributed" and inner is not None:
        _check_inner_shape(session, inner, given)
    layer.nodes += 1
    layer.calls.append([one.history for one in arguments if one.history is not None])
    followed = followed_call(session, layer, arguments) if not layer.layers else nested_output(layer, arguments)
    if isinstance(followed, Raised) and not followed.inside:
        raise refused_call(layer, followed, arguments)
    if not layer.built:
        check_called(session, layer)
        layer.built = True
        exact = layer.build_shape is None and len(arguments) == 1 and arguments[0].exact
        layer.build_shape = layer.build_shape or given
        check_build(session, layer, exact=exact)
    if isinstance(followed, Raised):
        raise refused_call(layer, followed, arguments)
    layer.build_shape = layer.build_shape or given
    # The first of a model's outputs is that of its own graph, before any call.
    own = (layer.outputs[0] if layer.outputs else None) if layer.layers else _output(layer, shapes)
    layer.outputs.append(followed or own)
    layer.exact.append(followed is not None)


def _check_inner_shape(session: Session, inner: Thing, given: Shape | None) -> None:
    """Up to 3.3 models do not tell the shape of their output, which a TimeDistributed asks its layer for.

    Later ones tell a list of shapes where the model has a list of one output (see `listed_output`).
    """
    if session.release < (3, 4) and inner.class_name in {"Sequential", "Functional", "Model"}:
        kind = "NotImplementedError"
        cause = f"Layer {inner.class_name} should implement `def compute_output_shape(self, input_shape)`."
    elif session.release >= (3, 4) and inner.listed_output:
        kind, cause = "ValueError", f"Cannot convert '{given[1] if given and len(given) > 1 else None}' to a shape."
    else:
        return
    text = (
        f"Exception encountered when calling TimeDistributed.call().\n\n\x1b[1m{cause}\x1b[0m\n\n"
        "Arguments received by TimeDistributed.call():"
    )
    details = {"class": inner.class_name, "key": "layer", "value": inner.name}
    raise LoadFailure(kind, text, "KER103", "TimeDistributed", inner.pointer, details)


_STATEFUL = frozenset({"LSTM", "GRU", "SimpleRNN"})
_JOINING = frozenset({"Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})


def _output(layer: Thing, shapes: list[Shape | None]) -> Shape | None:
    """The shape of what the call puts out; None where it is not followed."""
    kind, config = layer.class_name, layer.config
    if not shapes or layer.facts is None or config.get("return_state"):
        return None
    if len(shapes) == 1 or kind in _STATEFUL:
        return layer_output(kind, config, shapes[:1]) if kind != "MultiHeadAttention" else None
    if kind == "MultiHeadAttention":
        return None if config.get("output_shape") else shapes[0]
    if kind == "Concatenate":
        return layer_output(kind, config, shapes)
    # Merges of unlike shapes broadcast, which is not followed.
    return shapes[0] if kind in _JOINING and all(one == shapes[0] for one in shapes) else None
