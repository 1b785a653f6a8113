"""Layers that cannot be called as they are configured, and the order in which attributes are walked."""

import pytest
from keras2_models import dense, raised, sequential, walk

from inspector.loaders.keras2.calls.graph import call_events
from inspector.loaders.keras2.keras_zip_state import _inner
from inspector.loaders.keras2.prediction import _kernels
from inspector.terms.record import replace

AXIS = "'>=' not supported between instances of 'list' and 'int'"
SCALE = "Value passed to parameter 'scale' has DataType float16 not in list of allowed values: float32"
MUL = "Input 'y' of 'Mul' Op has type float32 that does not match type float16 of argument 'x'."
MIXED = {"class_name": "Policy", "config": {"name": "mixed_float16"}}


def called(kind, release, **config):
    given = {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [None, 6, 3]}}
    stored = {"class_name": kind, "config": {"name": "l", **config}}
    found = raised(call_events(replace(walk(), release=release), sequential(given, stored)))
    return found and found[1]


@pytest.mark.parametrize(
    ("release", "axis", "expected"),
    [((2, 3), [1, 2], AXIS), ((2, 0), [1], AXIS), ((2, 3), 1, None), ((2, 4), [1, 2], None)],
)
def test_softmax_over_a_list_of_axes(release, axis, expected):
    assert called("Softmax", release, axis=axis) == expected


@pytest.mark.parametrize(
    ("release", "config", "expected"),
    [
        ((2, 1), {}, SCALE),
        ((2, 1), {"axis": [1, 2], "scale": False}, SCALE),
        ((2, 1), {"axis": [1]}, MUL),
        ((2, 1), {"epsilon": 1e-5}, MUL),
        ((2, 1), {"axis": [1], "scale": False}, None),
        ((2, 0), {}, MUL),
        ((2, 2), {}, None),
        ((2, 1), {"dtype": "float16"}, None),
    ],
)
def test_layer_normalization_of_a_mixed_policy(release, config, expected):
    assert called("LayerNormalization", release, **{"axis": [2], "dtype": MIXED, **config}) == expected


@pytest.mark.parametrize(("release", "first"), [("2.12.0", "_key_dense"), ("2.15.0", "_value_dense")])
def test_the_projection_that_is_met_first(release, first):
    assert _inner(walk(release), "MultiHeadAttention")[0][0] == first


@pytest.mark.parametrize(("release", "fails"), [("2.6.0", False), ("2.7.0", True)])
def test_cropping_is_checked_since_2_7(release, fails):
    crop = {"class_name": "Cropping1D", "config": {"name": "l", "cropping": [1, 1], "batch_input_shape": [None, 2, 3]}}
    found = raised(_kernels(walk(release), sequential(crop, dense()), (2, 7)))
    assert (found is not None and "inputs.shape=(1, 2, 3), and cropping=(1, 1)" in found[1]) is fails
