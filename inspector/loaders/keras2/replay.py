"""Plays through how Keras 2 calls the layers of a graph: node by node, in the order of `reconstruct_from_config`.

What a config has where a tensor `[layer, node, tensor, kwargs]` should stand raises where the loader takes it apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# A tensor in a config: layer, call, index, and perhaps the call's keyword arguments. Source: convert_inner_node_data.
_TENSOR_SIZES = (3, 4)
_WITH_KWARGS = 4
_CONSTANT = "_CONSTANT_VALUE"
_REWORDED_SINCE = (2, 7)
_KERAS_TENSORS_SINCE = (2, 4)
# What the `call` of built-in layers takes by name; any other name is refused by Python.
_CALL_KEYWORDS = frozenset(
    {"training", "mask", "inputs", "states", "initial_state", "constants", "query", "value", "key", "attention_mask"}
    | {"return_attention_scores", "use_causal_mask", "count_weights", "inverse", "input_tensor", "sequences", "cache"}
)
# Layers of one input and one output, with no keyword of their own: those whose call can be foretold.
_OPEN = frozenset({"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "Lambda", "ClassMethod", "InstanceMethod"})
_SEVERAL = 2
_ONE_INPUT = frozenset(
    {"Dense", "RepeatVector", "Flatten"}
    | {f"{kind}{rank}D" for kind in ("Conv", "MaxPooling", "AveragePooling", "ZeroPadding") for rank in (1, 2, 3)}
    | {f"{kind}{rank}D" for kind in ("GlobalMaxPooling", "GlobalAveragePooling", "Cropping") for rank in (1, 2, 3)}
)
_MANY_OUTPUTS = frozenset({"RNN", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "CuDNNLSTM", "CuDNNGRU"})


@record(frozen=False, eq=False)
class Made:
    """A layer of the graph: its own name (None: Keras makes one up), and what each call of it gave.

    `outputs` has a number for each call, None where that is not followed; `sources` what the call took.
    """

    name: str | None
    kind: str
    is_input: bool
    skipped: int
    each: int | None
    is_own: bool
    shape: Any = None
    outputs: list[int | None] = field(default_factory=list)
    sources: list[list[tuple[Made, int, int]]] = field(default_factory=list)

    @property
    def key(self) -> object:
        """What node numbers are kept under: the layer's own name."""
        return id(self) if self.name is None else self.name


class Replay:
    """The state of `reconstruct_from_config`: layers by the name of their entry, calls by layer and number."""

    def __init__(self, made: Mapping[Any, Made], python: tuple[int, int]) -> None:
        self.made = made
        self.python = python
        self.index: dict[Any, int] = {}
        self.count = {key: layer.skipped for key, layer in made.items()}
        self.waiting: dict[Any, list[Any]] = {}
        for layer in made.values():
            layer.outputs = [layer.each] * (1 if layer.is_input else layer.skipped)
            layer.sources = [[] for _ in layer.outputs]

    def run(self, layers: Sequence[Mapping[str, Any]]) -> Any:
        """Call all; the name of an entry whose node never gets its inputs, None where there is none."""
        for entry in layers:
            # The calls of an entry go to the one layer of its name, and its count begins anew with each entry.
            self.count[entry["name"]] = self.made[entry["name"]].skipped
            self.waiting.setdefault(entry["name"], []).extend(entry["inbound_nodes"])
        names = list(dict.fromkeys(entry["name"] for entry in layers))
        while any(self.waiting.values()):
            if not sum(self._calls(name) for name in names):  # each layer in turn, whichever moves
                return next(name for name, nodes in self.waiting.items() if nodes)
        return None

    def _calls(self, name: Any) -> bool:
        """The layer's calls up to the first whose inputs are not there; whether one was made."""
        moved, nodes = False, self.waiting[name]
        while nodes and self._call(name, nodes[0]):
            nodes.pop(0)
            moved = True
        return moved

    def _call(self, name: Any, node: Any) -> bool:
        layer, sources = self.made[name], []
        kwargs: Any = {}
        if next(leaves(node), self) is self:  # nothing to flatten: `kwargs` is set for each tensor in turn
            raise _broken("UnboundLocalError", texts.unset_local(self.python, "kwargs"), str(layer.name))
        for leaf in leaves(node):
            tensor = _taken_apart(leaf, name)
            kwargs = tensor[3] if len(tensor) == _WITH_KWARGS else {}
            if not self._are_there(kwargs):
                return False
            if tensor[0] == _CONSTANT:
                continue
            source = self._looked_up(tensor)
            if source is None:
                return False
            sources.append(source)
        _refuse_keywords(layer, kwargs, self.python)
        _refuse_number(layer, sources)
        self.index[layer.key, self.count[name]] = len(layer.outputs)
        self.count[name] += 1
        layer.outputs.append(layer.each)
        layer.sources.append(sources)
        return True

    def _are_there(self, kwargs: Any) -> bool:
        """The tensors among keyword arguments; an index that is out of reach makes the call wait, for ever."""
        for leaf in leaves(kwargs):
            if is_tensor(leaf):
                try:
                    found = self._looked_up(leaf)
                except LoadFailure as failure:
                    if failure.type != "IndexError":
                        raise
                    return False
                if found is None:
                    return False
        return True

    def _looked_up(self, tensor: Sequence[Any]) -> tuple[Made, int, int] | None:
        """The tensor that is meant; None while its layer was not called so often."""
        layer = self.made.get(tensor[0])
        if layer is None:
            raise _broken("KeyError", repr(tensor[0]), str(tensor[0]))
        node = self.node(layer, tensor[1])
        return None if node is None else (layer, node, _output(layer, node, tensor[2]))

    def node(self, layer: Made, number: Any) -> int | None:
        """The call of that number; an input has one, whatever number is asked for."""
        if layer.is_input:
            return 0
        if isinstance(number, list | dict):
            raise _broken("TypeError", f"unhashable type: {type(number).__name__!r}", str(layer.name))
        return self.index.get((layer.key, number))

    def end(self, leaf: Any) -> tuple[Made, int, int]:
        """A tensor of the model's own inputs or outputs."""
        tensor = _taken_apart(leaf, "model")
        if len(tensor) == _WITH_KWARGS:
            raise _broken("ValueError", "too many values to unpack (expected 3)", str(tensor[0]))
        layer = self.made.get(tensor[0])
        if layer is None:
            raise _broken("AssertionError", "", str(tensor[0]))
        node = self.node(layer, tensor[1])
        if node is None:
            raise _broken("TypeError", "list indices must be integers or slices, not NoneType", str(tensor[0]))
        return layer, node, _output(layer, node, tensor[2])


def check_network(
    inputs: Sequence[tuple[Made, int, int]], outputs: Sequence[tuple[Made, int, int]], release: tuple[int, int]
) -> None:
    """What `Functional.__init__` raises: an input given twice or not at all, and names that two of its layers have."""
    if any(not layer.is_input for layer, _, _ in inputs):
        return  # the graph is cloned from there on (`clone_graph_nodes`), which is not followed
    if len({id(layer) for layer, _, _ in inputs}) != len(inputs):
        raise _broken("ValueError", _given_twice(release, [layer for layer, _, _ in inputs]), "input_layers")
    given = {id(layer) for layer, _, _ in inputs}
    met: dict[tuple[int, int], Made] = {}
    todo = [(layer, node, layer) for layer, node, _ in outputs]
    while todo:
        layer, node, caller = todo.pop()
        if (id(layer), node) in met:
            continue
        if layer.is_input and id(layer) not in given and caller is not layer:
            raise _broken("ValueError", _disconnected(release, layer, caller), str(layer.name))
        met[id(layer), node] = layer
        todo.extend((source, at, layer) for source, at, _ in layer.sources[node])
    _check_names([*{id(layer): layer for layer in [*met.values(), *(one for one, _, _ in inputs)]}.values()])


def _check_names(layers: Sequence[Made]) -> None:
    names = [layer.name for layer in layers if layer.name is not None]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        text = f'The name "{twice}" is used {names.count(twice)} times in the model. All layer names should be unique.'
        raise _broken("ValueError", text, twice)


def _given_twice(release: tuple[int, int], inputs: Sequence[Made]) -> str:
    shown = [f"<KerasTensor: shape={layer.shape} dtype=float32 (created by layer '{layer.name}')>" for layer in inputs]
    listed = f"[{', '.join(shown)}]"
    # Reworded in 2.7 (keras/engine/functional.py `_validate_graph_inputs_and_outputs`).
    if release < _REWORDED_SINCE:
        return (
            f"The list of inputs passed to the model is redundant. All inputs should only appear once. Found: {listed}"
        )
    start = "The list of inputs passed to the model contains the same input multiple times. "
    return f"{start}All inputs should only appear once.Received inputs={listed}"


def _disconnected(release: tuple[int, int], layer: Made, caller: Made) -> str:
    # Up to 2.3 graphs are made of symbolic tensors, from 2.4 on of KerasTensors.
    shown = f'Tensor("{layer.name}:0", shape={layer.shape}, dtype=float32)'
    if release >= _KERAS_TENSORS_SINCE:
        shown = (
            f"KerasTensor(type_spec=TensorSpec(shape={layer.shape}, dtype=tf.float32, name='{layer.name}'), "
            f"name='{layer.name}', description=\"created by layer '{layer.name}'\")"
        )
    return (
        f'Graph disconnected: cannot obtain value for tensor {shown} at layer "{caller.name}". The following previous '
        "layers were accessed without issue: []"
    )


def _taken_apart(leaf: Any, subject: Any) -> list[Any]:
    if is_tensor(leaf):
        return list(leaf)
    raise _broken("AttributeError", f"'{type(leaf).__name__}' object has no attribute 'as_list'", str(subject))


def _output(layer: Made, node: int, index: Any) -> int:
    """One of the outputs of a call, as a list answers to that index."""
    count = layer.outputs[node]
    if not isinstance(index, int):
        text = f"list indices must be integers or slices, not {type(index).__name__}"
        raise _broken("TypeError", text, str(layer.name))
    if count is not None and not -count <= index < count:
        raise _broken("IndexError", "list index out of range", str(layer.name))
    return int(index) if count is None or index >= 0 else int(index) + count


def _refuse_keywords(layer: Made, kwargs: Any, python: tuple[int, int]) -> None:
    """`layer(inputs, **kwargs)`: a mapping, of names that a built-in layer's call knows."""
    if not isinstance(kwargs, dict):
        shown = f"{layer.kind} object" if python < (3, 9) else f"<keras.layers.{layer.kind} object at 0x0>"
        text = f"{shown} argument after ** must be a mapping, not {type(kwargs).__name__}"
        raise _broken("TypeError", text, str(layer.name))
    unknown = next((key for key in kwargs if key not in _CALL_KEYWORDS), None)
    if unknown is not None and layer.is_own and layer.kind not in _OPEN:
        shown = f"{layer.kind}.call()" if python >= (3, 10) else "call()"
        raise _broken("TypeError", f"{shown} got an unexpected keyword argument {unknown!r}", str(layer.name))


def _refuse_number(layer: Made, sources: Sequence[tuple[Made, int, int]]) -> None:
    """A layer with one input spec counts the tensors that it is given (`assert_input_compatibility`)."""
    if layer.kind not in _ONE_INPUT or not layer.is_own or len(sources) < _SEVERAL:
        return
    received = ", ".join(f"<tf.Tensor 'Placeholder:0' shape={source.shape} dtype=float32>" for source, _, _ in sources)
    text = (
        f'Layer "{layer.name}" expects 1 input(s), but it received {len(sources)} input tensors. '
        f"Inputs received: [{received}]"
    )
    raise _broken("ValueError", text, str(layer.name))


def outputs_of(kind: str, config: Mapping[str, Any], *, is_own: bool) -> int | None:
    """How many tensors one call of that layer gives; None where that is not followed."""
    if not is_own or kind in _OPEN or config.get("return_state"):
        return None
    if kind in _MANY_OUTPUTS:
        return 1 if kind not in {"RNN", "Bidirectional"} else None
    return None if kind in {"MultiHeadAttention", "Attention", "AdditiveAttention", "StackedRNNCells"} else 1


def _broken(exception: str, text: str, subject: str) -> LoadFailure:
    return LoadFailure(exception, text, "KER135", subject)


def leaves(data: Any) -> Iterator[Any]:
    """The tensors of a nested structure, and whatever else lies where they should (`tf.nest.flatten`)."""
    if isinstance(data, dict):
        for value in data.values():
            yield from leaves(value)
    elif isinstance(data, list) and not is_tensor(data):
        for value in data:
            yield from leaves(value)
    else:
        yield data


def is_tensor(data: Any) -> bool:
    """Whether a list stands for a tensor. Source: `_is_serialized_node_data`."""
    return isinstance(data, list) and len(data) in _TENSOR_SIZES and isinstance(data[0], str)
