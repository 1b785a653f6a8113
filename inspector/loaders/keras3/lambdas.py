"""The Lambda layer: refused in safe mode, else its bytecode is unmarshalled by the runtime's Python and run."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.construct import Construction, check_config
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import FunctionThing, Thing

if TYPE_CHECKING:
    from inspector.codec.bytecode import Outcome
    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts


def from_config(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    """`Lambda.from_config`: the functions first, then the constructor with the rest."""
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    if "function" not in config:
        details = {"class": cls.name, "keys": "function"}
        raise LoadFailure("KeyError", "'function'", "KER104", details["class"], pointer, details)
    function = _function(session, config["function"], f"{pointer}/function")
    # In the order of keras/src/layers/core/lambda_layer.py: a Lambda whose output shape is a lambda too is refused for
    # its function first.
    if "output_shape" in config:
        _function(session, config["output_shape"], f"{pointer}/output_shape")
    if "arguments" in config:
        deserialize(session, config["arguments"], f"{pointer}/arguments")
    # TypeErrors of from_config() are reworded around it, and its own keys stand deserialized in the config by now.
    own = frozenset({"function", "output_shape", "arguments", "mask"})
    check_config(Construction(session, cls, config, pointer, skip=own))
    thing = Thing(cls.name, config, cls)
    if isinstance(function, FunctionThing):
        thing.function = function
    elif isinstance(function, str | int | float | list | None):
        # The constructor's last step asks inspect.getfullargspec for the arguments of whatever it was given.
        details = {"class": cls.name, "key": "function", "value": repr(function)}
        raise LoadFailure("TypeError", "unsupported callable", "KER103", cls.name, f"{pointer}/function", details)
    return thing


def _function(session: Session, value: Any, pointer: str) -> Any:
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    # A named function is deserialized like any other object; safe mode is asked about bytecode only.
    if not (isinstance(value, dict) and value.get("class_name") == "__lambda__"):
        return deserialize(session, value, pointer)
    if refused(session):
        raise LoadFailure("ValueError", refusal(session.release), "KER108", "Lambda", pointer, {"class": "Lambda"})
    inner = value["config"]
    inner = inner if isinstance(inner, dict) else {}
    function = unmarshal(session, inner.get("code"), pointer)
    if isinstance(inner.get("defaults"), list):
        # `func_load(code, defaults=[...])` hands a list, as JSON has it, to types.FunctionType.
        text = "arg 4 (defaults) must be None or tuple"
        details = {"class": "Lambda", "key": "function", "value": str(inner["defaults"])}
        raise LoadFailure("TypeError", text, "KER103", "Lambda", pointer, details)
    return function


def refused(session: Session) -> bool:
    """Whether Lambda.from_config refuses bytecode: an unset scope counts as safe in 3.12.4 and from 3.15 on."""
    if session.hardened:
        return session.safe_scope is not False
    return bool(session.safe_scope)


def refusal(release: tuple[int, ...]) -> str:
    """The text; up to 3.9 the name of the argument is missing from it by a slip in Keras."""
    if release >= (3, 11, 3):
        return (
            "Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda. This carries a "
            "potential risk of arbitrary code execution and thus it is disallowed by default. If you trust the source "
            "of the artifact, you can override this error by passing `safe_mode=False` to the loading function, or "
            "calling `keras.config.enable_unsafe_deserialization()."
        )
    name = "function" if release >= (3, 10) else "{arg_name}"
    return (
        f"The `{name}` of this `Lambda` layer is a Python lambda. Deserializing it is unsafe. If you trust the source "
        "of the config artifact, you can override this error by passing `safe_mode=False` to `from_config()`, or "
        "calling "
        "`keras.config.enable_unsafe_deserialization()."
    )


def unmarshal(session: Session, code: Any, pointer: str) -> FunctionThing:
    """`func_load`: a lambda's function from its dumped bytecode, as the runtime's Python reads it."""
    from inspector.codec.bytecode import Effect, decode, loads_in  # noqa: PLC0415 - few models hold bytecode

    if not isinstance(code, str):
        text = f"'{type(code).__name__}' object has no attribute 'encode'"
        details = {"class": "Lambda", "key": "function", "value": repr(code)}
        raise LoadFailure("AttributeError", text, "KER103", "Lambda", pointer, details)
    if session.python is None:
        session.gap(pointer, "a Lambda holds bytecode, and the target's Python is not known")
        return FunctionThing("<lambda>")
    # `marshal.loads` does not ask which Python wrote the bytes: those of another release may load and fail when they
    # run, may raise at once, or may end the process, and only the pair of releases tells which.
    outcome = loads_in(decode(code), session.python)
    if outcome.effect is Effect.UNKNOWN:
        session.gap(pointer, outcome.text)
    elif outcome.effect is not Effect.OK:
        raise _unreadable(outcome, pointer)
    return FunctionThing("<lambda>", code)


def _unreadable(outcome: Outcome, pointer: str) -> LoadFailure:
    """What raises, or kills the process."""
    return LoadFailure(outcome.type or "crash", outcome.text, "KER109", "Lambda", pointer, {"class": "Lambda"})


def call(session: Session, layer: Thing) -> None:
    """What calling the layer on symbolic tensors raises: its function runs to find the output's shape.

    The function's globals are those of keras.src.utils.python_utils, so that `tf` or `K` in it are not defined.
    """
    if isinstance(layer.config.get("output_shape"), list) and (3, 2) <= session.release < (3, 4):
        raise _listed_shape(layer)
    code = layer.function.code if layer.function is not None else None
    # keras/src/layers/core/lambda_layer.py `compute_output_shape` runs the function only where no shape was given; a
    # broken lambda with a stored shape loads, and fails when the model is called with data.
    if code is None or session.python is None or layer.config.get("output_shape") is not None:
        return
    from inspector.codec.bytecode import Effect, calls_in, decode  # noqa: PLC0415 - few models hold bytecode

    data = decode(code)
    outcome = calls_in(data, session.python)
    if outcome.effect is Effect.CRASHES:
        raise _unreadable(outcome, layer.pointer)
    missing = _undefined(data, session.python)
    if missing or outcome.effect is Effect.RAISES:
        raise _no_shape(layer, missing)
    if outcome.effect is Effect.UNKNOWN:
        session.gap(layer.pointer, outcome.text)


def _undefined(data: bytes, python: str) -> tuple[str, ...]:
    """Global names in the code that neither Python's builtins nor Keras' python_utils define."""
    from inspector.codec.bytecode import instructions  # noqa: PLC0415 - few models hold bytecode
    from inspector.codec.marshalled import summary  # noqa: PLC0415 - few models hold bytecode

    code = summary(data)
    if code is None:
        return ()
    found = instructions(code, python) or []
    # Since 3.11 the lowest bit of LOAD_GLOBAL's argument says that NULL is pushed before the value.
    shift = 1 if tuple(map(int, python.split("."))) >= (3, 11) else 0
    used = [argument >> shift for name, argument in found if name == "LOAD_GLOBAL"]
    names = [code.names[index] for index in used if index < len(code.names)]
    return tuple(dict.fromkeys(name for name in names if not hasattr(builtins, name) and name not in _GLOBALS))


_GLOBALS = frozenset(
    {
        "binascii", "codecs", "marshal", "os", "python_types", "default", "is_default", "func_dump", "func_load",
        "to_list", "remove_long_seq", "removeprefix", "removesuffix", "remove_by_id", "pythonify_logs",
    }
)  # fmt: skip


def _listed_shape(layer: Thing) -> LoadFailure:
    """In 3.2 and 3.3 a stored output shape is tracked as a list, which cannot be added to a tuple."""
    text = (
        "Exception encountered when calling Lambda.call().\n\n\x1b[1mcan only concatenate tuple (not "
        '"TrackedList") to tuple\x1b[0m\n\nArguments received by Lambda.call():'
    )
    details = {"class": "Lambda", "key": "output_shape", "value": str(layer.config["output_shape"])}
    return LoadFailure("TypeError", text, "KER103", "Lambda", layer.pointer, details)


def _no_shape(layer: Thing, missing: tuple[str, ...]) -> LoadFailure:
    text = (
        "Exception encountered when calling Lambda.call().\n\n\x1b[1mWe could not automatically infer the shape of the "
        "Lambda's output. Please specify the `output_shape` argument for this Lambda layer.\x1b[0m\n\n"
        "Arguments received by Lambda.call():"
    )
    details = {"class": "Lambda", "names": ", ".join(missing)}
    return LoadFailure("NotImplementedError", text, "KER109", "Lambda", layer.pointer, details)
