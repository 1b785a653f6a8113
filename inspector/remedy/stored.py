"""The weights that a file holds for one layer, by the attributes that lead to them.

- `.h5`: `weight_names` of the layer's group, a flat list in the order in which the layer made them;
- `.keras`: `vars/0`, `vars/1`, ... below the path of attributes, without names of the weights;
- SavedModel: the object graph names each attribute.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.names import snake_case
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.remedy.missing import Missing, Use
    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import MetaGraph
    from inspector.terms.keras import Hdf5File

# What Keras' SavedModel writer adds to each layer's children (saved_model/serialized_attributes.py).
_BOOKKEEPING = re.compile(
    r"(variables|trainable_variables|non_trainable_variables|regularization_losses|keras_api|layers|metrics"
    r"|optimizer|loss|keras_losses|signatures|layer_metrics|layer(_with_weights)?-\d+|_.*|call_and_return_.*)$"
)
_NEVER_TRAINED = ("moving_mean", "moving_variance", "running_mean", "running_var")
DEPTH = 8  # layers inside a custom layer; real ones nest two or three deep
WEIGHTS = 400  # weights of one custom layer: above that a skeleton is no text to read


@record
class Weight:
    """A stored weight: the attributes that lead to it from the layer, its shape, and whether it is trained."""

    path: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str = "float32"
    trainable: bool = True


def stored_weights(artifact: Artifact, use: Use) -> tuple[Weight, ...]:
    """The weights of the layer at that place, in the order of its `weights`; () where the file holds none."""
    if use.node is not None and artifact.saved_model is not None:
        graph = artifact.saved_model.meta_graphs[0]
        return tuple(_of_object(graph, use.node, (), {use.node}))[:WEIGHTS]
    model = artifact.keras
    if model is None or model.hdf5 is None:
        return ()
    if "/model_weights" in model.hdf5.groups:
        return tuple(_legacy(model.hdf5, model.config, use))[:WEIGHTS]
    return tuple(_native(model.hdf5, storage_path(model.config, use.pointer)))[:WEIGHTS]


def _of_object(graph: MetaGraph, index: int, path: tuple[str, ...], seen: set[int]) -> Iterator[Weight]:
    """The variables below an object of the object graph, its own before those of its children."""
    # The object graph has circles (a layer that keeps its model) and shares variables: each object counts once.
    children = [c for c in graph.objects[index].children if not _BOOKKEEPING.match(c[0]) and c[1] not in seen]
    for name, child in children:
        if graph.objects[child].kind == "variable":
            seen.add(child)
            yield _variable(graph.objects[child].message.variable, (*path, name))
    for name, child in children:
        if graph.objects[child].kind == "user_object" and child not in seen and len(path) < DEPTH:
            seen.add(child)
            yield from _of_object(graph, child, (*path, name), seen)


def _variable(message: Any, path: tuple[str, ...]) -> Weight:
    shape = tuple(int(dim.size) for dim in message.shape.dim)
    return Weight(path, shape, trainable=bool(message.trainable))


def _legacy(file: Hdf5File, config: Any, use: Use) -> Iterator[Weight]:
    """Weights of an `.h5`: the layer's own group, or the part of an outer layer's group that bears its name."""
    if not use.pointer:
        yield from _legacy_layers(file)
        return
    steps = list(_layer_steps(config, use.pointer))
    outer = steps[0].get("name") if steps else use.name
    group = f"/model_weights/{outer}"
    names = _texts(file, group, "weight_names")
    if outer != use.name:
        # The weights of a layer inside another one lie in the outer layer's group, under their own scope.
        names = [n for n in names if f"/{use.name}/" in f"/{n}"]
    inner = _inner_layers(use.config)
    for name in names:
        dataset = file.datasets.get(f"{group}/{name}")
        leaf = name.rpartition("/")[2].partition(":")[0]
        owner = next((inner[step] for step in name.split("/")[:-1] if step in inner), None)
        if dataset is not None:
            path = (leaf,) if owner is None else (owner, leaf)
            yield Weight(path, dataset.shape, dataset.dtype, not leaf.startswith(_NEVER_TRAINED))


def _inner_layers(config: Any) -> dict[str, str]:
    """The layers that a layer was given, by their own name: the parameter that holds each."""
    items = config.items() if isinstance(config, dict) else ()
    held = {key: _child(value, "config") for key, value in items}
    return {c["name"]: key for key, c in held.items() if isinstance(c, dict) and isinstance(c.get("name"), str)}


def _legacy_layers(file: Hdf5File) -> Iterator[Weight]:
    """The weights of every layer of a subclassed model, each below an attribute of the layer's name."""
    for layer in _texts(file, "/model_weights", "layer_names"):
        for name in _texts(file, f"/model_weights/{layer}", "weight_names"):
            dataset = file.datasets.get(f"/model_weights/{layer}/{name}")
            leaf = name.rpartition("/")[2].partition(":")[0]
            if dataset is not None:
                yield Weight((layer, leaf), dataset.shape, dataset.dtype, not leaf.startswith(_NEVER_TRAINED))


def _texts(file: Hdf5File, group: str, name: str) -> list[str]:
    attribute = file.attributes.get(group, {}).get(name)
    value = attribute.value if attribute is not None else None
    return [text for text in value if isinstance(text, str)] if isinstance(value, list | tuple) else []


def _native(file: Hdf5File, path: str) -> Iterator[Weight]:
    """Weights of a `.keras` below a path: the layer's own, then those of each attribute in the file's order."""
    prefix = f"{path}/"
    below = [d for name, d in file.datasets.items() if name.startswith(prefix)]
    steps = [(tuple(d.path[len(prefix) :].split("/")), d) for d in below]
    # saving_lib keeps what `save_own_variables` of an object stores ("0", "1", ...) in a group `vars` of its own.
    kept = [(s, d) for s, d in steps if len(s) >= 2 and s[-2] == "vars" and len(s) <= DEPTH]  # noqa: PLR2004 - vars/N
    kept.sort(key=lambda item: (item[0][:-2], int(item[0][-1]) if item[0][-1].isdigit() else 0))
    normalization = {owner for owner, rows in _grouped(kept).items() if _is_normalization(rows)}
    for step, dataset in kept:
        frozen = step[:-2] in normalization and step[-1] in {"2", "3"}
        yield Weight((*step[:-2], f"weight_{step[-1]}"), dataset.shape, dataset.dtype, not frozen)


def _grouped(rows: list[tuple[tuple[str, ...], Any]]) -> dict[tuple[str, ...], list[tuple[int, ...]]]:
    found: dict[tuple[str, ...], list[tuple[int, ...]]] = {}
    for step, dataset in rows:
        found.setdefault(step[:-2], []).append(dataset.shape)
    return found


def _is_normalization(shapes: list[tuple[int, ...]]) -> bool:
    """Four vectors of one size: gamma, beta, and two moving averages that are not trained."""
    return len(shapes) == 4 and len(set(shapes)) == 1 and len(shapes[0]) == 1  # noqa: PLR2004 - as the text says


def _layer_steps(config: Any, pointer: str) -> Iterator[dict[str, Any]]:
    """The configs of the layers that a pointer goes through, outermost first, without the model itself."""
    value = config
    for key in _keys(pointer):
        value = _child(value, key)
        if isinstance(value, dict) and isinstance(value.get("config"), dict) and "class_name" in value:
            yield value["config"]


def storage_path(config: Any, pointer: str) -> str:
    """The group of a `.keras` weights file for the object at a pointer: `/layers/rnn/cell`.

    A layer of a model goes by the snake case of its class, numbered from the second on; what lies in a layer's config
    by its key, which is the attribute's name in the layers that Keras has.
    """
    path, value, keys = "", config, list(_keys(pointer))
    while keys:
        key = keys.pop(0)
        above, value = value, _child(value, key)
        if key == "layers" and keys and keys[0].isdigit() and isinstance(value, list):
            index = int(keys.pop(0))
            path += f"/layers/{_container_name(value, index)}"
            value = _child(value, str(index))
        elif key != "config" or not (isinstance(above, dict) and "class_name" in above):
            path += f"/{key}"
    return path


def _container_name(layers: list[Any], index: int) -> str:
    """`saving_lib._save_container_state`: the name of the n-th of several objects. A Sequential hides its input."""
    names = [snake_case(str(_child(layer, "class_name"))) for layer in layers[: index + 1]]
    number = Counter(names)[names[-1]] - 1 if names else 0
    return f"{names[-1]}_{number}" if number else names[-1] if names else ""


def _keys(pointer: str) -> list[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def _child(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    return value[int(key)] if isinstance(value, list) and key.isdigit() and int(key) < len(value) else None


def metric_weights(artifact: Artifact, missing: Missing) -> tuple[Weight, ...]:
    """The state of a metric: Keras 2.13 to 2.15 keep it in a `.keras`, and every SavedModel has it."""
    node = next((use.node for use in missing.uses if use.node is not None), None)
    if node is not None and artifact.saved_model is not None:
        return tuple(_of_object(artifact.saved_model.meta_graphs[0], node, (), {node}))[:WEIGHTS]
    file = artifact.keras.hdf5 if artifact.keras is not None else None
    return () if file is None else tuple(_native(file, f"/metrics/{snake_case(missing.class_name)}"))[:WEIGHTS]


def kernels(file: Hdf5File | None) -> dict[str, tuple[int, ...]]:
    """The shapes of the kernels in an `.h5`, by layer."""
    paths = [(name.split("/"), dataset) for name, dataset in (file.datasets.items() if file is not None else ())]
    return {p[2]: d.shape for p, d in paths if len(p) > 3 and p[1] == "model_weights" and p[-1] == "kernel:0"}  # noqa: PLR2004
