"""Values that the constructors of built-in layers look at themselves: sizes that must be positive, words of a choice.

A recorded trial speaks for the values that were tried; these are checks that hold for any value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.arguments import refused_arguments
from inspector.loaders.keras3.inputs import DTYPES, Refused, refused_input
from inspector.loaders.keras_common.things import FunctionThing
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts


@record
class _Choice:
    """A string argument with its words; `is_free` where None and functions are taken too."""

    key: str
    words: tuple[str, ...]
    is_free: bool = False


_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}
_LOOKUP = (_Choice("output_mode", _MODES),)
_CHOICES: dict[str, tuple[_Choice, ...]] = {
    "TextVectorization": (
        _Choice("standardize", ("lower_and_strip_punctuation", "lower", "strip_punctuation"), is_free=True),
        _Choice("split", ("whitespace", "character"), is_free=True),
        *_LOOKUP,
    ),
    "StringLookup": _LOOKUP,
    "IntegerLookup": _LOOKUP,
    "Discretization": (_Choice("output_mode", _MODES[:4]),),
    "HashedCrossing": (_Choice("output_mode", _MODES[:2]),),
}
# Modes of QuantizedDTypePolicy with the release that brought them (`QUANTIZATION_MODES`).
QUANTIZATION = (("int8", (3, 3)), ("float8", (3, 3)), ("int4", (3, 11)), ("gptq", (3, 12)), ("awq", (3, 14)))


def refused(session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """What the class's constructor raises because of a value; None where it takes them all."""
    check = _CHECKS.get(cls.name)
    found = check(session, cls, config) if check is not None else None
    return found or refused_arguments(session, cls, config)


def _choices(session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """`argument_validation.validate_string_arg`, whose text lost a typing error in 3.5."""
    for choice in _CHOICES[cls.name]:
        value = config.get(choice.key, choice.words[0])
        if isinstance(value, str) and _OLD_MODES.get(value, value) in choice.words:
            continue
        if choice.is_free and (value is None or isinstance(value, FunctionThing | dict)):
            continue
        unknown = "Unkown" if session.release < (3, 5) else "Unknown"
        text = (
            f"{unknown} value for `{choice.key}` argument of {cls.name}. Allowed values are: {choice.words}. "
            f"Received: {choice.key}={value}"
        )
        return Refused(choice.key, "ValueError", text)
    return None


def _not_compared(value: Any) -> str | None:
    """The TypeError of `value <= 0`; None where Python can tell."""
    if isinstance(value, int | float):
        return None
    return f"'<=' not supported between instances of '{type(value).__name__}' and 'int'"


def _positive(key: str, *, optional: bool = True) -> Callable[[Session, ClassFacts, Mapping[str, Any]], Refused | None]:
    """The check of convolutions: None is taken, what is not comparable raises by itself."""

    def check(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
        value = config.get(key, 1)
        if value is None and optional:
            return None
        problem = _not_compared(value)
        if problem is not None:
            return Refused(key, "TypeError", problem)
        if value > 0:
            return None
        text = f"Invalid value for argument `{key}`. Expected a strictly positive value. Received {key}={value}."
        return Refused(key, "ValueError", text)

    return check


def _units(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """The check of recurrent layers and of their cells."""
    value = config.get("units", 1)
    problem = _not_compared(value)
    if problem is not None:
        return Refused("units", "TypeError", problem)
    if value > 0:
        return None
    text = f"Received an invalid value for argument `units`, expected a positive integer, got {value}."
    return Refused("units", "ValueError", text)


def _dense(session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """Dense looks at its size since 3.13; older releases find out when they make the kernel."""
    units = config.get("units")
    if session.release < (3, 13) or (isinstance(units, int) and units > 0):
        return None
    text = f"Received an invalid value for `units`, expected a positive integer. Received: units={units}"
    return Refused("units", "ValueError", text)


def _quantized(session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """`QuantizedDTypePolicy.__init__`."""
    modes = tuple(mode for mode, since in QUANTIZATION if session.release >= since)
    mode = config.get("mode")
    if mode in modes:
        return None
    return Refused("mode", "ValueError", f"Invalid quantization mode. Expected one of {modes}. Received: mode={mode}")


def _policy(session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """`DTypePolicy._parse_name`: a dtype, or one of the two names that mix a pair of them."""
    name = config.get("name", "float32")
    # Without a name 3.4 and later take the global policy's.
    if name is None and session.release >= (3, 4):
        return None
    if not isinstance(name, str):
        text = f"'name' must be a string, such as 'mixed_float16'. Received: name={name} (of type {type(name)})"
        return Refused("name", "TypeError", text)
    if name in DTYPES or name.startswith(("mixed_", "float8", "complex")) or name == "float" or "_from_" in name:
        return None
    # 3.3 has a class of its own for policies of floats, and older releases do not say which dtypes they mean.
    shown = "FloatDTypePolicy" if (3, 3) <= session.release < (3, 4) else "DTypePolicy"
    of_float = "any float dtype" if session.release >= (3, 3) else "any dtype"
    text = (
        f"Cannot convert '{name}' to a mixed precision {shown}. Valid policies include 'mixed_float16', "
        f"'mixed_bfloat16', and the name of {of_float} such as 'float32'."
    )
    return Refused("name", "ValueError", text)


def _merged(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """How a Bidirectional joins its halves."""
    mode = config.get("merge_mode", "concat")
    if mode is None or mode in ("sum", "mul", "ave", "concat"):
        return None
    text = f'Invalid merge mode. Received: {mode}. Merge mode should be one of {{"sum", "mul", "ave", "concat", None}}'
    return Refused("merge_mode", "ValueError", text)


def _input(session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """A declared input."""
    return refused_input(session, config)


_CHECKS: dict[str, Callable[[Session, ClassFacts, Mapping[str, Any]], Refused | None]] = {
    "Bidirectional": _merged,
    "Dense": _dense,
    "InputLayer": _input,
    "DTypePolicy": _policy,
    "FloatDTypePolicy": _policy,
    "QuantizedDTypePolicy": _quantized,
    **dict.fromkeys(_CHOICES, _choices),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "LSTMCell", "GRUCell", "SimpleRNNCell"), _units),
    **{f"Conv{rank}D": _positive("filters") for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _positive("filters") for rank in (1, 2, 3)},
    **{f"SeparableConv{rank}D": _positive("filters") for rank in (1, 2)},
    **{f"DepthwiseConv{rank}D": _positive("depth_multiplier") for rank in (1, 2)},
}
