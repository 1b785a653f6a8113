"""What constructors of Keras 2 check themselves, whatever else the config holds: sizes, dtypes, wrapped optimizers.

Source: `Dense.__init__`, `Layer._set_dtype_policy`, `LossScaleOptimizer.from_config`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.ranges import range_events
from inspector.loaders.keras2.walk import until_problem
from inspector.terms.dtypes import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

# Names that optimizers.deserialize has beside its classes', with the TensorFlow release since which it has them.
_LOSS_SCALED = {"lossscaleoptimizer": (2, 0), "lossscaleoptimizerv1": (2, 4)}
_INNER_SINCE = (2, 4)
_LOSS_SCALE_KEYS = frozenset(
    {"optimizer", "loss_scale", "inner_optimizer", "dynamic", "initial_scale", "dynamic_growth_steps"}
)
# Up to TensorFlow 2.5 a negative number of units is met only when the variables are made.
_UNITS_CHECKED_SINCE = (2, 6)
_CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D"})
# Layers that make a dtype of the argument before their base class makes a policy of it.
_ASKED_FOR_DTYPE = frozenset({"InputLayer", "Hashing", "Discretization"})
# Names of dtypes beside TensorFlow's own: policies, and what NumPy calls them. Source: dtypes.as_dtype.
_REFERENCES = 100
_DTYPES = frozenset({*NAMES.values(), "half", "float", "double", "mixed_float16", "mixed_bfloat16"})


def wraps_optimizer(walk: Walk, name: str) -> bool:
    """Whether the name is that of the optimizer that scales the loss of another one."""
    return walk.release >= _LOSS_SCALED.get(name.lower(), (99, 0))


def loss_scale_keys(walk: Walk, config: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that are read without a default: TensorFlow 2.4 renamed one, and reads the old names on."""
    if walk.release < _INNER_SINCE:
        return ("optimizer", "loss_scale")
    return ("optimizer",) if "loss_scale" in config else ("inner_optimizer",)


def loss_scale_events(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the wrapper itself raises for its config."""
    for key in loss_scale_keys(walk, config):
        if key not in config:
            yield walk.problem("KER104", "LossScaleOptimizer", "KeyError", repr(key), key=key, keys=key)
            return
    for key in config:
        if key not in _LOSS_SCALE_KEYS:
            yield walk.at(key).gap(f"what LossScaleOptimizer does with the key {key!r} was not recorded")


def plain_policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """From 2.4 on policies of the experimental module become plain ones, which drop what they scaled the loss by."""
    config, name = policy.get("config"), policy.get("class_name")
    kept = {key: value for key, value in config.items() if key != "loss_scale"} if isinstance(config, dict) else config
    return {**policy, "class_name": "Policy" if name == "PolicyV1" else name, "config": kept}


def layer_value_events(walk: Walk, class_name: str, config: Mapping[str, Any]) -> Iterator[Event]:
    """What a layer's constructor raises for its dtype and its size."""
    yield from until_problem(
        lambda: _dtype(walk, config.get("dtype")),
        lambda: _plain_dtype(walk, class_name, config) if class_name in _ASKED_FOR_DTYPE else (),
        lambda: _units(walk, config["units"]) if class_name == "Dense" and "units" in config else (),
        lambda: _filters(walk, class_name, config.get("filters")),
        lambda: range_events(walk, class_name, config),
    )


def _dtype(walk: Walk, value: Any) -> Iterator[Event]:
    unknown = isinstance(value, str) and value and value.removesuffix("_ref") not in _DTYPES
    # A number is one of the enum DataType: references to a type count from 101.
    numbered = isinstance(value, int) and not isinstance(value, bool)
    if unknown or (numbered and value not in NAMES and value - _REFERENCES not in NAMES):
        text = texts.no_dtype(walk.release, value)
        yield walk.at("dtype").problem("KER103", "dtype", "TypeError", text, key="dtype", value=repr(value))


def _plain_dtype(walk: Walk, class_name: str, config: Mapping[str, Any]) -> Iterator[Event]:
    """An input has a dtype and no policy; so have, from 2.7 on, layers that give numbers of buckets."""
    value, is_input = config.get("dtype"), class_name == "InputLayer"
    if not is_input and (walk.release < (2, 7) or config.get("output_mode", "int") != "int"):
        return
    if isinstance(value, dict) or (isinstance(value, str) and value.startswith("mixed_")):
        text = texts.no_dtype(walk.release, value)
        yield walk.at("dtype").problem("KER103", class_name, "TypeError", text, key="dtype", value=repr(value))


def _units(walk: Walk, value: Any) -> Iterator[Event]:
    """A size is made an int of, then must not be negative."""
    error = _no_int(walk, value)
    if error is None and walk.release >= _UNITS_CHECKED_SINCE and isinstance(value, (int, float)) and value < 0:
        error = ("ValueError", texts.negative_units(walk.release, value))
    if error is not None:
        yield walk.at("units").problem("KER103", "Dense", *error, key="units", value=repr(value))


def _filters(walk: Walk, class_name: str, value: Any) -> Iterator[Event]:
    """A number of filters is compared with zero before anything is made of it. Source: Conv.__init__."""
    if isinstance(value, str) and class_name in _CONVOLUTIONS and walk.release >= _UNITS_CHECKED_SINCE:
        sign = "<=" if walk.release >= (2, 9) else "<"
        text = f"'{sign}' not supported between instances of 'str' and 'int'"
        yield walk.at("filters").problem("KER103", class_name, "TypeError", text, key="filters", value=repr(value))


def _no_int(walk: Walk, value: Any) -> tuple[str, str] | None:
    """What Python's `int(value)` raises."""
    if isinstance(value, str):
        digits = value.strip().lstrip("+-").replace("_", "")
        return None if digits.isdecimal() else ("ValueError", f"invalid literal for int() with base 10: {value!r}")
    if isinstance(value, (int, float)):
        return None
    kind = "real number" if walk.python >= (3, 10) else "number"
    text = f"int() argument must be a string, a bytes-like object or a {kind}, not '{type(value).__name__}'"
    return "TypeError", text
