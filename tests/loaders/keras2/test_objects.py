"""What deserializing configs raises, by release."""

import pytest
from keras2_models import dense, raised, sequential, walk

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.network import network_events
from inspector.loaders.keras2.objects import ACTIVATION, LAYER, OPTIMIZER, object_events
from inspector.terms.runtime import CustomObject

SCOPE = "Please ensure you are using a `keras.utils.custom_object_scope`"


@pytest.mark.parametrize(
    ("release", "by_string", "begins"),
    [
        ((1, 15), True, "Unknown activation function:my_act"),
        ((2, 2), False, "Unknown activation function: my_act"),
        ((2, 4), True, "Unknown activation function: my_act"),
        (
            (2, 10),
            True,
            "Unknown activation function: my_act. Please ensure this object is passed to the `custom_objects`",
        ),
        ((2, 12), True, f"Unknown activation function: 'my_act'. {SCOPE}"),
    ],
)
def test_unknown_names_read_differently_by_release(release, by_string, begins):
    assert texts.unknown_object(release, "activation function", "my_act", by_string=by_string).startswith(begins)


def test_built_in_layers_are_accepted():
    assert raised(object_events(walk(), LAYER, sequential(dense(), dense("d2", 1)))) is None


def test_an_unknown_class_ends_the_load():
    kind, text = raised(object_events(walk("2.15.0"), LAYER, {"class_name": "FancyDense", "config": {"name": "f"}}))
    assert (kind, text[:28]) == ("ValueError", "Unknown layer: 'FancyDense'.")


def test_every_unknown_class_is_named():
    unknown = [{"class_name": name, "config": {}} for name in ("A", "B")]
    found = [event.subject for event in object_events(walk(), LAYER, sequential(*unknown))]
    assert found == ["A", "B"]


def test_input_layers_of_keras_3_are_refused_with_every_key_they_bring():
    layer = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4], "dtype": "float32", "optional": False}}
    assert raised(object_events(walk("2.10.0"), LAYER, layer)) == (
        "ValueError",
        "Unrecognized keyword arguments: ['batch_shape', 'optional']",
    )


def test_from_2_12_on_layers_wrap_what_their_constructor_raises():
    kind, text = raised(object_events(walk("2.15.0"), LAYER, dense(activation="super_relu")))
    assert kind == "TypeError"
    assert text.startswith("Error when deserializing class 'Dense' using config={'name': 'd1',")
    assert "Exception encountered: Unknown activation function: 'super_relu'." in text


def test_classes_with_their_own_from_config_do_not_wrap():
    lstm = {"class_name": "LSTM", "config": {"name": "l", "trainable": True}}
    kind, text = raised(object_events(walk("2.15.0", python="3.11.7"), LAYER, lstm))
    assert (kind, text) == ("TypeError", "LSTM.__init__() missing 1 required positional argument: 'units'")


def test_an_activation_that_is_an_object_is_looked_up_as_a_class():
    stored = {"module": "builtins", "class_name": "function", "config": "my_act", "registered_name": "function"}
    assert raised(object_events(walk("2.10.0"), ACTIVATION, stored))[1].startswith(
        "Unknown activation function: function."
    )


@pytest.mark.parametrize("known", [CustomObject("FancyDense"), CustomObject("FancyDense", "pkg>FancyDense")])
def test_the_users_own_class_is_known(known):
    here = walk(custom=(known,))
    assert raised(object_events(here, LAYER, {"class_name": "FancyDense", "config": {"name": "f"}})) is None


def test_the_users_own_class_may_refuse_the_config():
    known = CustomObject("FancyDense", parameters=("units",), has_kwargs=False)
    stored = {"class_name": "FancyDense", "config": {"units": 3, "name": "f"}}
    assert raised(object_events(walk(custom=(known,)), LAYER, stored)) == (
        "TypeError",
        "FancyDense.__init__() got an unexpected keyword argument 'name'",
    )


@pytest.mark.parametrize(("legacy", "refused"), [(False, True), (True, False)])
def test_is_legacy_optimizer_chooses_the_class(legacy, refused):
    stored = {"class_name": "Adam", "config": {"name": "Adam", "weight_decay": None, "is_legacy_optimizer": legacy}}
    found = raised(object_events(walk("2.10.0"), OPTIMIZER, stored))
    assert found is not None
    assert found[1].startswith("weight_decay is not a valid argument") is refused


def test_a_vocabulary_path_counts_as_absent():
    layer = {"class_name": "StringLookup", "config": {"name": "s", "vocabulary": "/there/v.txt", "dtype": "int64"}}
    assert raised(object_events(walk("2.10.0"), LAYER, layer)) == (
        "ValueError",
        "Vocabulary file /there/v.txt does not exist.",
    )


def functional(*layers):
    return {"name": "m", "layers": list(layers), "input_layers": [["a", 0, 0]], "output_layers": [["b", 0, 0]]}


def node(name, *sources, class_name="Dense"):
    config = {"name": name, "units": 1} if class_name == "Dense" else {"name": name, "batch_input_shape": [None, 4]}
    inbound = [[[source, 0, 0, {}] for source in sources]] if sources else []
    return {"class_name": class_name, "config": config, "name": name, "inbound_nodes": inbound}


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([node("a", class_name="InputLayer"), node("b", "a")], None),
        ([node("b", "a"), node("a", class_name="InputLayer")], None),
        ([node("a", class_name="InputLayer"), node("b", "gone")], ("KeyError", "'gone'")),
        ([node("a", class_name="InputLayer"), node("b", "c"), node("c", "b")], ("timeout", "")),
        ([node("a", class_name="InputLayer")], ("AssertionError", "")),
    ],
)
def test_wiring(layers, expected):
    assert raised(network_events(walk(), "Functional", functional(*layers))) == expected
