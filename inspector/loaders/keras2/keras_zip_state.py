"""Models how the zip format's weights are matched: by the path of attributes that leads to each layer.

That path has changed: Keras 2.12 to 2.14 walk `_layer_checkpoint_dependencies`, 2.15 and later `layers`; 2.12 and
2.13 count a layer with weights twice. A layer whose path holds nothing gets no variables, and raises. Source:
`saving_lib._load_state`.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls.graph import network_of
from inspector.loaders.keras2.shapes import Variable, variables
from inspector.loaders.keras2.walk import until_problem
from inspector.loaders.keras2.weights import fits, missing_object, model_layers, raw_file_events, stored_shape
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import Hdf5File, KerasModel

_NETWORKS = ("Sequential", "Functional", "Model")
# Sublayers that hold the variables of a layer: attribute, name of the sublayer, variables of it.
_INNER: dict[str, tuple[tuple[str, str, int], ...]] = {
    "LSTM": (("cell", "lstm_cell", 3),),
    "GRU": (("cell", "gru_cell", 3),),
    "SimpleRNN": (("cell", "simple_rnn_cell", 3),),
    **{f"ConvLSTM{rank}D": (("cell", "conv_lstm_cell", 3),) for rank in (1, 2, 3)},
    "MultiHeadAttention": (
        ("_value_dense", "value", 2),
        ("_query_dense", "query", 2),
        ("_output_dense", "attention_output", 2),
        ("_key_dense", "key", 2),
    ),
}
_BACKWARDS_SINCE = (2, 15)
# Variables that a layer always has, and the keys of those that it has by default.
_COUNTED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("CuDNNGRU", "CuDNNLSTM"), ("3",)),
    **dict.fromkeys(("LocallyConnected1D", "LocallyConnected2D"), ("1", "use_bias")),
    "SyncBatchNormalization": ("2", "scale", "center"),
}
_CELLS = frozenset({"LSTMCell", "GRUCell", "SimpleRNNCell"})
# Wrappers, and the attributes whose layers hold the variables.
_WRAPPERS = {"TimeDistributed": ("layer",), "Bidirectional": ("backward_layer", "forward_layer")}
_STATELESS = frozenset(
    {"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "ClassMethod", "InstanceMethod", "InstanceProperty",
     "CategoryEncoding", "Hashing", "HashedCrossing"}
)  # fmt: skip
_OWN = 2  # slashes in the path of a variable that the outermost object itself holds, /vars/0
# Layers with a `load_own_variables` of their own that takes what it finds.
_LENIENT = frozenset({"TextVectorization", "StringLookup", "IntegerLookup"})


@record
class _Place:
    """A layer with the path at which its state is looked for."""

    name: str
    class_name: str
    config: Mapping[str, Any]
    path: str
    made: list[Variable] | None


def state_events(walk: Walk, artifact: Artifact, model: KerasModel) -> Iterator[Event]:
    """What loading the state of every layer raises."""
    file = model.hdf5
    if file is None or not isinstance(model.config, dict):
        return
    # keras/src/saving/saving_lib.py `H5IOStore.get("")` opens the root's own `vars` without asking whether it is there.
    # Keras 3.10 and later write no such group for a model without variables of its own.
    if "/vars" not in file.groups:
        text = texts.hdf5_open(walk.h5py, "object", "object 'vars' doesn't exist")
        yield walk.problem("KER132", "vars", "KeyError", repr(text), path="/vars")
        return
    if not isinstance(model.config.get("config"), dict) or "layers" not in model.config["config"]:
        if _root_of(artifact.producer.keras) != _root(walk):
            yield from _subclassed(walk, file)
        return
    # Unlike Keras 3, which collects what fails, `_load_state` of Keras 2 lets the first exception out: the order of the
    # walk decides which layer is named.
    for place in _places(walk, model.config, ""):
        failed = list(_state(walk, file, place)) or list(_assets(walk, artifact, place))
        yield from failed
        if failed:
            return


def _subclassed(walk: Walk, file: Hdf5File) -> Iterator[Event]:
    """A model without a graph: its layers are met as a list first, and Keras 3 has stored them as attributes alone."""
    root = f"/{_root(walk)}"
    stored = next((path for path in file.datasets if path.count("/") > _OWN and not path.startswith(root)), None)
    if stored is None or root in file.groups:
        return
    path = stored.rpartition("/vars/")[0]
    count = sum(1 for dataset in file.datasets if dataset.startswith(f"{path}/vars/"))
    name = path.rpartition("/")[2]
    text = (
        f"Layer '{name}' expected {count} variables, but received 0 variables during loading. "
        f"Expected: ['{name}/kernel:0', '{name}/bias:0']"
    )
    yield walk.at(root.strip("/")).problem("KER110", name, "ValueError", text, expected=str(count), found="0")


def _root_of(producer: str | None) -> str:
    """The attribute at which the release that wrote the file met the layers; "" for Keras 3, or where none is named."""
    parts = [int(part) for part in (producer or "").split(".")[:2] if part.isdigit()]
    if len(parts) < 2 or parts[0] != 2:  # noqa: PLR2004 - major and minor, of Keras 2
        return ""
    return "layers" if tuple(parts) >= (2, 15) else "_layer_checkpoint_dependencies"


def _root(walk: Walk) -> str:
    """The attribute at which this release looks for a model's layers."""
    return "layers" if walk.release >= (2, 15) else "_layer_checkpoint_dependencies"


def snake(name: str) -> str:
    """The class name as Keras writes it in paths: `MultiHeadAttention` is `multi_head_attention`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _places(walk: Walk, model: Mapping[str, Any], prefix: str) -> Iterator[_Place]:
    """Every layer below a model, each after its parent, with its path in this release's layout."""
    root = _root(walk)
    used: Counter[str] = Counter()
    config = model.get("config")
    # A Sequential keeps its input layer to itself (`Sequential.layers` leaves it out), a Functional model lists it:
    # without the difference all numbers behind it would be off by one.
    layers = config.get("layers") if isinstance(config, dict) else None
    made = {}
    if is_built(model):
        made = {layer.name: layer.made for layer in model_layers(model, walk.release, network_of(walk, model))}
    for layer in layers or ():
        inner = layer.get("config") if isinstance(layer, dict) else None
        if not isinstance(inner, dict):
            continue
        class_name = str(layer.get("class_name"))
        if class_name == "InputLayer" and model.get("class_name") == "Sequential":
            continue
        name, stem = str(inner.get("name", "")), snake(class_name)
        variables_of = made.get(name) if made else []
        used[stem] += 1
        number = used[stem] - 1
        path = f"{prefix}/{root}/{stem}_{number}" if number else f"{prefix}/{root}/{stem}"
        if walk.release < (2, 14) and _has_variables(class_name, variables_of):
            used[stem] += 1  # it stands in the walked dict a second time, as layer_with_weights-N
        yield _Place(name, class_name, inner, path, variables_of)
        if class_name in _NETWORKS:
            yield from _places(walk, layer, path)


def is_built(model: Mapping[str, Any]) -> bool:
    """Whether the model knows its input's shape, and so has variables: Sequential ones may not."""
    config = model.get("config")
    if model.get("class_name") != "Sequential" or not isinstance(config, dict):
        return True
    given = model.get("build_config") or {}
    if config.get("build_input_shape") or (isinstance(given, dict) and given.get("input_shape")):
        return True
    first = next(iter(config.get("layers") or ()), None)
    inner = first.get("config") if isinstance(first, dict) else None
    keys = ("batch_input_shape", "batch_shape")
    return isinstance(inner, dict) and any(inner.get(key) is not None for key in keys)


def _has_variables(class_name: str, made: list[Variable] | None) -> bool:
    return bool(made) or class_name == "Normalization" or class_name in _INNER or class_name in _WRAPPERS


def _state(walk: Walk, file: Hdf5File, place: _Place) -> Iterator[Event]:
    """One layer's variables, or those of the sublayers that hold them."""
    if place.class_name in _NETWORKS or place.class_name in _LENIENT:
        return
    if place.class_name in _INNER:
        yield from until_problem(*(partial(_cell, walk, file, place, one) for one in _inner(walk, place.class_name)))
        return
    if place.class_name == "RNN":
        yield from until_problem(*(partial(_state, walk, file, one) for one in _cells(place)))
        return
    if place.class_name in _WRAPPERS:
        inner = place.config.get("layer")
        if isinstance(inner, dict) and isinstance(inner.get("config"), dict):
            yield from until_problem(
                *(partial(_wrapped, walk, file, one, inner) for one in _inside(walk, place, inner))
            )
        return
    made = place.made if place.made is not None else variables(place.class_name, place.config, None)
    # `Layer.load_own_variables` counts first and assigns afterwards; the count can be right where the shapes are not
    # known.
    expected = len(made) if made is not None else _count(place)
    if expected is None:
        if f"{place.path}/vars" not in file.groups:
            yield walk.at(place.path.strip("/")).gap(f"whether {place.class_name} has variables was not recorded")
        return
    wrong = list(_counted(walk, file, (place.path, place.name), expected, made))
    yield from wrong
    if not wrong:
        yield from _shapes(walk, file, place if made is None else replace(place, made=made), expected)


def _cell(walk: Walk, file: Hdf5File, place: _Place, sublayer: tuple[str, str, int]) -> Iterator[Event]:
    """A sublayer that holds variables of its layer: as many, of these shapes where they are known."""
    attribute, name, count = sublayer
    held = count if place.config.get("use_bias", True) else count - 1
    made = place.made if attribute == "cell" and place.made and len(place.made) == held else None
    inside = _Place(name, "", place.config, f"{place.path}/{attribute}", made)
    yield from until_problem(
        lambda: _counted(walk, file, (inside.path, name), held),
        lambda: _shapes(walk, file, inside, held),
    )


def _cells(place: _Place) -> Iterator[_Place]:
    """The cells of an RNN that is given one, or several stacked ones, which hold all its variables."""
    entry = place.config.get("cell")
    stacked = isinstance(entry, dict) and entry.get("class_name") == "StackedRNNCells"
    config = entry.get("config") if isinstance(entry, dict) else None
    cells = config.get("cells") if stacked and isinstance(config, dict) else [entry]
    used: Counter[str] = Counter()
    cells = cells if isinstance(cells, list) else []
    for cell in cells:
        kind = cell.get("class_name") if isinstance(cell, dict) else None
        if not isinstance(kind, str) or kind not in _CELLS or not isinstance(cell.get("config"), dict):
            return
        stem, number = snake(kind), used[kind]
        used[kind] += 1
        path = f"{place.path}/cell" if not stacked else f"{place.path}/cell/cells/{stem}_{number}".removesuffix("_0")
        made = variables(kind, cell["config"], None)
        if place.made and made and len(cells) == 1 and len(made) == len(place.made):
            made = place.made
        yield _Place(str(cell["config"].get("name", "")), kind, cell["config"], path, made)


def _inner(walk: Walk, class_name: str) -> Sequence[tuple[str, str, int]]:
    """The sublayers of a layer as `_walk_trackable` meets them: the first that fails is the one that is named."""
    # keras/src/saving/saving_lib.py goes through `dir(trackable)`, which is sorted by name, from 2.12 to 2.14, and
    # through `sorted(dir(trackable), reverse=True)` in 2.15: `_key_dense` comes first there and last here.
    return sorted(_INNER[class_name], reverse=walk.release >= _BACKWARDS_SINCE)


def _wrapped(walk: Walk, file: Hdf5File, place: _Place, inner: Mapping[str, Any]) -> Iterator[Event]:
    """The layer inside a wrapper, and the layers of one that is a model."""
    if place.class_name not in _NETWORKS:
        yield from _state(walk, file, place)
        return
    for one in _places(walk, inner, place.path):
        failed = list(_state(walk, file, one))
        yield from failed
        if failed:
            return


def _inside(walk: Walk, place: _Place, inner: Mapping[str, Any]) -> Iterator[_Place]:
    """The layers inside a wrapper, at the attributes under which it holds their variables."""
    name, config = str(inner.get("class_name")), inner["config"]
    # In the order of the walk, as for sublayers.
    attributes = sorted(_WRAPPERS[place.class_name], reverse=walk.release >= _BACKWARDS_SINCE)
    made = place.made[: len(place.made) // len(attributes)] if place.made else variables(name, config, None)
    for attribute in attributes:
        yield _Place(str(config.get("name", "")), name, config, f"{place.path}/{attribute}", made)


def _count(place: _Place) -> int | None:
    """The number of variables where their shapes are not known: what is adapted has none when its values are given."""
    if place.class_name == "Normalization":
        return 3 if place.config.get("mean") is None else 0
    if place.class_name == "Discretization":
        return 1 if place.config.get("bin_boundaries") is None else 0
    if place.class_name in _STATELESS:
        return 0
    if place.class_name in _COUNTED:
        always, *keys = _COUNTED[place.class_name]
        return int(always) + sum(bool(place.config.get(key, True)) for key in keys)
    from inspector.loaders.weights.architecture import own  # noqa: PLC0415 - cold start: few layers are left over

    made = own(place.class_name, dict(place.config), None)
    return None if made is None else len(made)


def _counted(
    walk: Walk, file: Hdf5File, at: tuple[str, str], expected: int, made: list[Variable] | None = None
) -> Iterator[Event]:
    """The ValueError for another number of stored variables than the layer has; `at` is (path, layer's name)."""
    path, name = at
    found = sum(1 for one in (*file.datasets, *file.groups) if one.rpartition("/")[0] == f"{path}/vars")
    if found == expected:
        return
    names = [f"{name}/{variable.name}:0" for variable in made or ()]
    text = (
        f"Layer '{name}' expected {expected} variables, but received {found} variables during loading. "
        f"Expected: {names}"
    )
    yield walk.at(f"{path.strip('/')}/vars").problem(
        "KER110", name, "ValueError", text, expected=str(expected), found=str(found)
    )


def _shapes(walk: Walk, file: Hdf5File, place: _Place, count: int) -> Iterator[Event]:
    """Each variable is assigned as it is read, by its number."""
    for index in range(count):
        path = f"{place.path}/vars/{index}"
        found = stored_shape(file, path)
        if found is None and path not in file.groups:
            yield missing_object(walk, path, str(index))
            return
        raw = list(raw_file_events(walk, file, path))
        if raw:
            yield raw[0]
            return
        variable = place.made[index] if place.made and index < len(place.made) else None
        if found is None or variable is None or variable.shape is None or fits(variable.shape, found):
            continue
        expected = tuple(dim if dim is not None else -1 for dim in variable.shape)
        text = texts.shape_mismatch(walk.release, f"{place.name}/{variable.name}", expected, found)
        yield walk.at(path.strip("/")).problem(
            "KER110", place.name, "ValueError", text, expected=str(expected), found=str(found)
        )
        return


def _assets(walk: Walk, artifact: Artifact, place: _Place) -> Iterator[Event]:
    """A lookup layer without a vocabulary in its config reads it from its folder, where the archive has any assets."""
    # `DiskIOStore.get` returns None for a folder that is not there, which `IndexLookup.load_assets` joins with a file
    # name without a look.
    inner = {"TextVectorization": "/_lookup_layer", "StringLookup": "", "IntegerLookup": ""}.get(place.class_name)
    # The archive is taken to hold assets when it has more than its three fixed members.
    if inner is None or len(artifact.members) <= 3 or place.config.get("vocabulary") is not None:  # noqa: PLR2004
        return
    folder = f"assets{place.path}{inner}"
    if not any(member.name.startswith(f"{folder}/") for member in artifact.members):
        text = "expected str, bytes or os.PathLike object, not NoneType"
        yield walk.at(folder).problem("KER110", place.name, "TypeError", text, expected="a vocabulary", found="nothing")
