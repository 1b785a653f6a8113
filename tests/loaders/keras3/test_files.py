"""Which loader a path goes to, what it needs of the file, and how weights fit."""

# ruff: noqa: E501 - a case of a table stands on one line
import pytest
from keras3_models import NO_COMPILE, TINY, TINY_LAYERS, TINY_WEIGHTS, dense, h5, inputs, judge, keras_zip, raised
from keras3_models import sequential as stack

from inspector.terms.artifact import Artifact, Format, Member
from inspector.terms.record import replace

FOLDER = Artifact(
    "m", Format.SAVED_MODEL, is_directory=True, suffix="", magic=b"", members=(Member("saved_model.pb", 1),)
)


@pytest.mark.parametrize("release", ["3.0.0", "3.3.3", "3.10.0", "3.13.2", "3.15.1"])
def test_a_sound_model_loads_everywhere(release):
    assert raised(keras_zip(TINY, TINY_WEIGHTS), release) is None
    assert raised(h5(TINY, TINY_LAYERS), release) is None


@pytest.mark.parametrize(
    ("artifact", "kind", "text"),
    [
        (FOLDER, "ValueError", "File format not supported: filepath=m. Keras 3 only supports V3 `.keras` files"),
        (replace(keras_zip(TINY), is_zip=False), "ValueError", "File not found: filepath=m.keras."),
        (keras_zip(TINY, members=("a/config.json",)), "KeyError", "\"There is no item named 'config.json' in the"),
        (keras_zip(TINY, members=("config.json",)), "ValueError", "Expected a model.weights.h5 or model.weights.npz"),
        (keras_zip('{"module": '), "JSONDecodeError", "Expecting value: line 1 column 12 (char 11)"),
        (
            replace(keras_zip(TINY), path="m.h5", suffix=".h5", hdf5_error="Unable to open"),
            "OSError",
            "Unable to open",
        ),
    ],
)
def test_what_is_no_model_file(artifact, kind, text):
    found = raised(artifact)
    assert found is not None
    assert found[0] == kind
    assert found[1].startswith(text)


def test_a_folder_is_read_since_3_4():
    folder = replace(keras_zip(TINY, TINY_WEIGHTS, path="model"), is_directory=True, is_zip=False, suffix="")
    assert raised(folder, "3.4.1") is None
    assert raised(folder, "3.3.3")[1].startswith("File format not supported")
    named = replace(folder, path="model.keras")
    assert raised(named, "3.4.1") == ("IsADirectoryError", "[Errno 21] Is a directory: 'model.keras'")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"/layers/dense_1/vars/0": None, "/layers/dense_1/vars/1": None}, "Layer 'd2' expected 2 variables, but received 0"),
        ({"/layers/dense/vars/1": None}, "Layer 'd1' expected 2 variables, but received 1"),
        ({"/layers/dense/vars/0": (5, 3)}, "variable.shape=(4, 3), Received: value.shape=(5, 3)"),
    ],
)  # fmt: skip
def test_weights_of_an_archive_must_fit(change, text):
    datasets = {path: shape for path, shape in (TINY_WEIGHTS | change).items() if shape is not None}
    kind, found = raised(keras_zip(TINY, datasets))
    assert kind == "ValueError"
    assert found.startswith("A total of 1 objects could not be loaded. Example error message for object <Dense name=")
    assert text in found


@pytest.mark.parametrize(
    ("layers", "release", "kind", "text"),
    [
        ({}, "3.15.1", "ValueError", "Layer count mismatch when loading weights from file. Model expected 2 layers, found 0"),
        (dict(reversed(TINY_LAYERS.items())), "3.8.0", "ValueError", "Shape mismatch in layer #0 (named d1)for weight tiny/d1/kernel."),
        (dict(reversed(TINY_LAYERS.items())), "3.3.3", "ValueError", "The shape of the target variable and the shape of the target value"),
        ({**TINY_LAYERS, "d2": {"d2/kernel:0": (3, 1)}}, "3.15.1", "ValueError", "Weight count mismatch for layer #1 (named d2"),
    ],
)  # fmt: skip
def test_weights_of_an_h5_go_by_order(layers, release, kind, text):
    found = raised(h5(TINY, layers), release)
    assert found[0] == kind
    assert found[1].startswith(text)


def test_layers_built_for_another_width_refuse_their_input():
    built = {**dense("d2", 1), "build_config": {"input_shape": [None, 3]}}
    model = stack(inputs(4), {**dense("d1", 5), "build_config": {"input_shape": [None, 4]}}, built)
    assert raised(keras_zip(model, TINY_WEIGHTS), "3.8.0")[1] == (
        'Input 0 of layer "d2" is incompatible with the layer: expected axis -1 of input shape to have value 3, '
        "but received input with shape (None, 5)"
    )


def test_compile_false_skips_the_training_config():
    training = {
        "optimizer_config": {"class_name": "Adam", "config": {"name": "adam"}},
        "loss": "mse",
        "loss_weights": None,
    }
    found = judge(h5(TINY, TINY_LAYERS, training))
    assert found["keras.models.load_model"].error.message.startswith("Could not deserialize 'keras.metrics.mse'")
    assert not found[NO_COMPILE].problems
