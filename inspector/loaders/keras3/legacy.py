"""`model_from_config` of the legacy path: what `.h5` files and configs without a `module` key go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.identifiers import check_looked_up
from inspector.loaders.keras3.instantiate import instantiate, instantiate_custom
from inspector.loaders.keras_common import texts
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import FunctionThing, Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts

# Lambda arguments of Keras 2 that the legacy path drops.
_LAMBDA_DROPPED = ("module", "function_type", "output_shape_type", "output_shape_module")
# The table of layers is the namespace of a package, with its modules in it.
_MODULES = frozenset(
    {
        "activations", "attention", "convolutional", "core", "input_spec", "layer", "merging", "normalization",
        "pooling", "preprocessing", "regularization", "reshaping", "rnn",
    }
)  # fmt: skip


def decode(value: Any) -> Any:
    """`json_utils.decode`: stored tuples, shapes and ellipses as they come out of it."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("class_name")
    if kind == "__tuple__":
        return tuple(decode(item) for item in value.get("items", ()))
    if kind == "TensorShape":
        return tuple(value.get("items", ()))
    if kind == "__ellipsis__":
        return ...
    return {key: decode(item) for key, item in value.items()}


def model_from_config(session: Session, config: Any, pointer: str) -> Any:
    """The layer or model of a legacy config; LoadFailure as Keras raises it."""
    # Keras pops `batch_input_shape` before it looks the class up, so a config that is no dict fails for its type
    # whatever class it names.
    _check_shape(session, config, pointer)
    config = {**config, "config": _fixed(session, str(config.get("class_name")), config["config"])}
    name = config.get("class_name")
    check_looked_up(name, pointer)
    custom = session.custom(name)
    # keras/src/legacy/saving/serialization.py `class_and_config_for_serialized_keras_object` takes the user's class
    # first, by the bare name: on this path there is no module to tell two classes apart.
    cls = None if custom else _layer_class(session, str(name))
    if cls is None and custom is None and str(name) in _MODULES:
        text = "'module' object is not callable"
        raise LoadFailure(
            "TypeError", text, "KER101", str(name), pointer, {"class": str(name), "module": "keras.layers"}
        )
    if cls is None and custom is None:
        text = texts.unknown_legacy("layer", str(name))
        raise LoadFailure("ValueError", text, "KER101", str(name), pointer, {"class": str(name), "module": ""})
    # keras/src/legacy/saving/serialization.py walks the config's values before `from_config` and replaces names of
    # functions; the name of the layer itself is kept by the key `name`.
    inner = {key: _function_named(session, key, value) for key, value in config["config"].items()}
    if session.release < (3, 11):
        _check_json(inner, str(name), pointer)
        inner = _listed(inner)
    with_path, session.path = session.path, "legacy"
    try:
        if custom is not None:
            made: Thing = instantiate_custom(session, custom, inner, f"{pointer}/config")
        else:
            made = instantiate(session, _known(cls), inner, f"{pointer}/config")
    finally:
        session.path = with_path
    made.pointer = pointer
    return made


def _known(cls: ClassFacts | None) -> ClassFacts:
    if cls is None:
        raise AssertionError("a class that is neither known nor the user's was refused before")
    return cls


def _check_shape(session: Session, config: Any, pointer: str) -> None:
    """The checks before anything is looked up."""
    details = {"class": "layer", "key": "config", "value": ""}
    if isinstance(config, list):
        text = (
            f"`model_from_config` expects a dictionary, not a list. Received: config={config}. Did you meant to use "
            "`Sequential.from_config(config)`?"
        )
        raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)
    if not isinstance(config, dict) or "config" not in config:
        text = (
            "The provided configuration is not a valid Keras configuration. Expected a dictionary containing a "
            f"'config' key. Received: config={config}"
        )
        if session.release >= (3, 15):
            raise LoadFailure("ValueError", text, "KER103", details["class"], pointer, details)
        if isinstance(config, str):
            text = "string indices must be integers, not 'str'"
            raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)
        raise LoadFailure("KeyError", "'config'", "KER104", "layer", pointer, {"class": "layer", "keys": "config"})
    if not isinstance(config["config"], dict):
        # Sequential models of Keras 1 and early Keras 2 store a bare list of layers.
        text = f"{type(config['config']).__name__!r} object has no attribute 'pop'"
        kind = "AttributeError"
        if isinstance(config["config"], list):
            text, kind = "pop expected at most 1 argument, got 2", "TypeError"
        raise LoadFailure(kind, text, "KER103", details["class"], pointer, details)
    if "class_name" not in config:
        raise LoadFailure(
            "KeyError", "'class_name'", "KER104", "layer", pointer, {"class": "layer", "keys": "class_name"}
        )


def _fixed(session: Session, name: str, inner: dict[str, Any]) -> dict[str, Any]:
    """The inner config after the changes that keep files of Keras 2 readable."""
    inner = dict(inner)
    shape = inner.pop("batch_input_shape", None)
    if shape is not None:
        inner["batch_shape" if name == "InputLayer" else "input_shape"] = shape
    # Popped, and put back only in the cases below: up to 3.8 an `axis` that is a number is lost here, and the layer is
    # made with its default.
    axis = inner.pop("axis", None)
    if isinstance(axis, list) and len(axis) == 1:
        inner["axis"] = int(axis[0])
    elif axis is not None and isinstance(axis, int | float) and session.release >= (3, 9):
        inner["axis"] = int(axis)
    if name == "Lambda":
        for key in _LAMBDA_DROPPED:
            inner.pop(key, None)
        function = inner.get("function")
        # Keras 2 stores `func_dump`'s three parts bare; wrapped as `__lambda__` they meet the safe mode check of
        # Lambda.from_config.
        if isinstance(function, list | tuple) and len(function) > 2:  # noqa: PLR2004 - code, defaults, closure
            parts = dict(zip(("code", "defaults", "closure"), function, strict=False))
            inner["function"] = {"class_name": "__lambda__", "config": parts}
    return inner


def _layer_class(session: Session, name: str) -> ClassFacts | None:
    """The class in the table of layers: the namespace of keras.layers, with the three model classes."""
    if not session.facts.resolves("layer", name):
        return None
    for kind in ("layer", "model"):
        for found in session.facts.named(name, kind):
            return found
    return session.facts.exported(f"keras.layers.{name}")


def _function_named(session: Session, key: str, value: Any) -> Any:
    """A string in the config that names a function of the user's is replaced by that function.

    Since 3.14 so is one that names a function beside the layers, such as `dot`.
    """
    if key == "name" or not isinstance(value, str):
        return value
    custom = session.custom(value)
    if custom is not None and custom.is_function:
        return FunctionThing(value)
    if session.release >= (3, 14) and session.facts.resolves("layer", value):
        functions = [found for found in session.facts.named(value) if found.is_function]
        return FunctionThing(value) if functions else value
    return value


def _listed(value: Any) -> Any:
    """Tuples as lists: up to 3.10 a config goes through JSON text once more."""
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    return {key: _listed(item) for key, item in value.items()} if isinstance(value, dict) else value


def _check_json(inner: dict[str, Any], name: str, pointer: str) -> None:
    """Functions do not go through JSON text."""
    for key, value in inner.items():
        if isinstance(value, FunctionThing):
            text = "Object of type function is not JSON serializable"
            details = {"class": name, "key": key, "value": value.name}
            raise LoadFailure("TypeError", text, "KER103", name, f"{pointer}/config/{key}", details)
