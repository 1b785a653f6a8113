"""Models loading the weights of a whole-model HDF5 file into the model rebuilt from its config: by order, not by name.

Source: `load_weights_from_hdf5_group` of Keras' HDF5 format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls.graph import network_of
from inspector.loaders.keras2.shapes import Shape, Variable, output, variables
from inspector.loaders.keras2.walk import Event, until_problem
from inspector.loaders.keras_common.hdf5_errors import NO_CAST, attributes_error, is_opaque, object_error
from inspector.loaders.keras_common.hdf5_guards import absent_raw_file, raw_file_text
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from inspector.loaders.keras2.calls.graph import Network
    from inspector.loaders.keras2.walk import Walk
    from inspector.terms.finding import Problem
    from inspector.terms.keras import Hdf5Dataset, Hdf5File

# What old kernels are turned in, and the shapes of a bias (of cuDNN's layers too) for a number of units.
_TURNED = frozenset({"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"})
_TURNED_RANK = 4
_WITH_BIAS = 3
_BIASES: Mapping[str, Callable[[int], set[tuple[int, ...]]]] = {
    "LSTM": lambda units: {(8 * units,), (4 * units,)},
    "GRU": lambda units: {(6 * units,), (2, 3 * units), (3 * units,)},
}
# Layers whose table counts among their weights from TensorFlow 2.3 to 2.5, and that HDF5 then has no room for.
_TABLES = frozenset({"StringLookup", "IntegerLookup", "TextVectorization"})
_TABLES_REFUSED = ((2, 3), (2, 6))
_NETWORKS = ("Sequential", "Functional", "Model")
_WRAPPERS = ("TimeDistributed", "Wrapper")


@record
class ModelLayer:
    """A layer of the rebuilt model: its name, and its variables where they follow from the config (None: unknown).

    `class_name` is that of the layer inside for a Bidirectional, which has it `copies` times.
    """

    name: str
    made: list[Variable] | None
    class_name: str = ""
    copies: int = 1
    is_frozen: bool = False


@record
class SavedLayer:
    """A layer of the file: its name and the names of its weights."""

    name: str
    weights: list[str]


def weight_events(walk: Walk, model: Any, file: Hdf5File, group: str = "/model_weights") -> Iterator[Event]:
    """What loading the weights raises. `walk.member` is the HDF5 file, pointers are paths in it."""
    layers = model_layers(model, walk.release, network_of(walk, model))
    yield from layer_events(walk, layers, file, group)


def layer_events(walk: Walk, layers: list[ModelLayer], file: Hdf5File, group: str) -> Iterator[Event]:
    """The same for a model's layers in the order of `model.layers`."""
    # `f["model_weights"]` is asked for without a look, so that a file with a config and no weights is a KeyError of
    # h5py's.
    if group not in file.groups:
        yield missing_object(walk, group, group.strip("/"))
        return
    names = listed(file, group, "layer_names")
    yield from until_problem(
        lambda: _damaged(walk, file, group),
        lambda: _texts(walk, file, group),
        lambda: _groups(walk, file, group, names),
        lambda: _matched(walk, layers, file, group, names),
    )


def missing_object(walk: Walk, path: str, name: str) -> Problem:
    """h5py's KeyError for a group or dataset that is not there; a KeyError's text is the repr of its message."""
    text = texts.hdf5_open(walk.h5py, "object", f"object '{name}' doesn't exist")
    return walk.at(path.strip("/")).problem("KER132", name, "KeyError", repr(text), path=path)


def listed(file: Hdf5File, group: str, name: str) -> list[str]:
    """A list attribute, which Keras splits into numbered chunks where it is large."""
    attributes = file.attributes.get(group, {})
    chunks = [attributes[name]] if name in attributes else []
    while not chunks or len(chunks) < len(attributes):
        chunk = attributes.get(f"{name}{len(chunks)}")
        if name in attributes or chunk is None:
            break
        chunks.append(chunk)
    return [str(item) for chunk in chunks for item in (chunk.value if isinstance(chunk.value, list) else [])]


def _texts(walk: Walk, file: Hdf5File, group: str) -> Iterator[Event]:
    """Up to TensorFlow 2.4 every text attribute is decoded."""
    for name in ("keras_version", "backend", "layer_names"):
        if not walk.is_bytes(file.attributes.get(group, {}).get(name)):
            text = "'str' object has no attribute 'decode'"
            yield walk.at(f"{group.strip('/')}/{name}").problem("KER131", name, "AttributeError", text)
            return


def _groups(walk: Walk, file: Hdf5File, group: str, names: Sequence[str]) -> Iterator[Event]:
    """Every layer that the file lists must have its group."""
    for name in names:
        if f"{group}/{name}" not in file.groups:
            yield missing_object(walk, f"{group}/{name}", name.split("/")[0])
            return
        damaged = list(_damaged(walk, file, f"{group}/{name}"))
        yield from damaged
        if damaged:
            return


def _damaged(walk: Walk, file: Hdf5File, group: str) -> Iterator[Event]:
    """Asking for an attribute reads all that the group has: a damaged one raises whatever is asked for."""
    text = attributes_error(file, group, walk.h5py)
    if text is not None:
        yield walk.at(group.strip("/")).problem("KER132", group, "RuntimeError", text, path=group)


def _matched(walk: Walk, layers: list[ModelLayer], file: Hdf5File, group: str, names: Sequence[str]) -> Iterator[Event]:
    """The model's layers with weights against the file's, one after the other."""
    table = next((one for one in layers if one.class_name in _TABLES), None)
    if table is not None and _TABLES_REFUSED[0] <= walk.release < _TABLES_REFUSED[1]:
        yield walk.at(group.strip("/")).problem(
            "KER110", table.name, "NotImplementedError", texts.no_table(table.class_name)
        )
        return
    saved = [SavedLayer(name, listed(file, f"{group}/{name}", "weight_names")) for name in names]
    # Layers without weights count on neither side: Dropout may come and go between writer and reader.
    saved = [layer for layer in saved if layer.weights]
    counted = [(layer, _count(layer, file, group)) for layer in layers]
    filtered = [layer for layer, count in counted if count]
    if len(filtered) != len(saved) and all(count is not None for _, count in counted):
        text = texts.layer_count(walk.release, len(filtered), len(saved))
        yield walk.at(group.strip("/")).problem(
            "KER110", "layers", "ValueError", text, expected=str(len(filtered)), found=str(len(saved))
        )
        return
    for index, found in enumerate(saved):
        layer = filtered[index] if len(filtered) == len(saved) else ModelLayer(found.name, None)
        failed = list(_layer(walk, file, group, (index, layer, found)))
        yield from failed
        if failed:
            return
    if walk.release < (2, 0):  # a graph is built that assigns the values; it takes any shape
        return
    for index, found in enumerate(saved):
        if len(filtered) == len(saved):
            yield from _shapes(walk, file, f"{group}/{found.name}", filtered[index], found)


def _count(layer: ModelLayer, file: Hdf5File, group: str) -> int | None:
    """Number of the layer's variables: from its config, else from the group of its name."""
    if layer.made is not None:
        return len(layer.made)
    path = f"{group}/{layer.name}"
    return len(listed(file, path, "weight_names")) if path in file.groups else None


def _layer(walk: Walk, file: Hdf5File, group: str, place: tuple[int, ModelLayer, SavedLayer]) -> Iterator[Event]:
    """One layer: each of its datasets must open, and there must be as many as it has variables."""
    index, layer, saved = place
    for weight in saved.weights:
        yield from opened(walk, file, f"{group}/{saved.name}", weight)
    refused = _unconverted(layer, file, f"{group}/{saved.name}", saved)
    if refused is not None:
        here = walk.at(f"{group.strip('/')}/{saved.name}")
        yield here.problem("KER110", layer.name, "ValueError", refused, expected=layer.class_name, found=refused)
    elif layer.made is not None and len(layer.made) != len(saved.weights):
        text = texts.weight_count(walk.release, (index, layer.name, saved.name), len(layer.made), len(saved.weights))
        yield walk.at(f"{group.strip('/')}/{saved.name}").problem(
            "KER110", layer.name, "ValueError", text, expected=str(len(layer.made)), found=str(len(saved.weights))
        )


def _unconverted(layer: ModelLayer, file: Hdf5File, group: str, saved: SavedLayer) -> str | None:
    """The ValueError of `preprocess_weights_for_loading`, which turns old kernels and tells cuDNN biases apart."""
    found = [stored_shape(file, f"{group}/{weight}") for weight in saved.weights]
    shapes = [one for one in found if one is not None]
    first = layer.made[0].shape if layer.made else None
    if layer.class_name in _TURNED and shapes and first is not None and not fits(first, shapes[0]):
        return None if len(shapes[0]) == _TURNED_RANK else "axes don't match array"
    size = len(shapes) // layer.copies
    if layer.class_name not in _BIASES or len(shapes) != len(found) or size != _WITH_BIAS:
        return None
    # A Bidirectional stores its halves one after the other, and each is converted by itself
    # (`convert_nested_bidirectional`).
    for start in range(0, size * layer.copies, size):
        units, bias = (shapes[start + 1] or (0,))[0], shapes[start + 2]
        if bias not in _BIASES[layer.class_name](units):
            return f"Invalid bias shape: {bias}"
    return None


def opened(walk: Walk, file: Hdf5File, group: str, weight: str) -> Iterator[Event]:
    """What opening that dataset raises: nothing of that name, or a link that leads nowhere."""
    path = f"{group}/{weight}"
    if path in file.datasets:
        yield from raw_file_events(walk, file, path)
        return
    broken = object_error(file, path, walk.h5py)
    if broken is not None:
        yield walk.at(path.strip("/")).problem("KER132", weight, "KeyError", repr(broken), path=path)
        return
    link = next((found for found in file.links if path == found.path or path.startswith(f"{found.path}/")), None)
    if link is not None and link.kind == "external":
        name, _, inner = link.target.partition(":")
        reason = f"unable to open external file, external link file name = '{name}'"
        if walk.h5py >= (3, 9):
            reason = f"object '{inner.strip('/').split('/')[-1]}' doesn't exist"
        text = texts.hdf5_open(walk.h5py, "object", reason)
        yield walk.at(path.strip("/")).problem("KER133", link.target, "KeyError", repr(text), target=link.target)
        return
    known = group
    parts = weight.split("/")
    for index, part in enumerate(parts):
        known = f"{known}/{part}"
        if known not in file.groups:
            # HDF5 names what is missing at the end of a path alone.
            reason = f"object '{part}' doesn't exist" if index == len(parts) - 1 else "component not found"
            text = repr(texts.hdf5_open(walk.h5py, "object", reason))
            yield walk.at(path.strip("/")).problem("KER132", part, "KeyError", text, path=path)
            return


def raw_file_events(walk: Walk, file: Hdf5File, path: str) -> Iterator[Event]:
    """What reading a dataset raises whose values lie in another file."""
    raw = absent_raw_file(file.datasets.get(path), walk.runtime.assumed_files)
    if raw is not None:
        text = raw_file_text(walk.h5py)
        yield walk.at(path.strip("/")).problem("KER133", raw, "OSError", text, target=raw)


def _shapes(walk: Walk, file: Hdf5File, group: str, layer: ModelLayer, saved: SavedLayer) -> Iterator[Event]:
    """The values are assigned when all are read: shapes that do not fit raise then."""
    negative = next((dim for made in layer.made or () for dim in made.shape or () if _is_negative(dim)), None)
    if negative is not None and walk.release < (2, 6):
        # Later releases refuse the size itself.
        text = f"Dimension {negative} must be >= 0"
        here = walk.at(group.strip("/"))
        yield here.problem("KER103", layer.name, "ValueError", text, key="units", value=str(negative))
        return
    for made, weight in zip(layer.made or (), saved.weights, strict=False):
        dataset = file.datasets.get(f"{group}/{weight}")
        if dataset is not None and is_opaque(dataset):
            yield from _opaque(walk.at(f"{group.strip('/')}/{weight}"), layer, dataset)
            return
        found = stored_shape(file, f"{group}/{weight}")
        if found is None or made.shape is None or fits(made.shape, found):
            continue
        expected = tuple(dim if dim is not None else -1 for dim in made.shape)
        # A nested model's variables go by the name of their own layer.
        name = made.name[1:] if made.name.startswith("/") else f"{layer.name}/{made.name}"
        text = texts.shape_mismatch(walk.release, name, expected, found)
        yield walk.at(f"{group.strip('/')}/{weight}").problem(
            "KER110", layer.name, "ValueError", text, expected=str(expected), found=str(found)
        )
        return


def stored_shape(file: Hdf5File, path: str) -> tuple[int, ...] | None:
    """The shape of what numpy makes of that object: an empty group becomes an empty array. None where nothing is."""
    dataset = file.datasets.get(path)
    if dataset is not None:
        return dataset.shape
    is_empty = path in file.groups and not any(one.startswith(f"{path}/") for one in (*file.groups, *file.datasets))
    return (0,) if is_empty else None


def _is_negative(dim: object) -> bool:
    return isinstance(dim, int) and dim < 0


def _opaque(walk: Walk, layer: ModelLayer, dataset: Hdf5Dataset) -> Iterator[Event]:
    """What numpy raises for bfloat16; up to TensorFlow 2.4 Keras asks it for a type of that name first."""
    kind, text = "ValueError", NO_CAST
    if walk.release < (2, 5):
        kind, text = "TypeError", "data type 'bfloat16' not understood"
    yield walk.problem("KER110", layer.name, kind, text, expected="numbers", found=dataset.dtype)


def fits(made: tuple[int | None, ...] | None, found: tuple[int, ...]) -> bool:
    """Whether a stored shape can be that of the variable, as far as the latter is known."""
    return made is None or (
        len(made) == len(found) and all(a is None or a == b for a, b in zip(made, found, strict=True))
    )


def model_layers(model: Any, release: tuple[int, int] = (2, 15), network: Network | None = None) -> list[ModelLayer]:
    """The layers of the rebuilt model in the order of its config, with the variables that follow from it.

    `network` is the model as its calls were followed, which says what each layer was built on.
    """
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        return []
    sequential = isinstance(model, dict) and model.get("class_name") == "Sequential"
    shapes: dict[str, Shape] = {}
    found, before = [], None
    for layer in layers if sequential else _once(layers):
        inner = layer.get("config") if isinstance(layer, dict) else None
        if not isinstance(inner, dict) or not isinstance(layer.get("class_name"), str):
            continue
        given = before if sequential else _given(layer, shapes)
        declared = inner.get("batch_input_shape")
        if isinstance(declared, list) and all(size is None or isinstance(size, int) for size in declared):
            given = tuple(declared)
        name = str(inner.get("name", layer.get("name", "")))
        called = None if network is None else network.layers.get(str(layer.get("name", name)))
        if called is not None and called.built_on and called.built_on[0].shape is not None:
            given = called.built_on[0].shape
        before = output(layer.get("class_name", ""), inner, given)
        shapes[name] = before
        within = called.network if called is not None else None
        found.append(_model_layer(name, layer, inner, _made(layer, given, release, within)))
    # A Sequential model that does not know its inputs has no variables yet.
    built = not sequential or _is_built(model) or (network is not None and bool(network.inputs))
    return found if built else [replace(one, made=[]) for one in found]


def _is_built(model: Mapping[str, Any]) -> bool:
    from inspector.loaders.keras2.keras_zip_state import is_built  # noqa: PLC0415 - they know each other

    return is_built(model)


def _model_layer(
    name: str, layer: Mapping[str, Any], config: Mapping[str, Any], made: list[Variable] | None
) -> ModelLayer:
    kind, inner = str(layer.get("class_name", "")), config.get("layer")
    frozen = config.get("trainable") is False
    if kind == "Bidirectional" and isinstance(inner, dict):
        return ModelLayer(name, made, str(inner.get("class_name", "")), copies=2, is_frozen=frozen)
    return ModelLayer(name, made, kind, is_frozen=frozen)


def _once(layers: Sequence[Any]) -> Iterator[Any]:
    """A Functional model's layers: one that is listed twice is made once."""
    seen = set()
    for layer in layers:
        name = str(layer["name"]) if isinstance(layer, dict) and "name" in layer else None
        if name is None or name not in seen:
            yield layer
        seen.add(name)


def _given(layer: Mapping[str, Any], shapes: Mapping[str, Shape]) -> Shape:
    """The input's shape of a Functional model's layer that has one input and is called once."""
    nodes = layer.get("inbound_nodes")
    if not isinstance(nodes, list) or len(nodes) != 1 or not isinstance(nodes[0], list) or len(nodes[0]) != 1:
        return None
    source = nodes[0][0]
    return shapes.get(source[0]) if isinstance(source, list) and source and isinstance(source[0], str) else None


def _made(
    layer: Mapping[str, Any], given: Shape, release: tuple[int, int], network: Network | None
) -> list[Variable] | None:
    """The variables of one layer; those of a nested model are counted only where all its layers are known."""
    name, inner = str(layer.get("class_name", "")), layer["config"]
    if name not in _NETWORKS:
        return variables(name, inner, given, release)
    # One unknown layer makes the number for the whole nested model unknown: a partial count would refuse sound files.
    parts = model_layers(layer, release, network)
    if any(part.made is None for part in parts):
        return None
    frozen = (
        {part.name for part in parts if part.is_frozen} if inner.get("trainable", True) else {p.name for p in parts}
    )
    found = [(part, v) for part in parts for v in part.made or ()]
    # `trainable_weights + non_trainable_weights` of the whole model: what is trained stands first.
    found.sort(key=lambda one: one[0].name in frozen or not one[1].trainable)
    return [
        replace(v, name=f"/{part.name}/{v.name}", trainable=v.trainable and part.name not in frozen)
        if not v.name.startswith("/")
        else replace(v, trainable=v.trainable and part.name not in frozen)
        for part, v in found
    ]
