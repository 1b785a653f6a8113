"""What configs of other releases, of users and of attackers meet in each release."""

# ruff: noqa: E501 - a case of a table stands on one line
import pytest
from keras3_models import (
    TINY_LAYERS,
    TINY_WEIGHTS,
    UNSAFE,
    dense,
    h5,
    inputs,
    judge,
    keras_zip,
    layer,
    raised,
    sequential,
)

from inspector.terms.runtime import CustomObject

LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wAA", "defaults": None, "closure": None}}


def model(*layers, **more):
    return keras_zip(sequential(inputs(4), *layers, **more), TINY_WEIGHTS)


@pytest.mark.parametrize(
    ("stored", "release", "kind", "parts"),
    [
        (dense(brand_new=1), "3.15.1", "TypeError", ("<class 'keras.src.models.sequential.Sequential'> could not", "{'brand_new': 1}")),
        (dense(quantization_config=None), "3.12.0", "TypeError", ("Unrecognized keyword arguments passed to Dense: {'quantization_config': None}",)),
        (layer("Dense", {"name": "d"}), "3.8.0", "TypeError", ("Dense.__init__() missing 1 required positional argument: 'units'",)),
        (layer("FancyDense", {}), "3.8.0", "TypeError", ("Could not locate class 'FancyDense'. Make sure custom classes are",)),
        (layer("FancyDense", {}), "3.15.1", "ValueError", ("Could not deserialize 'keras.layers.FancyDense' because it is not a KerasSaveable",)),
        ({**dense(), "module": "my_mod"}, "3.8.0", "TypeError", ("its parent module my_mod cannot be imported",)),
        ({**dense(), "module": "my_mod"}, "3.15.1", "TypeError", ("Could not locate class 'Dense'",)),
        ({**dense(), "registered_name": "pkg>Dense"}, "3.15.1", "ValueError", ("`registered_name='pkg>Dense'` was provided",)),
        (dense(activation="nope"), "3.15.1", "TypeError", ("Could not interpret activation function identifier: nope",)),
        (dense(name="a/b"), "3.15.1", "TypeError", ("Argument `name` must be a string and cannot contain character `/`",)),
        (layer("LSTM", {"name": "l", "units": 2, "time_major": False}), "3.15.1", "ValueError", ("Unrecognized keyword arguments passed to LSTM: {'time_major': False}",)),
        (layer("Lambda", {"name": "l", "function": LAMBDA}), "3.15.1", "ValueError", ("Requested the deserialization of a `Lambda` layer",)),
        (layer("Lambda", {"name": "l", "function": LAMBDA}), "3.3.3", "ValueError", ("The `{arg_name}` of this `Lambda` layer is a Python lambda",)),
        (layer("StringLookup", {"name": "s", "vocabulary": "/gone/vocab.txt"}), "3.8.0", "TypeError", ("Vocabulary file /gone/vocab.txt does not exist.",)),
        (layer("StringLookup", {"name": "s", "vocabulary": "/gone/vocab.txt"}), "3.12.0", "TypeError", ("Requested the loading of a vocabulary file outside",)),
        ({"module": "keras.utils", "class_name": "get_file", "config": {}, "registered_name": None}, "3.15.1", "ValueError", ("Cannot deserialize `keras.utils.get_file` because it is not a modeling function",)),
    ],
)  # fmt: skip
def test_layers_of_an_archive(stored, release, kind, parts):
    found = raised(model(stored), release)
    assert found is not None
    assert found[0] == kind
    for part in parts:
        assert part in found[1]


@pytest.mark.parametrize(
    ("stored", "release", "kind", "text"),
    [
        (layer("FancyDense", {"name": "f"}), "3.15.1", "ValueError", "Unknown layer: 'FancyDense'. Please ensure"),
        (layer("Bidirectional", {"name": "b", "layer": {"class_name": "LSTM", "config": {"units": 2}}}), "3.15.1", "TypeError", "Could not locate class 'LSTM'"),
        (dense(dtype={"class_name": "Policy", "config": {"name": "mixed_float16"}}), "3.8.0", "AttributeError", "'str' object has no attribute 'quantization_mode'"),
        (dense(dtype={"class_name": "Policy", "config": {"name": "mixed_float16"}}), "3.3.3", "AttributeError", "'str' object has no attribute 'convert_input'"),
        (layer("Attention", {"name": "a", "score_mode": "dot"}), "3.15.1", "TypeError", "Error when deserializing class 'Attention'"),
    ],
)  # fmt: skip
def test_layers_of_an_h5(stored, release, kind, text):
    found = raised(h5(sequential(inputs(4), stored), TINY_LAYERS), release)
    assert found is not None
    assert found[0] == kind
    assert found[1].startswith(text)


def test_custom_classes_are_known_by_name_and_held_to_their_signature():
    stored = {**layer("Mine", {"name": "m", "size": 3}), "module": "my_mod", "registered_name": "pkg>Mine"}
    mine = CustomObject("Mine", "pkg>Mine", parameters=("size",), has_kwargs=False, is_class=True)
    assert raised(keras_zip(sequential(inputs(4), stored)))[1].count("Could not locate class 'Mine'") == 1
    assert raised(keras_zip(sequential(inputs(4), stored)), custom=("pkg>Mine",)) is None
    assert "unexpected keyword argument 'name'" in raised(keras_zip(sequential(inputs(4), stored)), custom=(mine,))[1]


def test_a_file_on_the_target_is_there_when_the_user_says_so():
    stored = layer("StringLookup", {"name": "s", "vocabulary": "/data/vocab.txt"})
    assert raised(keras_zip(sequential(inputs(1), stored)), "3.8.0", files=("/data/vocab.txt",)) is None


@pytest.mark.parametrize(
    ("compiled", "release", "text"),
    [
        ({"optimizer": "adam", "loss": "mse", "metrics": ["mae"]}, "3.15.1", None),
        ({"optimizer": "adam", "loss": "no_such_loss"}, "3.15.1", None),
        ({"optimizer": "FancyAdam", "loss": "mse"}, "3.15.1", "Could not interpret optimizer identifier: FancyAdam"),
        ({"optimizer": "adam", "surprise": 1}, "3.15.1", "Trainer.compile() got an unexpected keyword argument 'surprise'"),
    ],
)  # fmt: skip
def test_compile_config(compiled, release, text):
    found = raised(model(dense("d1", 3), dense("d2", 1), compile_config=compiled), release)
    assert found is None if text is None else found[1] == text


@pytest.mark.parametrize(
    ("loss", "release", "kind", "text"),
    [
        ("mse", "3.3.3", "TypeError", "Could not locate function 'mse'."),
        ("mse", "3.15.1", "ValueError", "Could not deserialize 'keras.metrics.mse' because it is not a KerasSaveable"),
        ("mean_squared_error", "3.15.1", None, None),
        ("my_loss", "3.15.1", "TypeError", "string indices must be integers, not 'str'"),
    ],
)
def test_losses_of_an_h5(loss, release, kind, text):
    optimizer = {"class_name": "Adam", "config": {"name": "adam"}}
    training = {"optimizer_config": optimizer, "loss": loss, "metrics": ["mse"], "loss_weights": None}
    found = raised(h5(sequential(inputs(4), dense("d1", 3), dense("d2", 1)), TINY_LAYERS, training), release)
    assert found is None if kind is None else (found[0] == kind and found[1].startswith(text))


def test_bytecode_meets_the_runtimes_python_once_safe_mode_is_off():
    stored = layer("Lambda", {"name": "l", "function": LAMBDA})
    found = judge(keras_zip(sequential(inputs(4), stored)))[UNSAFE]
    assert [problem.rule for problem in found.problems] == ["KER109"]
