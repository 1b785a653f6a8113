"""Skeletons of everything that is no layer: losses, metrics, optimizers, schedules, initializers, ..., functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.remedy.names import RESERVED, is_name, quoted, remark
from inspector.remedy.parameters import constructor, getter

if TYPE_CHECKING:
    from inspector.remedy.bases import Base
    from inspector.remedy.missing import Missing
    from inspector.remedy.skeleton import Skeleton
    from inspector.remedy.spelling import Spelling
    from inspector.remedy.stored import Weight

_ARGUMENTS = {
    "activation": "x",
    "loss": "y_true, y_pred",
    "metric": "y_true, y_pred",
    "initializer": "shape, dtype=None, **kwargs",
    "regularizer": "x",
    "constraint": "w",
    "schedule": "step",
}
# What the class computes, in the method of that name.
_METHODS = {"loss": "call"}
# Classes whose base has a `get_config` that gives something.
_WITH_CONFIG = frozenset({"loss", "metric", "optimizer"})


def class_lines(skeleton: Skeleton, spelling: Spelling) -> list[str]:
    """The class statement, without its decorator."""
    missing, identifier, base = skeleton.missing, skeleton.identifier, skeleton.base
    parameters, weights = skeleton.parameters, next(iter(skeleton.weights.values()), ())
    extra = [_state(weight) for weight in weights if len(weight.path) == 1] if missing.kind == "metric" else []
    has_config = missing.kind in _WITH_CONFIG
    created = constructor(parameters, extra)
    if base.source == "object" or missing.kind in {"initializer", "regularizer", "constraint", "schedule"}:
        # These bases have no constructor of their own, and `object` takes no keywords.
        created = [line for line in created if "super().__init__" not in line]
    bases = "" if base.source == "object" else f"({base.source})"
    body = [*created, *_methods(missing, identifier, spelling), *getter(parameters, has_base_config=has_config)]
    # Loaders call `from_config` of whatever a config names; only the bases of Keras have one.
    body += _from_config() if base.source == "object" else []
    return [f"class {identifier}{bases}:", *_places(missing, base), *(body or ["    pass"])]


def function_lines(missing: Missing, identifier: str, spelling: Spelling) -> list[str]:
    """The function's definition."""
    arguments = _ARGUMENTS.get(missing.kind, "*args, **kwargs")
    places = [f"    # {remark(use.pointer)}" for use in missing.uses[:5]]
    return [f"def {identifier}({arguments}):", *places, *_body(missing.kind, identifier, spelling, "    ")]


def _places(missing: Missing, base: Base) -> list[str]:
    lines = [f"    # {remark(use.pointer)}" for use in missing.uses[:5]]
    if base.is_guess:
        lines.append(f"    # The base class is a guess by the keys of the config: {base.source}.")
    return lines


def _state(weight: Weight) -> str:
    name = weight.path[0] if is_name(weight.path[0]) and weight.path[0] not in RESERVED else "state"
    return f'        self.{name} = self.add_weight(name={quoted(name)}, shape={weight.shape!r}, initializer="zeros")'


def _methods(missing: Missing, identifier: str, spelling: Spelling) -> list[str]:
    if missing.kind == "metric":
        return _metric(identifier)
    if missing.kind not in _ARGUMENTS:
        return []
    method = _METHODS.get(missing.kind, "__call__")
    body = _body(missing.kind, f"{identifier}.{method}", spelling, "        ")
    return ["", f"    def {method}(self, {_ARGUMENTS[missing.kind]}):", *body]


def _metric(identifier: str) -> list[str]:
    return [
        "",
        "    def update_state(self, y_true, y_pred, sample_weight=None):",
        "        # TODO: add the batch to the state.",
        f'        raise NotImplementedError("{identifier}.update_state is a skeleton")',
        "",
        "    def result(self):",
        "        # TODO: the metric's value from the state.",
        f'        raise NotImplementedError("{identifier}.result is a skeleton")',
    ]


def _body(kind: str, what: str, spelling: Spelling, indent: str) -> list[str]:
    """What stands where the user's code belongs. Loading calls activations, initializers and schedules."""
    zeros = "tf.zeros(shape, dtype or tf.float32)" if spelling.calls_layers else "keras.ops.zeros(shape, dtype=dtype)"
    if kind == "activation":
        value = f"failing({quoted(what)}, x)" if spelling.calls_layers else "x"
        lines = [
            "# TODO: compute the activation. While the model is built, any tensor of that shape does.",
            f"return {value}",
        ]
    elif kind == "initializer":
        lines = ["# TODO: the first values. The stored ones replace them when a model is loaded.", f"return {zeros}"]
    elif kind == "schedule":
        lines = ["# TODO: the learning rate of a step.", "return 0.001"]
    elif kind not in _ARGUMENTS and not spelling.calls_layers:
        # Keras 3 calls a Lambda's function while it builds the model, and keeps a layer that raises there without its
        # shape: a Sequential of an .h5 file then has no layers to give the weights to.
        lines = ["# TODO: compute the value. While the model is built, what comes in stands for it.", "return args[0]"]
    else:
        lines = [
            f"# TODO: compute the {kind if kind in _ARGUMENTS else 'value'}.",
            f'raise NotImplementedError("{what} is a skeleton")',
        ]
    return [f"{indent}{line}" for line in lines]


def _from_config() -> list[str]:
    return ["", "    @classmethod", "    def from_config(cls, config):", "        return cls(**config)"]
