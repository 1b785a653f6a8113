"""A model's layers with the variables they make, read from any file that holds its config, whichever Keras wrote it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.shapes import variables as layer_variables
from inspector.loaders.keras_common.names import snake_case
from inspector.loaders.weights.more_variables import conv_lstm_cell, more_variables
from inspector.loaders.weights.shapes import Shape, inner_shape, layer_output
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras_common.variables import Variable
    from inspector.terms.artifact import Artifact

NETWORKS = frozenset({"Sequential", "Functional", "Model"})
# Nesting of models in models: deeper than any published one, far inside Python's own limit.
_MAX_DEPTH = 40
_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN"})
# Their variables are tables and counts that no weights file is held against.
_TABLES = frozenset(
    {"TextVectorization", "StringLookup", "IntegerLookup", "Hashing", "CategoryEncoding", "Discretization"}
)
# Attribute of each projection and the name of the layer that it is, in the order in which they are made.
_PROJECTIONS = (
    ("_query_dense", "query"),
    ("_key_dense", "key"),
    ("_value_dense", "value"),
    ("_output_dense", "attention_output"),
)


@record
class Holder:
    """An object that holds variables of its own: the layer itself (attribute "") or one inside it (`cell`).

    `variables` is None where they are not known.
    """

    attribute: str
    name: str
    class_name: str
    variables: tuple[Variable, ...] | None


@record
class Part:
    """A layer. `parts` are the layers of one that is a model itself; `built` says that it has its variables.

    `is_ordered` is False where the holders are known, and not in which order they were made.
    """

    name: str
    class_name: str
    holders: tuple[Holder, ...]
    parts: tuple[Part, ...] = ()
    built: bool = True
    is_ordered: bool = True

    @property
    def is_network(self) -> bool:
        """Whether it is a model."""
        return self.class_name in NETWORKS

    def variables(self) -> tuple[Variable, ...] | None:
        """All of its variables, trainable ones first, as HDF5 files list them; None where they are not known."""
        known = [part.variables() for part in self.parts] + [holder.variables for holder in self.holders]
        if not self.is_ordered or any(found is None for found in known):
            return None
        flat = [variable for found in known for variable in found or ()]
        return (*(v for v in flat if v.trainable), *(v for v in flat if not v.trainable))


def architecture(artifact: Artifact) -> Part | None:
    """The model in that artifact; None where it holds no config of a Sequential or Functional model."""
    config = _config(artifact)
    if not isinstance(config, dict) or config.get("class_name") not in NETWORKS:
        return None
    from inspector.loaders.weights.own_weights import filled  # noqa: PLC0415 - they know each other

    return filled(_network(_decoded(config), None, 0)[0], artifact)


def _config(artifact: Artifact) -> Any:
    if artifact.keras is not None:
        return artifact.keras.config
    # A SavedModel of 2.5 and later keeps Keras' configs in keras_metadata.pb, one a node; that of the whole model is
    # the root's, the others are parts of it.
    for node in artifact.keras_metadata.nodes if artifact.keras_metadata else ():
        if node.node_path == "root":
            try:
                return json.loads(node.metadata)
            except (ValueError, RecursionError):
                return None
    return None


def _decoded(value: Any) -> Any:
    """Tuples and shapes that Keras' JSON writes as objects, as lists."""
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") in {"__tuple__", "TensorShape"} and isinstance(value.get("items"), list):
        return _decoded(value["items"])
    return {key: _decoded(item) for key, item in value.items()}


def _network(model: Mapping[str, Any], given: Shape, depth: int) -> tuple[Part, Shape]:
    """A Sequential or Functional model and the shape of its output."""
    config = model.get("config")
    inner = config if isinstance(config, dict) else {"layers": config}
    name, class_name = str(inner.get("name", "")), str(model["class_name"])
    layers = [layer for layer in inner.get("layers") or () if isinstance(layer, dict)]
    if class_name == "Sequential":
        # A Sequential inside another is called with what comes before it, which wins over the shape that it was built
        # for alone.
        start = given or _input_shape(model, inner, layers)
        parts, shape = _chain(layers, start, depth)
        return Part(name, class_name, (), tuple(parts), built=start is not None), shape
    parts, shape = _graph(layers, inner, depth)
    return Part(name, class_name, (), tuple(parts)), shape


def _input_shape(model: Mapping[str, Any], inner: Mapping[str, Any], layers: Sequence[Mapping[str, Any]]) -> Shape:
    """The shape that a Sequential model is built for, wherever its release keeps it."""
    build = model.get("build_config")
    first = layers[0].get("config") if layers else None
    declared = (first.get("batch_input_shape") or first.get("batch_shape")) if isinstance(first, dict) else None
    stored = build.get("input_shape") if isinstance(build, dict) else None
    # A file may hold all three: `batch_input_shape` in the first layer, `build_input_shape` in the model's config,
    # `build_config` beside it in the zip format. The layer's own comes first, as it is what its constructor is given.
    found = declared or inner.get("build_input_shape") or stored
    return tuple(found) if isinstance(found, list) else None


def _chain(layers: Sequence[Mapping[str, Any]], given: Shape, depth: int) -> tuple[list[Part], Shape]:
    parts = []
    built = given is not None
    for layer in layers:
        part, given = _layer(layer, [given], depth)
        # `Sequential.layers` leaves its input layer out in every Keras, so that numbers in object paths count without
        # it.
        if part.class_name != "InputLayer":
            parts.append(part if built else replace(part, built=False))
    return parts, given


def _graph(layers: Sequence[Mapping[str, Any]], inner: Mapping[str, Any], depth: int) -> tuple[list[Part], Shape]:
    parts, shapes = [], dict[str, Shape]()
    for layer in layers:
        given = [shapes.get(name) for name in sources(layer.get("inbound_nodes"))]
        part, shape = _layer(layer, given or [None], depth)
        shapes[str(layer.get("name", part.name))] = shape
        parts.append(part)
    ends = sources([inner.get("output_layers")])
    return parts, shapes.get(ends[0]) if len(ends) == 1 else None


def sources(nodes: Any) -> list[str]:
    """The layers whose outputs the first call takes: `["name", 0, 0]` in old configs, `keras_history` in new ones."""
    # Variables are made by the first call alone; later calls of a shared layer must fit what it made.
    found: list[str] = []
    _collect(nodes[0] if isinstance(nodes, list) and nodes else None, found, 0)
    return found


def _collect(value: Any, found: list[str], depth: int) -> None:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        history = value.get("keras_history")
        if isinstance(history, list) and history:
            found.append(str(history[0]))
            return
        for item in value.values():
            _collect(item, found, depth + 1)
    elif isinstance(value, list):
        if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int):  # noqa: PLR2004 - layer, node, tensor
            found.append(value[0])
            return
        for item in value:
            _collect(item, found, depth + 1)


def _layer(layer: Mapping[str, Any], given: Sequence[Shape], depth: int) -> tuple[Part, Shape]:
    """One layer and the shape of its output."""
    class_name = str(layer.get("class_name", ""))
    if class_name in NETWORKS and depth < _MAX_DEPTH:
        return _network(layer, given[0], depth + 1)
    found = layer.get("config")
    config: dict[str, Any] = dict(found) if isinstance(found, dict) else {}
    declared = config.get("batch_input_shape") or config.get("batch_shape")
    # What a layer declares counts where nothing comes before it (an Embedding's has no length).
    if isinstance(declared, list) and given[0] is None:
        given = [tuple(declared)]
    name = str(config.get("name", layer.get("name", "")))
    return Part(name, class_name, tuple(_holders(name, class_name, config, given[0], 0))), layer_output(
        class_name, config, given
    )


def _holders(name: str, class_name: str, config: dict[str, Any], given: Shape, depth: int) -> Iterator[Holder]:
    """The objects of one layer that hold variables, with them."""
    if class_name in _RECURRENT:
        cell = f"{class_name}Cell"
        yield Holder("cell", _snake_cell(class_name), cell, _known(class_name, config, given))
    elif class_name.startswith("ConvLSTM"):
        yield Holder("cell", "conv_lstm_cell", f"{class_name}Cell", conv_lstm_cell(config, given))
    elif class_name == "RNN" and _is_layer(config.get("cell")):
        yield from _cells("cell", config["cell"], given)
    # The wrapper itself has no variables: files name the attribute that leads to the layer inside
    # (`forward_layer/cell`).
    elif class_name in {"TimeDistributed", "Bidirectional"} and depth < _MAX_DEPTH:
        yield from _wrapped(name, class_name, config, given, depth)
    elif class_name == "MultiHeadAttention":
        yield from _attention(config, given)
    elif class_name == "Normalization":
        yield Holder("", name, class_name, _normalization(config, given))
    elif class_name in _TABLES:
        yield Holder("", name, class_name, ())
    else:
        yield Holder("", name, class_name, _known(class_name, config, given))


def _cells(attribute: str, cell: Mapping[str, Any], given: Shape) -> Iterator[Holder]:
    """A cell; the cells of a stack, each of which is given what the one before puts out."""
    name, kind = str(cell["config"].get("name", "")), str(cell.get("class_name"))
    stacked = cell["config"].get("cells")
    if kind != "StackedRNNCells" or not isinstance(stacked, list):
        yield Holder(attribute, name, kind, _known(kind, cell["config"], given))
        return
    used: dict[str, int] = {}
    for one in stacked:
        if not _is_layer(one):
            yield Holder(f"{attribute}/cells", name, kind, None)
            return
        stem = snake_case(str(one.get("class_name")))
        # As keras/src/saving/saving_lib.py `_load_container_state` numbers what stands in a list: by class, from the
        # second on.
        number = used[stem] = used.get(stem, -1) + 1
        yield from _cells(f"{attribute}/cells/{stem}_{number}" if number else f"{attribute}/cells/{stem}", one, given)
        given = (*given[:-1], one["config"].get("units")) if given else None


def holders_of(name: str, class_name: str, config: dict[str, Any], given: Shape) -> tuple[Holder, ...]:
    """The objects of one built-in layer that hold variables, for its config and input shape."""
    return tuple(_holders(name, class_name, config, given, 0))


def own(class_name: str, config: dict[str, Any], given: Shape) -> list[Variable] | None:
    """The variables that a built-in layer itself makes; None where they are not known."""
    made = _normalization(config, given) if class_name == "Normalization" else _known(class_name, config, given)
    return None if made is None else list(made)


def _is_layer(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("config"), dict)


def _snake_cell(class_name: str) -> str:
    return {"LSTM": "lstm_cell", "GRU": "gru_cell"}.get(class_name, "simple_rnn_cell")


def _known(class_name: str, config: dict[str, Any], given: Shape) -> tuple[Variable, ...] | None:
    more = more_variables(class_name, config, given)
    if more is not None:
        return more
    made = layer_variables(class_name, config, given)
    return None if made is None else tuple(made)


def _wrapped(name: str, class_name: str, config: dict[str, Any], given: Shape, depth: int) -> Iterator[Holder]:
    """The holders of the layer inside a wrapper, once for each copy that the wrapper makes."""
    inner = config.get("layer")
    if not isinstance(inner, dict) or not isinstance(inner.get("config"), dict):
        yield Holder("layer", name, class_name, None)
        return
    kind, inner_config = str(inner.get("class_name")), inner["config"]
    inner_name = str(inner_config.get("name", ""))
    copies = {"layer": inner_name}
    if class_name == "Bidirectional":
        # keras/src/layers/rnn/bidirectional.py makes two copies of its layer from the config and names them anew.
        copies = {"forward_layer": f"forward_{inner_name}", "backward_layer": f"backward_{inner_name}"}
    for attribute, copy in copies.items():
        own = config.get(attribute)
        if attribute == "backward_layer" and isinstance(own, dict) and _is_layer(own):
            # One that was given need not be a copy of the other.
            kind, inner_config = str(own["class_name"]), own["config"]
        for holder in _holders(copy, kind, inner_config, inner_shape(class_name, given), depth + 1):
            yield replace(holder, attribute=f"{attribute}/{holder.attribute}".rstrip("/"))


def _attention(config: dict[str, Any], given: Shape) -> Iterator[Holder]:
    """The four projections of attention; each is an EinsumDense over the last axis."""
    heads, size = config.get("num_heads"), config.get("key_dim")
    values = config.get("value_dim") or size
    last = given[-1] if given else None
    shapes: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
        "query": ((last, heads, size), (heads, size)),
        "key": ((last, heads, size), (heads, size)),
        "value": ((last, heads, values), (heads, values)),
        "attention_output": ((heads, values, last), (last,)),
    }
    from inspector.loaders.keras_common.variables import Variable  # noqa: PLC0415 - cold start: only attention makes its own

    for attribute, name in _PROJECTIONS:
        kernel, bias = shapes[name]
        # `_make_output_dense` projects to `output_shape` where one is given, and to the query's own last axis else.
        shown = None if config.get("output_shape") and name == "attention_output" else kernel
        made = [Variable("kernel", shown), Variable("bias", bias if shown else None)]
        yield Holder(attribute, name, "EinsumDense", tuple(made if config.get("use_bias", True) else made[:1]))


def _normalization(config: dict[str, Any], given: Shape) -> tuple[Variable, ...]:
    """Mean, variance and count of the axes that are kept; none where they are given."""
    from inspector.loaders.keras_common.variables import Variable  # noqa: PLC0415 - as above

    if config.get("mean") is not None:
        return ()
    axis = config.get("axis", -1)
    axes = [axis] if isinstance(axis, int) else axis if isinstance(axis, list | tuple) else []
    kept = tuple(given[a] for a in sorted(axes)) if given and all(-len(given) <= a < len(given) for a in axes) else None
    shapes = (("mean", kept), ("variance", kept), ("count", ()))
    return tuple(Variable(name, shape, trainable=False) for name, shape in shapes)
