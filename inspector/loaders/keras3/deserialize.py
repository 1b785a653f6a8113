"""`serialization_lib.deserialize_keras_object` of Keras 3: the walk over the config of a `.keras` file.

It is also what the legacy (`.h5`) path uses for wrapped layers, cells, initializers and the like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.calling import build
from inspector.loaders.keras3.inputs import unlikely_tensor
from inspector.loaders.keras3.instantiate import instantiate, instantiate_custom
from inspector.loaders.keras3.resolve import NO_LEGACY, CustomClass, Wanted, retrieve
from inspector.loaders.keras_common import texts
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.session import MAX_DEPTH
from inspector.loaders.keras_common.things import FunctionThing, TensorThing, Thing
from inspector.runtime.facts import ClassFacts

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session


def deserialize(session: Session, config: Any, pointer: str) -> Any:
    """The value that a config stands for; LoadFailure as Keras raises it."""
    session.depth += 1
    try:
        if session.depth > MAX_DEPTH:
            session.gap(pointer, f"the config is nested deeper than {MAX_DEPTH} levels")
            return None
        return _deserialize(session, config, pointer)
    finally:
        session.depth -= 1


def _deserialize(session: Session, config: Any, pointer: str) -> Any:
    if isinstance(config, str):
        # A string is looked up among custom objects and nowhere else: legacy formats store plain functions by name
        # (keras/src/saving/serialization_lib.py `deserialize_keras_object`, first case).
        return FunctionThing(config) if session.custom(config) else config
    if isinstance(config, list | tuple):
        return [deserialize(session, item, f"{pointer}/{i}") for i, item in enumerate(config)]
    if not isinstance(config, dict):
        return config
    # Both keys or a plain dict: what lacks one of them is not an error here, it comes back as a dict and fails where it
    # is used, with a text of that place.
    if "class_name" not in config or "config" not in config:
        return {key: deserialize(session, value, f"{pointer}/{key}") for key, value in config.items()}
    special = _SPECIAL.get(str(config["class_name"]), _class)
    return special(session, config, pointer)


def _class(session: Session, config: dict[str, Any], pointer: str) -> Any:
    """An instance of a class: resolved, constructed, built and compiled."""
    inner = _inner_config(session, config, pointer)
    # The id is asked for before the class is looked up, as in Keras: a second mention of an object may name a class
    # that is gone. Metrics, losses and layers share the ids of one `ObjectSharingScope`.
    shared = config.get("shared_object_id")
    if shared is not None and shared in session.shared:
        return session.shared[shared]
    _check_hashable(session, config, pointer)
    name = str(config["class_name"])
    wanted = Wanted(name, config.get("registered_name", name), config.get("module"), "class", config, pointer or "/")
    found = retrieve(session, wanted)
    if isinstance(found, FunctionThing):
        return found
    # keras/src/optimizers/__init__.py keeps `LegacyOptimizerWarning` under the old names so that packages which import
    # them still do; it has no `from_config`, and fails before its constructor could say that it is gone.
    if isinstance(found, ClassFacts) and found.name == NO_LEGACY:
        raise _no_from_config(name, config, pointer)
    thing = _from_config(session, found, config, inner, pointer)
    thing.pointer = pointer
    _after(session, thing, config, pointer)
    if shared is not None:
        session.shared[shared] = thing
    return thing


def _check_hashable(session: Session, config: dict[str, Any], pointer: str) -> None:
    """`_retrieve_class_or_fn` looks the registered name up, asks how the module begins, and joins it with the name."""
    registered, name, module = config.get("registered_name"), config["class_name"], config.get("module")
    unhashable = next((one for one in (registered, name) if isinstance(one, list | dict)), None)
    of_keras = isinstance(module, str) and module.partition(".")[0] == "keras"
    kind, text = "TypeError", None
    if unhashable is registered is not None:
        text = f"unhashable type: {type(registered).__name__!r}"
    elif module and not isinstance(module, str):
        kind, text = "AttributeError", f"{_kind(module)} object has no attribute 'startswith'"
    # Joined by `+` up to 3.11.
    elif not isinstance(name, str) and of_keras and session.release < (3, 12):
        text = f'can only concatenate str (not "{type(name).__name__}") to str'
    elif unhashable is not None and module:
        text = f"unhashable type: {type(name).__name__!r}"
    if text is not None:
        raise LoadFailure(kind, text, "KER130", str(name), pointer)


def _no_from_config(name: str, config: dict[str, Any], pointer: str) -> LoadFailure:
    text = (
        f"Unable to reconstruct an instance of '{name}' because the class is missing a `from_config()` method. "
        f"Full object config: {config}"
    )
    return LoadFailure("TypeError", text, "KER114", name, pointer, {"class": name})


def _inner_config(session: Session, config: dict[str, Any], pointer: str) -> dict[str, Any]:
    """The inner config, with what each release makes of an odd one (checked since 3.15)."""
    inner = config["config"]
    # `config["config"] or {}` made `[]`, `""` and `0` an empty config; 3.15 replaced it by `is not None` and a type
    # check.
    if inner is None or (not inner and session.release < (3, 15)):
        return {}
    if isinstance(inner, dict):
        return inner
    name = config["class_name"]
    details = {"class": str(name), "key": "config", "value": repr(inner)}
    if session.release >= (3, 15):
        text = f"Expected 'config' to be a dict for {name},\ninstead got {type(inner)}\nFull config: {config}"
        raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)
    # `from_config` is called with it, and what that raises is reworded.
    text = f"argument after ** must be a mapping, not {type(inner).__name__}"
    place = f"{config.get('module')}.{name}"
    wrapped = texts.not_deserialized(f"<class '{place}'>", config, f"{place}() {text}")
    raise LoadFailure("TypeError", wrapped, "KER103", details["class"], pointer, details)


def _from_config(session: Session, found: Any, config: dict[str, Any], inner: dict[str, Any], pointer: str) -> Thing:
    """`cls.from_config(inner)`; a TypeError in it is reworded, other exceptions pass."""
    # `SafeModeScope` is entered around `from_config` only. What a class deserializes inside takes the scope's word over
    # its own argument, which is how one `safe_mode=False` reaches the innermost Lambda.
    scoped, session.safe_scope = session.safe_scope, session.safe
    # An object inside an `.h5` goes the way of a `.keras`: nothing in its config is mended for Keras 2.
    path, session.path = session.path, "v3"
    try:
        if isinstance(found, CustomClass):
            return instantiate_custom(session, found.custom, inner, f"{pointer}/config")
        return instantiate(session, found, inner, f"{pointer}/config")
    except LoadFailure as failure:
        if failure.type != "TypeError":
            raise
        shown = f"<class '{found.custom.name}'>" if isinstance(found, CustomClass) else texts.class_repr(found)
        raise failure.reworded("TypeError", texts.not_deserialized(shown, config, failure.text)) from failure
    finally:
        session.safe_scope, session.path = scoped, path


def _after(session: Session, thing: Thing, config: dict[str, Any], pointer: str) -> None:
    """What follows construction: building from the stored shape, compiling from the stored arguments."""
    from inspector.loaders.keras3.compiling import compile_from_config  # noqa: PLC0415 - they call each other

    # Building comes before compiling, both outside the `except TypeError`: what they raise is not reworded.
    build(session, thing, config.get("build_config"))
    compile_config = config.get("compile_config")
    # `compile=False` empties the key of the outermost model alone (keras/src/saving/saving_lib.py
    # `_model_from_config`); a compiled model inside the model is compiled all the same.
    if compile_config and (session.compile or pointer):
        compile_from_config(session, compile_config, f"{pointer}/compile_config")


def _function(session: Session, config: dict[str, Any], pointer: str) -> Any:
    name = config["config"]
    if not isinstance(name, str):
        if session.release >= (3, 15):
            text = (
                f"Expected 'config' to be a non-null str fora function classname,\ninstead got {type(name)}\n"
                f"Full config: {config}"
            )
            raise LoadFailure("TypeError", text, "KER105", str(name), pointer)
        name = str(name)
    registered = config.get("registered_name", "function")
    return retrieve(session, Wanted(name, registered, config.get("module"), "function", config, pointer))


def _tensor(session: Session, config: dict[str, Any], pointer: str) -> TensorThing:
    inner = config["config"] or {}
    if not isinstance(inner, dict):
        text = (
            "string indices must be integers"
            if isinstance(inner, str)
            else f"{_kind(inner)} object is not subscriptable"
        )
        raise LoadFailure("TypeError", text, "KER130", "__keras_tensor__", pointer)
    missing = next((key for key in ("shape", "dtype", "keras_history") if key not in inner), None)
    if missing is not None:
        raise LoadFailure("KeyError", repr(missing), "KER130", "__keras_tensor__", pointer)
    shape, history = inner.get("shape"), inner.get("keras_history")
    unlikely = unlikely_tensor(session, shape, inner.get("dtype"))
    if unlikely is not None:
        raise LoadFailure(*unlikely, "KER130", "__keras_tensor__", pointer)
    if history is not None and not isinstance(history, list | tuple):  # taken apart when the call is made
        text = f"{_kind(history)} object is not subscriptable"
        if isinstance(history, dict):
            raise LoadFailure("KeyError", "0", "KER130", "__keras_tensor__", pointer)
        raise LoadFailure("TypeError", text, "KER130", "__keras_tensor__", pointer)
    place = tuple(history[:3]) if history is not None else None
    return TensorThing(place, None if shape is None else tuple(shape), str(inner.get("dtype")))


def _kind(value: Any) -> str:
    return repr(type(value).__name__)


def _lambda(session: Session, config: dict[str, Any], pointer: str) -> FunctionThing:
    # The refusal comes before the value is looked at: in safe mode a `__lambda__` without bytecode fails for what it
    # is, not for what it lacks.
    if session.safe:
        text = texts.lambda_value(session.release)
        raise LoadFailure("ValueError", text, "KER108", "lambda", pointer, {"class": "lambda"})
    inner = config["config"]
    if not isinstance(inner, dict) or "value" not in inner:
        raise LoadFailure("KeyError", "'value'", "KER103", "lambda", pointer, {"class": "lambda", "key": "value"})
    return FunctionThing("<lambda>", str(inner["value"]))


def _passed(_session: Session, config: dict[str, Any], _pointer: str) -> Any:
    return config["config"].get("value") if isinstance(config["config"], dict) else config["config"]


def _slice(session: Session, config: dict[str, Any], pointer: str) -> slice:
    inner = config["config"]
    start, stop, step = (
        deserialize(session, inner[key], f"{pointer}/config/{key}") for key in ("start", "stop", "step")
    )
    return slice(start, stop, step)


def _typespec(session: Session, _config: dict[str, Any], pointer: str) -> None:
    session.gap(pointer, "a TypeSpec is not judged")


_SPECIAL = {
    "function": _function,
    "__keras_tensor__": _tensor,
    "__lambda__": _lambda,
    "__tensor__": _passed,
    "__numpy__": _passed,
    "__bytes__": _passed,
    "__ellipsis__": _passed,
    "__slice__": _slice,
    "__typespec__": _typespec,
}
