"""Dtype policies in the configs of layers: names, stored policies of every release, and those of Keras 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.identifiers import deserialize_in
from inspector.loaders.keras3.values import QUANTIZATION
from inspector.loaders.keras_common.construct import CELL_FIRST, wrapped
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import PolicyThing, Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts

_DTYPES = frozenset(
    {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
    | {"float16", "bfloat16", "float32", "float64", "bool", "string", "int", "float"}
)
# Layers that hand no dtype on to the base class (`IndexLookup` keeps it to itself).
_WITHOUT_POLICY = frozenset({"InputLayer", "StringLookup", "IntegerLookup"})


def with_dtype(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> tuple[dict[str, Any], bool]:
    """The config with its dtype policy as `Operation.from_config` leaves it, and whether the policy is only a name.

    Since 3.4 from_config deserializes a policy and keeps its name; up to 3.3 the constructor does. 3.3 gives its table
    of policies to the deserializer, so that a policy of Keras 2 becomes a bare string that fails at the first call.
    """
    dtype = config.get("dtype")
    if isinstance(dtype, str | int | float | list) and cls.kind == "layer" and cls.name not in _WITHOUT_POLICY:
        check_policy(session, cls, config, pointer)
    if not isinstance(dtype, dict) or cls.kind not in {"layer", "operation", "model"}:
        return config, False
    if session.release < (3, 3):
        if cls.name not in _WITHOUT_POLICY:
            _old_policy(session, cls, config, pointer)
        return config, False
    try:
        policy = deserialize_in(session, "dtype_policy", dtype, f"{pointer}/dtype")
    except LoadFailure as failure:
        # In 3.3 the constructor deserializes it, so that its exception is reworded once more.
        raise wrapped(session, cls, config, failure) if session.release < (3, 4) else failure from failure
    if isinstance(policy, Thing):
        if session.release < (3, 4):
            return config, False
        if policy.class_name != "DTypePolicy":
            return {**config, "dtype": _shown_policy(policy)}, False
        return {**config, "dtype": policy.config.get("name")}, False
    if session.release < (3, 4) or cls.name in CELL_FIRST:
        # Recurrent layers have a from_config of their own, which leaves the policy to the constructor.
        return config, True
    text = f"{type(policy).__name__!r} object has no attribute 'quantization_mode'"
    name = str(dtype.get("class_name"))
    raise LoadFailure("AttributeError", text, "KER101", name, f"{pointer}/dtype", {"class": name, "module": ""})


def names_policy(session: Session, config: dict[str, Any], pointer: str) -> bool:
    """Whether the constructor makes a bare string of a stored policy: one of Keras 2, or of nobody's.

    That is where `from_config` of the class is its own and leaves the policy alone, since 3.3 gives the deserializer
    its table of policies.
    """
    dtype = config.get("dtype")
    if not isinstance(dtype, dict) or "class_name" not in dtype or session.release < (3, 3):
        return False
    return not isinstance(deserialize_in(session, "dtype_policy", dtype, f"{pointer}/dtype"), Thing)


def _shown_policy(policy: Thing) -> PolicyThing:
    mode, source = policy.config.get("mode"), policy.config.get("source_name")
    return PolicyThing(policy.class_name, f"{mode}_from_{source}")


def check_policy(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> None:
    """A policy is named by a dtype, or by one of the names that mix two."""
    name = config["dtype"]
    if not isinstance(name, str):
        shown = name if isinstance(name, int | float) else type(name).__name__
        details = {"class": cls.name, "key": "dtype", "value": repr(name)}
        invalid = LoadFailure("ValueError", f"Invalid dtype: {shown}", "KER103", cls.name, f"{pointer}/dtype", details)
        raise wrapped(session, cls, config, invalid)
    _check_quantized_name(session, cls, config, pointer)
    if name in _DTYPES or name.startswith(("mixed_", "float8", "complex")) or "_from_" in name:
        return
    text = (
        f"Cannot convert '{name}' to a mixed precision DTypePolicy. Valid policies include 'mixed_float16', "
        "'mixed_bfloat16', and the name of any float dtype such as 'float32'."
    )
    details = {"class": cls.name, "key": "dtype", "value": repr(name)}
    failure = LoadFailure("ValueError", text, "KER103", cls.name, f"{pointer}/dtype", details)
    raise wrapped(session, cls, config, failure)


def _check_quantized_name(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> None:
    """A name that begins with a mode of quantization wants the policy behind it: `int8` alone is no dtype here."""
    name = config["dtype"]
    modes = tuple(mode for mode, since in QUANTIZATION if session.release >= since)
    if session.release < (3, 3) or not name.startswith(modes) or "_from_" in name:
        return
    text = (
        "Cannot convert `policy` into a valid pair (`mode`, `source_name`) to instantiate `QuantizedDTypePolicy`. "
        f"Received: policy={name}"
    )
    details = {"class": cls.name, "key": "dtype", "value": repr(name)}
    failure = LoadFailure("ValueError", text, "KER103", cls.name, f"{pointer}/dtype", details)
    raise wrapped(session, cls, config, failure)


def _old_policy(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> None:
    """Up to 3.2 a policy is deserialized like any other object, and one of Keras 2, which has no module, is refused."""
    try:
        from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

        deserialize(session, config.get("dtype"), f"{pointer}/dtype")
    except LoadFailure as failure:
        raise wrapped(session, cls, config, failure) from failure
