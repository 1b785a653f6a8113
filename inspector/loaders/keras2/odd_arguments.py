"""Values of another type than a class's own: what its constructor raises, and what the first call of a layer does.

Recorded by trying (`runtime/odd_values.py`): None, a word, numbers, an empty list or dict, and a value in a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.names import NAMING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import ClassFacts
    from inspector.runtime.odd_values import Odd
    from inspector.terms.finding import Problem


# Layers that Keras makes of functions of TensorFlow, and what their configs hold (layers/core/tf_op_layer.py).
_OPERATIONS = frozenset({"TFOpLambda", "SlicingOpLambda"})
_OF_OPERATION = frozenset(
    {"name", "trainable", "dtype", "function", "autocast", "dynamic", "batch_input_shape", "input_shape", "weights"}
    | {"batch_size", "input_dim", "activity_regularizer", "experimental_autocast", "implementation"}
)


def made_events(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the constructor raises for a value that it does not expect, and an operation for a key."""
    unknown = next((key for key in config if key not in _OF_OPERATION), None) if cls.name in _OPERATIONS else None
    if unknown is not None:
        text = f"('Keyword argument not understood:', {unknown!r})"
        yield walk.at(unknown).problem("KER102", cls.name, "TypeError", text, keys=unknown, key=unknown)
        return
    for key, odd in _odd(walk, cls, config):
        if not odd.is_called:
            yield _problem(walk, cls, config, (key, odd))
            return


def given_events(walk: Walk, cls: ClassFacts, form: str) -> Iterator[Event]:
    """What the layer's call raises for an input of that form, sparse or ragged."""
    odd = walk.facts.odd(cls, {f"({form})": True}, f"({form})")
    if odd is not None:
        yield _problem(walk, cls, {}, (f"({form})", odd))


def call_events(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the layer's call, or the initializer's, raises for such a value."""
    for key, odd in _odd(walk, cls, config):
        if odd.is_called:
            yield _problem(walk, cls, config, (key, odd))
            return


# What comes of these depends on the rank of the input, which was that of the trial.
_OF_RANK = frozenset({"batch_input_shape", "output_sequence_length"})


def _odd(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[tuple[str, Odd]]:
    # A Lambda's functions are lists of other things than numbers: their own model reads them (lambdas.py).
    for key, value in config.items() if cls.name != "Lambda" else ():
        if isinstance(value, str) and key.endswith(NAMING):
            continue
        if key == "batch_input_shape" and isinstance(value, list | tuple) and all(type(n) is not list for n in value):
            continue  # the shape of an input of one axis (in metadata a tuple); tried was a shape in a list
        odd = walk.facts.odd(cls, config, key)
        if odd is not None and not (odd.is_called and key in _OF_RANK):
            yield key, odd


def _problem(walk: Walk, cls: ClassFacts, config: Mapping[str, Any], found: tuple[str, Odd]) -> Problem:
    key, odd = found
    text = odd.text.replace("{name}", str(config.get("name")))
    here = walk if key.startswith("(") else walk.at(key)
    return here.problem("KER103", cls.name, odd.type, text, key=key, value=repr(config.get(key)))
