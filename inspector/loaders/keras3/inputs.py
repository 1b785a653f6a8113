"""What `InputLayer.__init__` says of the shape and dtype that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.loaders.keras_common.session import Session

# `ALLOWED_DTYPES` of keras/src/backend/common/dtypes.py, and the one name that `PYTHON_DTYPES_MAP` adds.
DTYPES = frozenset(
    {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
    | {"float16", "bfloat16", "float32", "float64", "bool", "string", "int"}
)
# Later dtypes, with the release that has them first of those that were looked at.
_LATER_DTYPES = {
    **dict.fromkeys(("float8_e4m3fn", "float8_e5m2"), (3, 2)),
    **dict.fromkeys(("complex64", "complex128"), (3, 6)),
}


@record
class Refused:
    """What a constructor raises, and the key whose value it is about."""

    key: str
    type: str
    text: str


def unlikely_shape(session: Session, shape: Any) -> str | None:
    """What `backend.standardize_shape` raises, a ValueError; None for a shape that can be.

    3.13 reworded it: it shows the shape as it was given, where older releases show a tuple.
    """
    if shape is None:
        return "Undefined shapes are not supported."
    if not hasattr(shape, "__iter__"):
        return f"Cannot convert '{shape}' to a shape."
    later = session.release >= (3, 13)
    shown = shape if later else tuple(shape)
    for size in shape:
        # A bool is no integer for `is_int_dtype(bool)`, but `int()` takes it since 3.13.
        if size is None or (isinstance(size, bool) and later):
            continue
        # `is_int_dtype(type(size))` makes a dtype of the type's name first, until 3.13 asks the number itself.
        if isinstance(size, list | dict) and not later:
            return f"Invalid dtype: {type(size).__name__}"
        if not isinstance(size, int) or isinstance(size, bool):
            word = "dimension" if later else "entry"
            # 3.0.0 does not tell the type.
            of_type = "" if session.release < (3, 0, 1) else f" of type '{type(size)}'"
            return f"Cannot convert '{shown}' to a shape. Found invalid {word} '{size}'{of_type}. "
        if size < 0:
            return f"Cannot convert '{shown}' to a shape. Negative dimensions are not allowed."
    return None


def unlikely_tensor(session: Session, shape: Any, dtype: Any) -> tuple[str, str] | None:
    """What `KerasTensor(shape, dtype=dtype)` raises, (exception class, text): the shape is looked at first."""
    text = unlikely_shape(session, shape)
    if text is not None:
        return "ValueError", text
    if isinstance(dtype, list | dict):
        return "TypeError", f"unhashable type: {type(dtype).__name__!r}"
    if dtype is None or (isinstance(dtype, str) and (dtype in DTYPES or dtype in _LATER_DTYPES or dtype == "float")):
        return None
    return "ValueError", f"Invalid dtype: {dtype}"


def refused_input(session: Session, config: Mapping[str, Any]) -> Refused | None:
    """The checks in their order: how the shape is given, the shape, the dtype."""
    shape = config["input_shape"] if "input_shape" in config else config.get("shape")
    batch_shape = config.get("batch_shape")
    # 3.0.0 and 3.0.1 swallow that key with whatever else they do not know.
    if "batch_input_shape" in config and session.release >= (3, 0, 2):
        batch_shape = config["batch_input_shape"]
    return (
        _given_twice(shape, batch_shape, config.get("batch_size"))
        or (_unlikely(session, "shape", shape) if shape is not None else _unlikely_batch(session, batch_shape))
        or _unknown_dtype(session, config.get("dtype"))
    )


def _given_twice(shape: Any, batch_shape: Any, batch_size: Any) -> Refused | None:
    for key, value in (("shape", shape), ("batch_size", batch_size)):
        if value is not None and batch_shape is not None:
            text = f"You cannot pass both `{key}` and `batch_shape` at the same time."
            return Refused(key, "ValueError", text)
    if shape is None and batch_shape is None:
        return Refused("batch_shape", "ValueError", "You must pass a `shape` argument.")
    return None


def _unlikely(session: Session, key: str, shape: Any) -> Refused | None:
    text = unlikely_shape(session, shape)
    return None if text is None else Refused(key, "ValueError", text)


def _unlikely_batch(session: Session, shape: Any) -> Refused | None:
    """Up to 3.3 it is made a tuple before anybody checks it (`self.batch_shape = tuple(batch_shape)`)."""
    if session.release < (3, 4) and not hasattr(shape, "__iter__"):
        return Refused("batch_shape", "TypeError", f"{type(shape).__name__!r} object is not iterable")
    return _unlikely(session, "batch_shape", shape)


def _unknown_dtype(session: Session, dtype: Any) -> Refused | None:
    """`backend.standardize_dtype`, of a name; a policy was made one before."""
    if isinstance(dtype, dict) and session.release < (3, 4):
        # Up to 3.3 the input gets a policy as it is stored, and looks it up as the name of a dtype.
        return Refused("dtype", "TypeError", "unhashable type: 'dict'")
    if not isinstance(dtype, str) or dtype in DTYPES or session.release >= _LATER_DTYPES.get(dtype, (99,)):
        return None
    return Refused("dtype", "ValueError", f"Invalid dtype: {dtype}")
