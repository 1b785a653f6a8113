"""Declared inputs of every way a config may state them."""

from __future__ import annotations

import pytest

from inspector.requirements.keras_inputs import declared_inputs


def layer(name, class_name="Dense", **config):
    return {"class_name": class_name, "config": {"name": name, **config}}


def functional(layers, inputs):
    return {"class_name": "Functional", "config": {"layers": layers, "input_layers": inputs}}


FIRST = layer("a", "InputLayer", batch_shape=[None, 10], dtype="int32")
OLD = layer("b", batch_input_shape=[None, 28, 28, 1], dtype="float32")
POLICY = layer("c", "InputLayer", batch_shape=[2], dtype={"config": {"name": "bfloat16"}})


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"class_name": "Sequential", "config": {"layers": [FIRST, OLD]}}, {"a": ("int32", (-1, 10))}),
        ({"class_name": "Sequential", "config": {"layers": [OLD]}}, {"b": ("float32", (-1, 28, 28, 1))}),
        (
            {"class_name": "Sequential", "config": {"layers": [layer("d")], "build_input_shape": [None, 3]}},
            {"input": ("float32", (-1, 3))},
        ),
        ({"class_name": "Sequential", "config": {"layers": [layer("d")]}}, {}),
        (
            functional([FIRST, POLICY], [["c", 0, 0], ["a", 0, 0]]),
            {"c": ("bfloat16", (2,)), "a": ("int32", (-1, 10))},
        ),
        (functional([FIRST], ["a", 0, 0]), {"a": ("int32", (-1, 10))}),
        (
            {"class_name": "Model", "config": {"layers": [FIRST], "input_layers": {"x": ["a", 0, 0]}}},
            {"a": ("int32", (-1, 10))},
        ),
        ({"class_name": "Mine", "config": {}}, {}),
        ({"class_name": "Functional", "config": {"layers": 3, "input_layers": [["gone", 0, 0]]}}, {}),
        ("nonsense", {}),
        (None, {}),
    ],
)
def test_declared_inputs(config, expected):
    assert {name: (info.dtype, info.shape) for name, info in declared_inputs(config).items()} == expected
