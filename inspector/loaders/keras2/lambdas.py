"""Models how a Lambda layer of Keras 2 gets its function back: by name, or from marshalled bytecode.

Bytecode is read with no question by `.h5`, JSON and SavedModel loads; whether it can be read and called is decided by
the Python that dumped it and the Python that loads it. The v3 format refuses it while safe_mode is on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec.bytecode import Effect, calls_in, decode, loads_in
from inspector.loaders.keras2.objects import FUNCTION, object_events

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

REFUSED = (
    "Requested the deserialization of a Lambda layer with a Python `lambda` inside it. This carries a potential risk "
    "of arbitrary code execution and thus it is disallowed by default. If you trust the source of the saved model, you "
    "can pass `safe_mode=False` to the loading function in order to allow Lambda layer loading."
)


def lambda_events(walk: Walk, config: Mapping[str, Any]) -> Iterator[Event]:
    """What rebuilding the layer's functions from its config raises, in the constructor's order."""
    for key in ("function", "output_shape"):
        kind = config.get(f"{key}_type", "raw" if key == "output_shape" else None)
        here = walk.at(key)
        if kind == "function" and key == "function":
            yield from object_events(here, FUNCTION, config.get(key))
        elif kind == "lambda":
            yield from _bytecode_events(here, config.get(key))
        elif kind is None:
            yield here.problem("KER104", "Lambda", "KeyError", f"'{key}_type'", key=f"{key}_type")


def _bytecode_events(walk: Walk, dumped: Any) -> Iterator[Event]:
    """A dumped function: text, or a list of text, defaults and closure."""
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
    for outcome in (loads_in(data, python), calls_in(data, python)):
        if outcome.effect is Effect.UNKNOWN:
            yield walk.gap(outcome.text)
        elif outcome.effect is not Effect.OK:
            kind = outcome.type if outcome.effect is Effect.RAISES else "crash"
            yield walk.problem("KER109", "Lambda", kind, outcome.text)
        if outcome.effect is not Effect.OK:
            return
