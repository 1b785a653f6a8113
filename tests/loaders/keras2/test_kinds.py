"""Kinds of failing loads of Keras 2, each with a release or a config in which it must not fire."""

# ruff: noqa: E501 - a case of a table stands on one line
import pytest
from keras2_models import dense, hdf5, raised, sequential, walk, zip_artifact

from inspector.loaders.keras2.calls.graph import call_events
from inspector.loaders.keras2.keras_zip import zip_events
from inspector.loaders.keras2.objects import ACTIVATION, LAYER, OPTIMIZER, object_events
from inspector.loaders.keras2.training import compile_events
from inspector.loaders.keras2.weights import weight_events
from inspector.terms.keras import KerasModel
from inspector.terms.record import replace

DECAY = {
    "class_name": "ExponentialDecay",
    "config": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9, "staircase": True, "name": None},
}


def layer(class_name, config):
    return {"class_name": class_name, "config": config}


@pytest.mark.parametrize("keras", ["2.6.0", "2.10.0", "2.12.0", "2.15.0"])
@pytest.mark.parametrize(("schedule", "fails"), [(DECAY, False), ({**DECAY, "class_name": "MyDecay"}, True)])
def test_schedules_are_found_in_every_release(keras, schedule, fails):
    found = raised(object_events(walk(keras), OPTIMIZER, layer("SGD", {"name": "SGD", "learning_rate": schedule})))
    assert (found is not None) is fails


@pytest.mark.parametrize(
    ("name", "slots", "fails"), [("Adagrad", True, True), ("Adagrad", False, False), ("SGD", True, False)]
)
def test_the_old_adagrad_keeps_its_schedule_a_dict(name, slots, fails):
    here = replace(walk("2.10.0"), has_slots=slots)
    found = raised(object_events(here, OPTIMIZER, layer(name, {"name": name, "learning_rate": DECAY})))
    assert (found is not None and found[1].startswith("Attempt to convert a value ({'class_name'")) is fails


def test_an_optimizer_that_is_a_string_is_asked_for_its_class():
    stored = {"optimizer_config": "adam", "loss": None, "metrics": None, "loss_weights": None}
    assert raised(compile_events(walk("2.10.0"), stored)) == ("TypeError", "string indices must be integers")


@pytest.mark.parametrize(("keras", "fails"), [("2.6.0", False), ("2.15.0", False)])
def test_layers_stand_in_the_table_of_activations(keras, fails):
    found = raised(object_events(walk(keras), ACTIVATION, layer("LeakyReLU", {"name": "l", "alpha": 0.3})))
    assert (found is not None) is fails
    assert raised(object_events(walk(keras), ACTIVATION, layer("MyReLU", {"name": "l"}))) is not None


RNN = layer("LSTM", {"name": "r", "units": 2, "batch_input_shape": [None, 5, 3]})
CONV = layer(
    "Conv2D",
    {
        "name": "r",
        "filters": 2,
        "kernel_size": [2, 2],
        "data_format": "channels_last",
        "batch_input_shape": [None, 8, 8, 3],
    },
)


@pytest.mark.parametrize(
    ("stored", "weights", "text"),
    [
        (RNN, {"k": (3, 8), "r": (2, 8), "b": (8,)}, None),
        (RNN, {"k": (3, 8), "r": (2, 8), "b": (16,)}, None),
        (RNN, {"k": (3, 8), "r": (2, 8), "b": (1, 1, 1, 1)}, "Invalid bias shape: (1, 1, 1, 1)"),
        (CONV, {"k": (2, 2, 3, 2), "b": (2,)}, None),
        (CONV, {"k": (3, 2), "b": (2,)}, "axes don't match array"),
    ],
)
def test_stored_weights_are_converted_before_they_are_assigned(stored, weights, text):
    found = raised(weight_events(walk("2.10.0"), sequential(stored), hdf5({"r": weights})))
    assert (None if found is None or "Shape mismatch" in found[1] else found[1]) == text


def test_a_sequential_without_inputs_has_no_variables_yet():
    assert raised(weight_events(walk("2.12.0"), sequential(dense("d1"), dense("d2")), hdf5({}))) is None
    built = sequential(dense("d1", batch_input_shape=[None, 4]), dense("d2"))
    assert raised(weight_events(walk("2.12.0"), built, hdf5({}))) is not None


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Error iterating over attributes (bad version)", ("RuntimeError", "Can't synchronously determine if attribute exists by name (bad version)")),
        ("Unable to synchronously open object (bad version)", None),
    ],
)  # fmt: skip
def test_damaged_attributes_of_a_layer(reason, kind):
    file = replace(hdf5({"d1": {"k": (4, 3), "b": (3,)}}), broken={"/model_weights/d1": reason})
    assert raised(weight_events(walk("2.12.0"), sequential(dense("d1", batch_input_shape=[None, 4])), file)) == kind


@pytest.mark.parametrize(
    ("config", "compiling", "found"),
    [
        ("model", True, None),
        ("model", False, ("TypeError", "'str' object does not support item assignment")),
        ([], False, ("TypeError", "list indices must be integers or slices, not str")),
    ],
)
def test_a_config_that_is_no_dict_stands_for_itself(config, compiling, found):
    model = KerasModel(config, "{}", "config.json", hdf5=hdf5({}))
    assert raised(zip_events(walk("2.15.0"), zip_artifact(model), compiling=compiling)) == found


@pytest.mark.parametrize(
    ("shape", "text"),
    [([None, 7], "expected min_ndim=4, found ndim=2. Full shape received: (None, 7)"), ([None, 8, 8, 3], None)],
)
def test_a_convolution_says_what_rank_it_takes_at_least(shape, text):
    stored = replaced(CONV, batch_input_shape=shape)
    found = raised(call_events(walk("2.10.0"), sequential(stored)))
    assert found is None if text is None else found[1].endswith(text)


def replaced(stored, **changes):
    return {**stored, "config": {**stored["config"], **changes}}


@pytest.mark.parametrize(
    ("calls", "text"),
    [
        ({"inbound_nodes": [[["x", 0, 0, {}]]]}, "'str' object is not callable"),
        ({"inbound_nodes": []}, "'str' object has no attribute 'name'"),
        ({}, "The added layer must be"),
    ],
)
def test_an_unknown_class_of_the_zip_format_is_called_in_a_graph(calls, text):
    here = replace(walk("2.13.1"), path="v3")
    stored = {
        "module": "my",
        "class_name": "Mine",
        "config": {"name": "m"},
        "registered_name": "Mine",
        **calls,
    }
    assert raised(object_events(here, LAYER, stored))[1].startswith(text)
