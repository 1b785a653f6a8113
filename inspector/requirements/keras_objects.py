"""The objects that a serialized Keras config names: layers, optimizers, losses, initializers, functions, ...

Both spellings are walked, Keras 3's `{module, class_name, config, registered_name}` and the older
`{class_name, config}`, with bare string identifiers (`"relu"`) where a key takes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inspector.terms.record import record

# Serialized objects of real models nest about 10 deep per level of nested models; marshalled JSON stops at 1000.
DEPTH_LIMIT = 200
# Wrappers of plain values (Keras 3 serialization_lib); what they hold is walked, they name no object of the user's.
PLAIN = {
    "__tensor__",
    "__numpy__",
    "__bytes__",
    "__ellipsis__",
    "__slice__",
    "__typespec__",
    "__tuple__",
    "__keras_tensor__",
}
MODELS = {"Sequential", "Functional", "Model"}
# The key under which an object stands says its kind; the first row that matches the end of the key counts.
KIND_OF_KEY: tuple[tuple[str, str], ...] = (
    ("recurrent_activation", "activation"),
    ("activation", "activation"),
    ("initializer", "initializer"),
    ("regularizer", "regularizer"),
    ("constraint", "constraint"),
    ("optimizer", "optimizer"),
    ("inner_optimizer", "optimizer"),
    ("learning_rate", "schedule"),
    ("loss", "loss"),
    ("metrics", "metric"),
    ("dtype", "dtype_policy"),
    ("policy", "dtype_policy"),
    ("cell", "layer"),
    ("cells", "layer"),
    ("layers", "layer"),
    ("layer", "layer"),
    ("model", "model"),
)
# Under these kinds a bare string names an object too.
NAMED_BY_STRING = {"activation", "initializer", "regularizer", "constraint", "loss", "metric", "optimizer"}


@record
class KerasObject:
    """One object of a config. `pointer` is its JSON pointer; `kind` as in ClassFacts ("object": the key says nothing).

    `is_identifier` marks a bare string, whose `config` is None.
    """

    class_name: str
    kind: str
    pointer: str
    module: str | None = None
    registered_name: str | None = None
    config: Any = None
    is_identifier: bool = False

    @property
    def is_lambda(self) -> bool:
        """Whether it carries marshalled bytecode."""
        return self.class_name == "__lambda__"


@record
class _Place:
    pointer: str = ""
    kind: str = "object"
    depth: int = 0

    def below(self, key: str | int, kind: str) -> _Place:
        step = str(key).replace("~", "~0").replace("/", "~1")
        return _Place(f"{self.pointer}/{step}", kind, self.depth + 1)


def keras_objects(config: Any, pointer: str = "", kind: str = "model") -> Iterator[KerasObject]:
    """Every object that a serialized config uses, outermost first, in file order; nothing below the depth limit."""
    return _walk(config, _Place(pointer, kind))


def _walk(value: Any, place: _Place) -> Iterator[KerasObject]:
    if place.depth > DEPTH_LIMIT:
        return
    if isinstance(value, Mapping):
        yield from _object(value, place) if _is_object(value) else _items(value, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, place.below(index, place.kind))
    elif isinstance(value, str) and place.kind in NAMED_BY_STRING:
        yield KerasObject(value, place.kind, place.pointer, is_identifier=True)


def _is_object(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("class_name"), str) and "config" in value


def _object(value: Mapping[str, Any], place: _Place) -> Iterator[KerasObject]:
    name, inner = value["class_name"], value["config"]
    if name not in PLAIN:
        yield KerasObject(
            class_name=name,
            kind=_kind(name, place.kind),
            pointer=place.pointer,
            module=_text(value, "module"),
            registered_name=_text(value, "registered_name"),
            config=inner,
        )
    if name == "Lambda" and isinstance(inner, Mapping):
        yield from _bytecode(inner, place.below("config", "function"))
    # Their config is a name, or bytecode: nothing serialized is in it.
    if name not in {"function", "__lambda__"}:
        yield from _walk(inner, place.below("config", "object"))
    # Keras 3 writes both beside the config of an object, not into it.
    for key in ("compile_config", "inbound_nodes"):
        if isinstance(value.get(key), Mapping | list):
            yield from _walk(value[key], place.below(key, "object"))


def _bytecode(config: Mapping[str, Any], place: _Place) -> Iterator[KerasObject]:
    """The functions of a Keras 2 Lambda: `[code, defaults, closure]` where `function_type` is `lambda`."""
    for key in ("function", "output_shape", "mask"):
        if (
            isinstance(config.get(key), list)
            and config.get(f"{key}_type", "lambda") == "lambda"
            and _is_code(config[key])
        ):
            yield KerasObject("__lambda__", "function", place.below(key, "function").pointer, config=config[key])


def _is_code(value: list[Any]) -> bool:
    return len(value) == 3 and isinstance(value[0], str)  # noqa: PLR2004 - code, defaults, closure


def _kind(name: str, given: str) -> str:
    if name in {"function", "__lambda__"}:
        return "function" if given == "object" else given
    return "model" if name in MODELS and given in {"object", "layer"} else given


def _items(value: Mapping[str, Any], place: _Place) -> Iterator[KerasObject]:
    """The values of a config: each key says what stands below it; dicts of losses and metrics keep their kind."""
    for key, item in value.items():
        kind = kind_of_key(str(key))
        kept = place.kind if kind == "object" and place.kind in {"loss", "metric"} else kind
        yield from _walk(item, place.below(str(key), kept))


def kind_of_key(key: str) -> str:
    """The kind of the objects that stand under a key."""
    for end, kind in KIND_OF_KEY:
        if key == end or key.endswith(f"_{end}"):
            return kind
    return "object"


def _text(value: Mapping[str, Any], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) else None
