"""Weights of Keras 2 that lie in their file otherwise than they were written: nested ones, groups, other numbers."""

import pytest
from keras2_models import dense, hdf5, raised, sequential, v3_weights, walk

from inspector.loaders.keras2.keras_zip_state import _places, _state
from inspector.loaders.keras2.weights import stored_shape, weight_events
from inspector.terms.record import replace

INNER = sequential(dense("i1", batch_input_shape=[None, 4]), dense("i2", 1), name="inner")
GIVEN = {"class_name": "InputLayer", "config": {"name": "a", "batch_input_shape": [None, 4]}}
GIVEN = {"class_name": "InputLayer", "config": {"name": "a", "batch_input_shape": [None, 4]}}
STEPS = {
    "class_name": "TimeDistributed",
    "config": {"name": "td", "batch_input_shape": [None, 5, 4], "layer": dense("d1", 3)},
}
KERNELS = {"i1/kernel:0": (4, 3), "i1/bias:0": (3,), "i2/kernel:0": (3, 1), "i2/bias:0": (1,)}


@pytest.mark.parametrize(
    ("model", "weights", "expected"),
    [
        (sequential(GIVEN, INNER), {"inner": KERNELS}, None),
        (
            sequential(INNER),
            {"inner": KERNELS | {"i2/bias:0": ()}},
            "variable ' i2/bias:0': Shape mismatch.The variable",
        ),
        (sequential(STEPS), {"td": {"td/kernel:0": (4, 3), "td/bias:0": (3,)}}, None),
        (
            sequential(STEPS),
            {"td": {"td/kernel:0": (5, 3), "td/bias:0": (3,)}},
            "variable ' td/kernel:0': Shape mismatch",
        ),
    ],
)
def test_shapes_inside_other_layers(model, weights, expected):
    found = raised(weight_events(walk("2.13.1"), model, hdf5(weights)))
    assert (found is None) if expected is None else (expected in found[1])


def test_a_group_in_the_place_of_a_dataset_is_an_empty_array():
    file = hdf5({"d1": {"d1/kernel:0": (4, 3)}})
    path = "/model_weights/d1/d1/bias:0"
    file = replace(file, groups=(*file.groups, path))
    assert stored_shape(file, path) == (0,)
    assert stored_shape(file, "/model_weights/d1") is None


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["/layers/dense/vars/0", "/layers/dense/vars/1"], "Shape mismatch.The variable shape (4, 3)"),
        (["/layers/dense/vars/0_zz", "/layers/dense/vars/1"], "object '0' doesn't exist"),
        (["/layers/dense/vars/0"], "expected 2 variables, but received 1"),
    ],
)
def test_variables_by_their_number(paths, expected):
    model = sequential(dense(batch_input_shape=[None, 4]))
    here, file = walk("2.15.0"), v3_weights(*paths)
    found = raised(event for place in _places(here, model, "") for event in _state(here, file, place))
    assert (found is None) if expected is None else (expected in found[1])
