"""The arguments of `compile` that a `.keras` file hands over whole."""

import pytest
from keras2_models import dense, raised, walk

from inspector.loaders.keras2.compile_arguments import argument_events
from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.v3 import value_events
from inspector.terms.record import replace


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"jit_compile": "zz", "steps_per_execution": 7}, None),
        ({"zz": 1}, "Invalid keyword argument(s) in `compile()`: ({'zz'},)."),
        ({"steps_per_execution": "zz"}, "Cannot convert 'zz' to EagerTensor of dtype int64"),
        ({"target_tensors": [1]}, "`target_tensors` argument is not supported when executing eagerly. Received: [1]."),
    ],
)
def test_arguments(changes, expected):
    found = raised(argument_events(walk("2.13.1"), {"optimizer": "sgd", "loss": "mse"} | changes))
    assert (found is None) if expected is None else found[1].startswith(expected)


@pytest.mark.parametrize(("release", "fails"), [("2.12.0", False)])
def test_the_function_of_a_loss_is_dropped_while_a_zip_is_loaded(release, fails):
    here = replace(walk(release), path="v3")
    config = {"reduction": "auto", "name": "cosine_similarity", "axis": 1, "fn": "cosine_similarity"}
    loss = {"module": "keras.losses", "class_name": "CosineSimilarity", "config": config, "registered_name": None}
    assert (raised(value_events(here, {"loss": loss})) is not None) is fails


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"bias_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": 0.5}},
            "'float' object has no attribute 'pop'",
        ),
        (
            {"bias_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": [1]}},
            "pop expected at most 1 argument, got 2",
        ),
        ({"dtype": 100000}, "Cannot convert the argument `type_value`: 100000 to a TensorFlow DType."),
        ({"dtype": 1}, None),
        ({"trainable": {"a": 1}}, "Expected `trainable` argument to be a boolean, but got: {'a': 1}"),
    ],
)
def test_arguments_of_a_layer_in_a_zip(value, expected):
    stored = dense(**value)
    found = raised(object_events(replace(walk("2.15.0"), path="v3"), LAYER, {"module": "keras.layers", **stored}))
    assert (found is None) if expected is None else (expected in found[1])


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ({"class_name": "Adam", "config": 7}, "argument of type 'int' is not iterable"),
        ({"class_name": "Adam", "config": {}}, None),
    ],
)
def test_the_config_of_an_optimizer(optimizer, expected):
    stored = {"module": "keras.optimizers", "registered_name": None, **optimizer}
    found = raised(value_events(replace(walk("2.15.0"), path="v3"), {"optimizer": stored}))
    assert (found[1] if found else None) == expected
