"""Which classes and functions of a model its runtime's Keras does not have, and every place where they stand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.requirements.keras_objects import KerasObject, keras_objects
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.runtime.facts import KerasFacts
    from inspector.terms.artifact import Artifact

FUNCTIONS = frozenset({"activation", "loss", "metric", "function", "initializer", "regularizer", "constraint"})
CLASSES = frozenset({"layer", "model", "optimizer", "schedule", "object"}) | FUNCTIONS
# Strings that `compile` understands although no function has that name (`keras.Model._get_metric_object`).
_COMPILE_WORDS = frozenset({"accuracy", "acc", "crossentropy", "ce"})
# Packages under which Keras registers classes of its own (optimizers of 2.11 and later: `Custom>SGD`).
_OWN_PACKAGES = frozenset({"Custom", "keras", "keras.src"})
_WRAPPERS = frozenset({"MeanMetricWrapper", "LossFunctionWrapper"})
_NODE_KINDS = {"_tf_keras_layer": "layer", "_tf_keras_metric": "metric"}


@record(eq=False)
class Use:
    """One place where a missing object stands. `node` is the object's index in a SavedModel's object graph."""

    pointer: str
    config: Any
    node: int | None = None
    compile: bool = False

    @property
    def name(self) -> str:
        """The layer's own name; empty where there is none."""
        found = self.config.get("name") if isinstance(self.config, dict) else None
        return found if isinstance(found, str) else ""


@record(eq=False)
class Missing:
    """A class or function that is not there. `key` is what the loader looks it up by (`Scale`, `my_pkg>Scale`)."""

    key: str
    class_name: str
    kind: str
    is_function: bool
    uses: tuple[Use, ...]

    @property
    def registration(self) -> tuple[str, str] | None:
        """Package and name under which it was registered; None where it was not."""
        package, separator, name = self.key.partition(">")
        return (package, name) if separator else None


@record
class _Seen:
    """An object with where it was seen."""

    item: KerasObject
    node: int | None = None
    compile: bool = False


def missing_objects(artifact: Artifact, facts: KerasFacts) -> tuple[Missing, ...]:
    """Everything that the Keras of `facts` lacks, in file order, one entry per name with all its places."""
    found: dict[tuple[str, bool], list[_Seen]] = {}
    inside: list[str] = []
    for seen in _objects(artifact):
        own = [seen.item, *_wrapped(seen.item)]
        for item in own:
            foreign = item.is_identifier and any(item.pointer.startswith(place) for place in inside)
            if foreign or not _is_missing(item, facts):
                continue
            # Strings inside the config of a class that nobody knows mean what that class says: "relu" there may be a
            # word of its own.
            inside.append(f"{item.pointer}/config/")
            found.setdefault((_key(item), _is_function(item)), []).append(_Seen(item, seen.node, seen.compile))
    return tuple(_missing(key, is_function, uses) for (key, is_function), uses in found.items())


def _missing(key: str, is_function: bool, seen: list[_Seen]) -> Missing:  # noqa: FBT001 - half of the dict's key
    # One place may say the kind by its key (`kernel_initializer`) where another says nothing.
    first = next((s.item for s in seen if s.item.kind != "object"), seen[0].item)
    uses = {(s.item.pointer, s.node): Use(s.item.pointer, s.item.config, s.node, s.compile) for s in seen}
    name = _plain_name(first)
    return Missing(key, name, _kind(first), is_function, tuple(uses.values()))


def _objects(artifact: Artifact) -> Iterator[_Seen]:
    """Every object of the model, its compile config, and a SavedModel's metadata."""
    if artifact.keras is not None:
        yield from (_Seen(item) for item in keras_objects(artifact.keras.config))
        compiled = keras_objects(artifact.keras.compile_config, "/compile_config", "object")
        yield from (_Seen(item, compile=True) for item in compiled)
    if artifact.keras_metadata is not None:
        for node in artifact.keras_metadata.nodes:
            yield from _of_node(node.node_id, _NODE_KINDS.get(node.identifier, "model"), _parsed(node.metadata))


def _of_node(index: int, kind: str, metadata: Mapping[str, Any]) -> Iterator[_Seen]:
    """The node's own class (layers have nodes of their own), and what it was compiled with."""
    config = metadata.get("config")
    own = {"class_name": metadata.get("class_name"), "config": config}
    place = f"/{index}"
    below = isinstance(config, dict) and "layers" in config
    for item in keras_objects(own, place, kind):
        nested_layer = below and item.kind in {"layer", "model"} and item.pointer != place
        if not nested_layer:
            yield _Seen(item, index if item.pointer == place else None)
    training = keras_objects(metadata.get("training_config"), f"{place}/training_config", "object")
    yield from (_Seen(item, compile=True) for item in training)


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _wrapped(item: KerasObject) -> Iterator[KerasObject]:
    """The function that a wrapper of functions names as a bare string (Keras 2 in an `.h5`)."""
    if item.class_name in _WRAPPERS and isinstance(item.config, dict) and isinstance(item.config.get("fn"), str):
        yield KerasObject(item.config["fn"], item.kind, f"{item.pointer}/config/fn", is_identifier=True)


def _key(item: KerasObject) -> str:
    if item.class_name == "function":
        return str(item.config)
    return item.registered_name or item.class_name


def _plain_name(item: KerasObject) -> str:
    return str(item.config) if item.class_name == "function" else item.class_name


def _is_function(item: KerasObject) -> bool:
    """Bare strings of optimizers name classes; every other string names a function."""
    return item.class_name == "function" or (item.is_identifier and item.kind != "optimizer")


def _kind(item: KerasObject) -> str:
    """The walker's kind, or what the place or the config's keys say."""
    if item.kind != "object":
        return item.kind
    # Keras 2 stores the optimizer of a compiled model there; LossScaleOptimizer its own inside.
    if item.pointer.rpartition("/")[2] in {"optimizer_config", "inner_optimizer"}:
        return "optimizer"
    keys = item.config if isinstance(item.config, dict) else {}
    return "layer" if {"name", "trainable", "dtype"} <= keys.keys() else "object"


def _is_missing(item: KerasObject, facts: KerasFacts) -> bool:
    if item.is_lambda or item.kind not in CLASSES:
        return False
    if _is_function(item) or item.is_identifier:
        name = _key(item)
        return name not in _COMPILE_WORDS and not facts.resolves(item.kind, name) and not facts.named(name)
    package, separator, tail = _key(item).rpartition(">")
    if separator:
        return package not in _OWN_PACKAGES or not facts.named(tail)
    # Keras 2.13 and later write `module: null` for what is not their own, whatever its name.
    return (item.registered_name is not None and item.module is None) or not facts.named(item.class_name)
