"""The Lambda layer: refused in safe mode, else its bytecode is unmarshalled by the runtime's Python and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.construct import check_config
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import FunctionThing, Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts


def from_config(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    """`Lambda.from_config`: the functions first, then the constructor with the rest."""
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    if "function" not in config:
        details = {"class": cls.name, "keys": "function"}
        raise LoadFailure("KeyError", "'function'", "KER104", details["class"], pointer, details)
    function = _function(session, config["function"], f"{pointer}/function")
    if "output_shape" in config:
        _function(session, config["output_shape"], f"{pointer}/output_shape")
    if "arguments" in config:
        deserialize(session, config["arguments"], f"{pointer}/arguments")
    check_config(session, cls, config, pointer, {}, skip=frozenset({"function", "output_shape", "arguments", "mask"}))
    thing = Thing(cls.name, config, cls)
    if isinstance(function, FunctionThing):
        thing.function = function
    return thing


def _function(session: Session, value: Any, pointer: str) -> Any:
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    if not (isinstance(value, dict) and value.get("class_name") == "__lambda__"):
        return deserialize(session, value, pointer)
    if refused(session):
        raise LoadFailure("ValueError", refusal(session.release), "KER108", "Lambda", pointer, {"class": "Lambda"})
    inner = value["config"]
    return unmarshal(session, inner.get("code") if isinstance(inner, dict) else None, pointer)


def refused(session: Session) -> bool:
    """Whether Lambda.from_config refuses bytecode: an unset scope counts as safe in 3.12.4 and from 3.15 on."""
    if session.hardened:
        return session.safe_scope is not False
    return bool(session.safe_scope)


def refusal(release: tuple[int, ...]) -> str:
    """The text; up to 3.9 the name of the argument is missing from it by a slip in Keras."""
    if release >= (3, 11):
        return (
            "Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda. This carries a "
            "potential risk of arbitrary code execution and thus it is disallowed by default. If you trust the source "
            "of the artifact, you can override this error by passing `safe_mode=False` to the loading function, or "
            "calling `keras.config.enable_unsafe_deserialization()."
        )
    name = "function" if release >= (3, 10) else "{arg_name}"
    return (
        f"The `{name}` of this `Lambda` layer is a Python lambda. Deserializing it is unsafe. If you trust the source of "
        "the config artifact, you can override this error by passing `safe_mode=False` to `from_config()`, or calling "
        "`keras.config.enable_unsafe_deserialization()."
    )


def unmarshal(session: Session, code: Any, pointer: str) -> FunctionThing:
    """A lambda's function from its dumped bytecode, as the runtime's Python reads it."""
    if not isinstance(code, str):
        session.gap(pointer, "the bytecode of the Lambda is not text")
        return FunctionThing("<lambda>")
    session.gap(pointer, "whether the runtime's Python can read and run the Lambda's bytecode is not judged")
    return FunctionThing("<lambda>", code)
