"""What flows between the layers of a model: the shapes and call arguments that its file states or implies."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Shape = tuple[int | None, ...]
DEPTH = 40  # nesting of arguments in one call; Keras itself writes two or three levels
OUTPUTS = 64  # outputs of one layer
# The configs of these keep the last size of their output under that key.
_LAST_SIZE = ("units", "filters", "output_dim")
# Layers whose output has the shape of their input.
_SAME = frozenset(
    {
        "Dropout",
        "Activation",
        "ReLU",
        "LeakyReLU",
        "BatchNormalization",
        "LayerNormalization",
        "Softmax",
        "ELU",
        "PReLU",
    }
)


@record(frozen=False)
class Wiring:
    """Shapes of tensors by layer and output, of inputs by layer, and what each layer is called with.

    `extra` are the keyword arguments of the calls beside the first positional one, by layer.
    """

    outputs: dict[tuple[str, int], Shape] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, list[str]] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)
    kernels: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def output(self, layer: str, index: int = 0) -> Shape | None:
        """The shape of one output, None where nothing says it."""
        return self.outputs.get((layer, index))


def wiring(
    model: Any, built: Mapping[str, Shape] | None = None, kernels: Mapping[str, tuple[int, ...]] | None = None
) -> Wiring:
    """The wiring of a serialized model and the models in it.

    `built` are input shapes that stand elsewhere, `kernels` the shapes of stored kernels, both by layer.
    """
    found = Wiring(kernels=kernels or {})
    for layers, is_sequence in _networks(model, 0):
        _note_builds(layers, built or {}, found)
        connections = _chain(layers) if is_sequence else _calls(layers, found)
        for target, sources in connections:
            _connect(target, sources, found)
        _spread(connections if is_sequence else list(_calls(layers, found)), layers, found)
    return found


def _networks(model: Any, depth: int) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    """The layers of each network of the file, and whether they are a plain sequence."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list) or depth > DEPTH:
        return
    kept = [layer for layer in layers if isinstance(layer, dict) and isinstance(layer.get("config"), dict)]
    # A Sequential's layers have no calls of their own in either Keras.
    yield kept, not any("inbound_nodes" in layer for layer in kept)
    for layer in kept:
        yield from _networks(layer, depth + 1)


def name_of(layer: Mapping[str, Any]) -> str:
    """The layer's own name."""
    return str(layer["config"].get("name", layer.get("name", "")))


def _note_builds(layers: list[dict[str, Any]], built: Mapping[str, Shape], found: Wiring) -> None:
    """Input shapes as `build_config` and input layers say them."""
    for layer in layers:
        name, config = name_of(layer), layer["config"]
        build = layer.get("build_config")
        given = build.get("input_shape") if isinstance(build, dict) else None
        declared = _shape(config.get("batch_shape", config.get("batch_input_shape")))
        # What a SavedModel stores of the layer itself goes before what its config implies.
        if name in built:
            found.inputs.setdefault(name, built[name])
        elif given is not None:
            found.inputs.setdefault(name, _shape(given) or _shapes(given))
        if declared is not None:
            key = (name, 0) if layer.get("class_name") == "InputLayer" else None
            found.outputs.update({key: declared} if key else {})
            found.inputs.setdefault(name, declared)


def _shape(value: Any) -> Shape | None:
    """A shape of sizes and nulls, or Keras' own wrapping of one."""
    if isinstance(value, dict):
        value = value.get("items", value.get("shape"))
    if not isinstance(value, list | tuple) or len(value) > DEPTH:
        return None
    plain = all(size is None or (isinstance(size, int) and not isinstance(size, bool)) for size in value)
    return tuple(value) if plain else None


def _shapes(value: Any) -> list[Shape | None] | None:
    return [_shape(item) for item in value] if isinstance(value, list) else None


Connections = list[tuple[dict[str, Any], list[tuple[str, int]]]]


def _chain(layers: list[dict[str, Any]]) -> Connections:
    """Each layer of a Sequential with the one before it."""
    return [(layer, [(name_of(before), 0)]) for before, layer in pairwise(layers)]


def _calls(layers: list[dict[str, Any]], found: Wiring) -> Connections:
    """Each layer with the tensors of its first call."""
    return [(layer, _sources(layer, found)) for layer in layers if layer.get("inbound_nodes")]


def _sources(layer: dict[str, Any], found: Wiring) -> list[tuple[str, int]]:
    """The tensors that the first call takes first; the names of further arguments and tensor shapes are noted."""
    nodes = layer["inbound_nodes"]
    first = nodes[0] if isinstance(nodes, list) else nodes
    if isinstance(first, dict):
        args, kwargs = first.get("args") or [], first.get("kwargs") or {}
        for tensor, shape in _tensors([*args, kwargs], 0):
            _note_output(tensor, shape, found)
        names = [f"argument_{i + 2}" for i in range(len(args) - 1)] + [
            str(k) for k, v in kwargs.items() if v is not None
        ]
        # The first call speaks for all: a shared layer is called alike each time.
        found.extra.setdefault(name_of(layer), names)
        return [tensor for tensor, _ in _tensors(args[:1], 0)]
    return _old_sources(layer, first, found)


def _old_sources(layer: dict[str, Any], node: Any, found: Wiring) -> list[tuple[str, int]]:
    """Keras 2: a call is a list of `[layer, node, tensor, kwargs]`, or one of these alone."""
    rows = node if isinstance(node, list) and node and isinstance(node[0], list) else [node]
    kept = [row for row in rows if isinstance(row, list) and len(row) >= 3 and isinstance(row[2], int)]  # noqa: PLR2004
    kwargs = kept[0][3] if kept and len(kept[0]) > 3 and isinstance(kept[0][3], dict) else {}  # noqa: PLR2004
    found.extra.setdefault(name_of(layer), [str(key) for key in kwargs])
    sources = [(str(row[0]), row[2]) for row in kept]
    for source in sources:
        _note_output(source, None, found)
    return sources


def _tensors(value: Any, depth: int) -> Iterator[tuple[tuple[str, int], Shape | None]]:
    """Every `__keras_tensor__` below a value: the layer's output that it is, and its shape."""
    if depth > DEPTH or not isinstance(value, list | dict):
        return
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        config = value.get("config") or {}
        history = config.get("keras_history")
        if isinstance(history, list) and len(history) == 3 and isinstance(history[2], int):  # noqa: PLR2004
            yield (str(history[0]), history[2]), _shape(config.get("shape"))
        return
    for item in value.values() if isinstance(value, dict) else value:
        yield from _tensors(item, depth + 1)


def _note_output(tensor: tuple[str, int], shape: Shape | None, found: Wiring) -> None:
    name, index = tensor
    if 0 <= index < OUTPUTS:
        found.count[name] = max(found.count.get(name, 1), index + 1)
        if shape is not None:
            found.outputs.setdefault(tensor, shape)


def _connect(target: dict[str, Any], sources: list[tuple[str, int]], found: Wiring) -> None:
    """What a layer was built on is what the layers before it put out."""
    given = found.inputs.get(name_of(target))
    shapes = given if isinstance(given, list) else [given]
    if len(shapes) == len(sources):
        for source, shape in zip(sources, shapes, strict=True):
            if shape is not None:
                found.outputs.setdefault(source, shape)


def _spread(connections: Connections, layers: list[dict[str, Any]], found: Wiring) -> None:
    """Shapes that follow from those known: through layers that keep them, or change the last size only."""
    by_name = {name_of(layer): layer for layer in layers}
    for target, sources in connections:
        shapes = [
            found.outputs.get(source) or _implied(by_name.get(source[0]), found) or _demanded(target, source[0], found)
            for source in sources
        ]
        if all(shape is not None for shape in shapes) and shapes:
            found.inputs.setdefault(name_of(target), shapes[0] if len(shapes) == 1 else shapes)
            for source, shape in zip(sources, shapes, strict=True):
                if shape is not None:
                    found.outputs.setdefault(source, shape)


def _implied(layer: dict[str, Any] | None, found: Wiring) -> Shape | None:
    """The output of a Dense, or of a layer that keeps its input's shape."""
    before = found.inputs.get(name_of(layer)) if layer is not None else None
    if layer is None or not isinstance(before, tuple):
        return None
    if layer.get("class_name") in _SAME:
        return before
    size = next((layer["config"].get(key) for key in _LAST_SIZE), None)
    return (*before[:-1], size) if layer.get("class_name") == "Dense" and isinstance(size, int) else None


def _demanded(target: dict[str, Any], source: str, found: Wiring) -> Shape | None:
    """What a Dense or convolution was fed: the sizes before the layer's, with the last that its kernel takes."""
    kernel, before = found.kernels.get(name_of(target)), found.inputs.get(source)
    takes_one = target.get("class_name") in {"Dense", "Conv1D", "Conv2D", "Conv3D"}
    if not takes_one or kernel is None or len(kernel) < 2 or not isinstance(before, tuple):  # noqa: PLR2004 - a matrix
        return None
    # Kernels of Dense and Conv layers are laid out (..., input channels, filters).
    return (*before[:-1], kernel[-2])
