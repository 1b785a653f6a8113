"""What one patch release of Keras 3 does otherwise than the next: each case loaded in both."""

# ruff: noqa: E501 - a case of a table stands on one line
import pytest
from keras3_models import dense, h5, inputs, keras_zip, layer, raised, sequential

POLICY = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}
OLD_INPUT = layer("InputLayer", {"batch_input_shape": [None, 4], "dtype": "float32", "name": "x"})
LOOKUP = layer("StringLookup", {"name": "s", "dtype": POLICY, "vocabulary": ["a", "b"], "num_oov_indices": 1})
OLD_CODE = {**layer("ThresholdedReLU", {"name": "t", "theta": 0.5}), "module": "keras._legacy.layers"}
FEATURE_SPACE = "keras.src.layers.preprocessing.feature_space"
IDENTITY = {**layer("TFDIdentity", {"name": "i"}), "module": FEATURE_SPACE, "registered_name": "TFDIdentity"}
CONCAT = {**layer("TFDConcat", {"name": "c", "axis": -1}), "module": FEATURE_SPACE, "registered_name": "TFDConcat"}
ABSENT = {**layer("TFDSum", {"name": "c"}), "module": FEATURE_SPACE, "registered_name": "TFDSum"}
CELL = ((4, 8), (2, 8), (8,))
LAMBDA = layer("Lambda", {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wE="}}})
SEED = {"module": "keras.random", "class_name": "SeedGenerator", "config": {"seed": 3}, "registered_name": None}
NORMAL = {
    "module": "keras.initializers",
    "class_name": "RandomNormal",
    "config": {"seed": SEED},
    "registered_name": None,
}
DRAWN = dense("d", kernel_initializer=NORMAL)
SWISH = {"module": "builtins", "class_name": "function", "config": "swish", "registered_name": "function"}


def alone(stored, first=None):
    return keras_zip(sequential(first or inputs(4), stored))


@pytest.mark.parametrize(
    ("artifact", "release", "text"),
    [
        (alone(dense("d"), OLD_INPUT), "3.0.1", "You must pass a `shape` argument"),
        (alone(dense("d"), OLD_INPUT), "3.0.2", "could not be loaded"),
        (alone(dense("d")), "3.0.1", "Layer 'd' expected 2 variables, but received 0"),
        (alone(dense("d")), "3.0.2", "A total of 1 objects could not be loaded"),
        (alone(OLD_CODE), "3.3.1", "parent module keras._legacy.layers cannot be imported"),
        (alone(OLD_CODE), "3.3.2", None),
        (alone(OLD_CODE), "3.2.1", None),
        (alone(IDENTITY), "3.3.3", "Could not locate class 'TFDIdentity'"),
        (alone(IDENTITY), "3.5.0", None),
        (alone(IDENTITY), "3.15.1", None),
        (alone(ABSENT), "3.15.1", "not a KerasSaveable subclass"),
        (h5(sequential(inputs(1), LOOKUP)), "3.0.5", None),
        (h5(sequential(inputs(1), {**dense("d"), "config": {**dense("d")["config"], "dtype": POLICY}})), "3.0.5", "Could not locate class 'DTypePolicy'"),
        (keras_zip(sequential(inputs(4), dense("d")), members=("config.json",)), "3.4.0", "local variable 'weights_store'"),
        (keras_zip(sequential(inputs(4), dense("d")), members=("config.json",)), "3.4.1", "Expected a model.weights.h5"),
        (alone(LAMBDA), "3.11.2", "The `function` of this `Lambda` layer is a Python lambda"),
        (alone(LAMBDA), "3.11.3", "Requested the deserialization of a `Lambda` layer"),
        (alone(DRAWN), "3.5.0", "Argument `seed` must be either an integer or an instance of `SeedGenerator`"),
        (alone({**DRAWN, "build_config": {"input_shape": [None, 4]}}), "3.5.0", "Argument `seed` must be either an integer"),
        (alone(DRAWN), "3.6.0", "could not be loaded"),
        (alone(dense("d", activation=SWISH)), "3.8.0", "Could not locate function 'swish'"),
        (alone(dense("d", activation={**SWISH, "config": "silu"})), "3.8.0", "could not be loaded"),
        (alone(dense("d", activation="swish")), "3.8.0", "could not be loaded"),
    ],
)  # fmt: skip
def test_what_a_release_does(artifact, release, text):
    found = raised(artifact, release)
    assert found is None if text is None else found is not None and text in found[1]


def test_a_private_layer_is_held_against_its_constructor():
    """`axis` is the one that TFDConcat requires."""
    assert raised(alone(CONCAT)) is None
    assert "axis" in raised(alone({**CONCAT, "config": {"name": "c"}}))[1]


def test_a_bidirectional_keeps_the_layer_that_it_copies_up_to_3_3_2():
    """Which then waits for weights of its own: `Bidirectional` is a Wrapper until 3.3.3."""
    lstm = layer("LSTM", {"name": "lstm", "units": 2}, build_config={"input_shape": [None, 3, 4]})
    both = layer("Bidirectional", {"name": "b", "layer": lstm})
    cells = {
        f"/layers/bidirectional/{way}_layer/cell/vars/{number}": shape
        for way in ("forward", "backward")
        for number, shape in enumerate(CELL)
    }
    stored = keras_zip(sequential(inputs(3, 4), both), cells)
    assert "<LSTMCell name=lstm_cell, built=True>" in raised(stored, "3.3.2")[1]
    assert raised(stored, "3.3.3") is None
