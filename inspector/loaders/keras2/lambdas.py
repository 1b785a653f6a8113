"""Models how a Lambda layer of Keras 2 gets its function back: by name, or from marshalled bytecode.

Bytecode is read with no question by `.h5`, JSON and SavedModel loads; whether it can be read and called is decided by
the Python that dumped it and the Python that loads it. The v3 format refuses it while safe_mode is on.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from inspector.codec.bytecode import Effect, calls_in, decode, instructions, loads_in
from inspector.codec.marshalled import summary
from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.objects import FUNCTION, object_events
from inspector.loaders.keras2.walk import until_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

# What a function without its own module finds beside Python's built-in names: those of Keras's module of the Lambda
# layer that models may use. Source: the imports of layers/core.py (to 2.6) and layers/core/lambda_layer.py.
_OF_EVERY = frozenset({"np", "sys", "warnings", "Lambda", "Layer", "keras_export", "generic_utils", "tf_utils"})
_OF_CORE = frozenset({"K", "Activation", "Dense", "Dropout", "Flatten", "Masking", "Permute", "Reshape", "copy"})
_OF_CORE_MODULES = frozenset({"activations", "constraints", "initializers", "regularizers"})
_OF_BUNDLED = frozenset({"array_ops", "math_ops", "nn", "ops", "dtypes", "nest", "standard_ops", "context"})
_CORE_UNTIL, _BUNDLED_UNTIL = (2, 7), (2, 6)
# Modules that are always loaded when a model is, or are the script that loads it.
_LOADED = frozenset({"__main__", "tensorflow", "tensorflow_core", "keras", "tf_keras", "numpy"})

_KINDS = ["function", "lambda", "raw"]
_WORDED_SINCE = (2, 7)
REFUSED = (
    "Requested the deserialization of a Lambda layer with a Python `lambda` inside it. This carries a potential risk "
    "of arbitrary code execution and thus it is disallowed by default. If you trust the source of the saved model, you "
    "can pass `safe_mode=False` to the loading function in order to allow Lambda layer loading."
)


def lambda_events(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """What rebuilding the layer's functions from its config raises, in the constructor's order."""
    # `Lambda.from_config` parses `function`, `output_shape` and `mask` in this order; the constructor comes after all
    # three.
    for key in ("function", "output_shape"):
        kind = config.get(f"{key}_type", "raw" if key == "output_shape" else None)
        here = walk.at(key)
        if kind == "function" and key == "function":
            yield from object_events(here, FUNCTION, config.get(key))
        elif kind == "lambda":
            yield from _lambda_events(here, config, key)
        elif kind is None:
            yield here.problem("KER104", "Lambda", "KeyError", f"'{key}_type'", key=f"{key}_type")
        elif kind not in _KINDS:
            text = f"('Unknown function type:', {kind!r})"
            if walk.release >= _WORDED_SINCE:
                text = (
                    f"Unsupported value for `function_type` argument. Received: function_type={kind}. Expected one of "
                    f"{_KINDS}"
                )
            yield here.problem("KER103", "Lambda", "TypeError", text, key=f"{key}_type", value=repr(kind))


def _lambda_events(walk: Walk, config: Mapping[str, Any], key: str) -> Iterator[Event]:
    yield from until_problem(
        lambda: _bytecode_events(walk, config.get(key)),
        lambda: _global_events(walk, config, key),
    )


def _bytecode_events(walk: Walk, dumped: Any) -> Iterator[Event]:
    """A dumped function: text, or a list of text, defaults and closure."""
    # keras/src/layers/core/lambda_layer.py asks for safe mode before `func_load`, so that bytes which nobody could read
    # are refused like any others; without a scope, as in an `.h5`, nothing is asked.
    if walk.path == "v3" and walk.safe_mode:
        yield walk.problem("KER108", "Lambda", "ValueError", REFUSED)
        return
    code = dumped[0] if isinstance(dumped, (list, tuple)) and dumped else dumped
    if not isinstance(code, str):
        text = f"'{type(code).__name__}' object has no attribute 'encode'"
        yield walk.problem("KER103", "Lambda", "AttributeError", text, key="function", value=repr(code))
    elif walk.python == (0, 0):
        yield walk.gap("a Lambda layer holds bytecode, and the target's Python is not known")
    else:
        yield from _run_events(walk, decode(code))


def _run_events(walk: Walk, data: bytes) -> Iterator[Event]:
    """Reading the bytecode, then calling it: the model is rebuilt by calling its layers."""
    python = ".".join(map(str, walk.python))
    # Two chances to fail: `marshal.loads` may take the bytes of another Python, whose instructions then mean something
    # else.
    for outcome in (loads_in(data, python), calls_in(data, python)):
        if outcome.effect is Effect.UNKNOWN:
            yield walk.gap(outcome.text)
        elif outcome.effect is not Effect.OK:
            kind = outcome.type if outcome.effect is Effect.RAISES else "crash"
            yield walk.problem("KER109", "Lambda", kind, outcome.text)
        if outcome.effect is not Effect.OK:
            return


def _global_events(walk: Walk, config: Mapping[str, Any], key: str) -> Iterator[Event]:
    """A function of a module that is not loaded has only the names of Keras's own module. It is called at once."""
    dumped = config.get(key)
    code = dumped[0] if isinstance(dumped, list) and dumped else dumped
    module = config.get("module" if key == "function" else f"{key}_module")
    if not isinstance(code, str) or not isinstance(module, str) or module.partition(".")[0] in _LOADED:
        return
    names, branches = _globals_of(decode(code), ".".join(map(str, walk.python)))
    unknown = next((name for name in names if not _is_there(walk, name)), None)
    if unknown is None or unknown in walk.custom:
        return
    # A name behind a branch is looked up only when it is reached, which depends on values.
    if branches:
        yield walk.gap(f"the Lambda function uses the global name {unknown}, which may never be reached")
    else:
        text = texts.building(walk.release, "Lambda", config.get("name")) + f"name '{unknown}' is not defined"
        yield walk.problem("KER109", "Lambda", "NameError", text)


def _globals_of(data: bytes, python: str) -> tuple[list[str], bool]:
    """The global names that the function looks up, in order, and whether it branches."""
    code = summary(data)
    found = (instructions(code, python) if code is not None else None) or []
    shift = 1 if tuple(map(int, python.split("."))) >= (3, 11) else 0  # the lowest bit says that a NULL is pushed
    places = [argument >> shift for name, argument in found if name == "LOAD_GLOBAL"]
    names = [code.names[place] for place in places if code is not None and place < len(code.names)]
    return names, any("JUMP" in name for name, _ in found)


def _is_there(walk: Walk, name: str) -> bool:
    """Whether Keras's module of the Lambda layer, or Python, has that name."""
    if name in _OF_EVERY or hasattr(builtins, name):
        return True
    if walk.release < _BUNDLED_UNTIL:
        return name in _OF_CORE or name in _OF_CORE_MODULES or name in _OF_BUNDLED
    return name == "tf" or (walk.release < _CORE_UNTIL and (name in _OF_CORE or name in _OF_CORE_MODULES))
