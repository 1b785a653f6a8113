"""The arguments of `compile` that a `.keras` file hands over whole."""

import pytest
from keras2_models import raised, walk

from inspector.loaders.keras2.compile_arguments import argument_events
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
