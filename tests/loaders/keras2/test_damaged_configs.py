"""Configs that are not of the form a model has: which exception comes first in each release."""

from copy import deepcopy

import pytest
from keras2_models import dense, raised, sequential, walk

from inspector.loaders.keras2.calls.graph import call_events
from inspector.loaders.keras2.lambdas import _is_there
from inspector.loaders.keras2.objects import LAYER, OPTIMIZER, object_events
from inspector.loaders.keras2.prediction import _lookups
from inspector.loaders.keras2.shapes import variables
from inspector.loaders.keras2.training import compile_events
from inspector.loaders.keras2.weights import model_layers

GRAPH = {
    "class_name": "Functional",
    "config": {
        "name": "m",
        "layers": [
            {
                "class_name": "InputLayer",
                "config": {"name": "a", "batch_input_shape": [None, 4]},
                "name": "a",
                "inbound_nodes": [],
            },
            {**dense("b"), "name": "b", "inbound_nodes": [[["a", 0, 0, {}]]]},
        ],
        "input_layers": [["a", 0, 0]],
        "output_layers": [["b", 0, 0]],
    },
}
MODEL = sequential(dense(batch_input_shape=[None, 4]), dense("d2", 1))
GONE = object()


def changed(model, path, value):
    """The model with that value there, or without it."""
    made = deepcopy(model)
    *steps, last = path
    place = made
    for step in steps:
        place = place[step]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return made


@pytest.mark.parametrize(
    ("keras", "path", "value", "kind", "start"),
    [
        ("2.6.0", ["config"], None, "AttributeError", "'NoneType' object has no attribute 'items'"),
        ("2.6.0", ["config"], [], "TypeError", "list indices must be integers or slices, not str"),
        ("2.10.0", ["config"], [], "TypeError", "Unable to revive model from config. When overriding the"),
        ("2.6.0", ["config", "layers"], GONE, "KeyError", "'layers'"),
        ("2.10.0", ["config", "layers"], GONE, "TypeError", "Unable to revive model from config."),
        ("2.12.0", ["config", "input_layers"], GONE, "TypeError", "Unable to revive model from config."),
        ("2.6.0", ["config", "input_layers"], GONE, "KeyError", "'input_layers'"),
        ("2.10.0", ["config", "layers"], [], "AssertionError", ""),
        ("2.10.0", ["config", "layers"], None, "TypeError", "'NoneType' object is not iterable"),
        ("2.10.0", ["config", "layers", 1], None, "TypeError", "'NoneType' object is not subscriptable"),
        ("2.10.0", ["config", "layers", 1, "name"], GONE, "KeyError", "'name'"),
        ("2.10.0", ["config", "layers", 1, "inbound_nodes"], GONE, "KeyError", "'inbound_nodes'"),
        ("2.10.0", ["config", "layers", 1, "inbound_nodes"], None, "TypeError", "'NoneType' object is not iterable"),
        ("2.10.0", ["config", "layers", 1, "inbound_nodes"], [[["z", 0, 0, {}]]], "KeyError", "'z'"),
        ("2.10.0", ["config", "layers", 1, "inbound_nodes"], [[["a", 0]]], "AttributeError", "'str' object has no"),
        ("2.10.0", ["config", "layers", 1, "inbound_nodes"], [[["a", 0, 9, {}]]], "IndexError", "list index out of"),
        ("2.10.0", ["config", "output_layers"], [["z", 0, 0]], "AssertionError", ""),
        ("2.10.0", ["config", "output_layers"], [["b", 9, 0]], "TypeError", "list indices must be integers or slices"),
        ("2.10.0", ["config", "output_layers"], None, "AttributeError", "'NoneType' object has no attribute 'as_list'"),
    ],
)
def test_graphs(keras, path, value, kind, start):
    found = raised(object_events(walk(keras), LAYER, changed(GRAPH, path, value)))
    assert found is not None
    assert found[0] == kind
    assert found[1].startswith(start)


@pytest.mark.parametrize(
    ("keras", "python", "path", "value", "expected"),
    [
        ("2.10.0", "3.10.13", ["config", "layers"], GONE, ("KeyError", "'layers'")),
        (
            "2.12.0",
            "3.11.7",
            ["config"],
            {},
            (
                "UnboundLocalError",
                "cannot access local variable 'build_input_shape' where it is not associated with a value",
            ),
        ),
        ("2.10.0", "3.10.13", ["config"], [], None),
        (
            "2.10.0",
            "3.10.13",
            ["config", "layers", 1],
            None,
            (
                "TypeError",
                "The added layer must be an instance of class Layer. Received: layer=None of type <class 'NoneType'>.",
            ),
        ),
        ("2.13.1", "3.11.7", ["config", "layers", 1], 5, ("TypeError", "argument of type 'int' is not iterable")),
        (
            "2.8.0",
            "3.10.13",
            ["config", "layers", 1],
            "Dense",
            ("TypeError", "Dense.__init__() missing 1 required positional argument: 'units'"),
        ),
        (
            "2.10.0",
            "3.10.13",
            ["config", "layers", 1, "config"],
            [1],
            ("TypeError", "keras.layers.core.dense.Dense() argument after ** must be a mapping, not list"),
        ),
        (
            "2.10.0",
            "3.10.13",
            ["config", "layers", 1, "config"],
            "x",
            ("AttributeError", "'str' object has no attribute 'items'"),
        ),
    ],
)
def test_sequential_models(keras, python, path, value, expected):
    made = changed(MODEL, path, value)
    assert raised(object_events(walk(keras, python=python), LAYER, made)) == expected


@pytest.mark.parametrize(
    ("keras", "changes", "expected"),
    [
        ("2.8.0", {"units": "7"}, None),
        ("2.8.0", {"units": "two"}, ("ValueError", "invalid literal for int() with base 10: 'two'")),
        (
            "2.8.0",
            {"units": None},
            ("TypeError", "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"),
        ),
        (
            "2.6.0",
            {"units": -3},
            ("ValueError", "Received an invalid value for `units`, expected a positive integer, got -3."),
        ),
        (
            "2.8.0",
            {"dtype": "float31"},
            ("TypeError", "Cannot convert the argument `type_value`: 'float31' to a TensorFlow DType."),
        ),
        ("2.6.0", {"dtype": "float31"}, ("TypeError", "Cannot convert value 'float31' to a TensorFlow DType.")),
        ("2.8.0", {"dtype": "mixed_float16"}, None),
    ],
)
def test_values_that_constructors_check(keras, changes, expected):
    assert raised(object_events(walk(keras), LAYER, dense(**changes))) == expected


ADAM = {"class_name": "Adam", "config": {"name": "Adam", "learning_rate": 0.001}}


@pytest.mark.parametrize(
    ("keras", "config", "expected"),
    [
        ("2.8.0", {"inner_optimizer": ADAM, "dynamic": True}, None),
        ("2.12.0", {"optimizer": ADAM, "loss_scale": {}}, None),
        ("2.8.0", {"dynamic": True}, ("KeyError", "'inner_optimizer'")),
        ("2.8.0", {"loss_scale": {}}, ("KeyError", "'optimizer'")),
    ],
)
def test_an_optimizer_that_scales_the_loss_of_another(keras, config, expected):
    stored = {"class_name": "LossScaleOptimizer", "config": config}
    assert raised(object_events(walk(keras), OPTIMIZER, stored)) == expected


@pytest.mark.parametrize(
    ("keras", "mean", "count"), [("2.5.3", None, 3), ("2.5.3", [1.0], 3), ("2.6.0", None, 3), ("2.6.0", [1.0], 0)]
)
def test_a_normalization_with_its_mean_has_no_variables_from_2_6_on(keras, mean, count):
    release = tuple(map(int, keras.split(".")[:2]))
    assert len(variables("Normalization", {"mean": mean}, None, release) or ()) == count


def test_a_layer_that_is_listed_twice_is_made_once():
    layers = GRAPH["config"]["layers"]
    model = changed(GRAPH, ["config", "layers"], [*layers, layers[1]])
    assert [layer.name for layer in model_layers(model)] == ["a", "b"]


def test_a_function_of_a_module_that_is_not_loaded_has_only_the_names_of_keras():
    assert [_is_there(walk("2.10.0"), name) for name in ("tf", "np", "len", "math", "K")] == [True] * 3 + [False] * 2
    assert _is_there(walk("2.6.0"), "K")


@pytest.mark.parametrize(
    ("dtype", "invert", "expected"), [("string", True, True), ("string", False, False), ("int64", True, False)]
)
def test_an_inverted_lookup_of_text_fails_when_it_is_called(dtype, invert, expected):
    entry = {"class_name": "InputLayer", "config": {"dtype": dtype}, "name": "a"}
    lookup = {"class_name": "StringLookup", "config": {"invert": invert}, "inbound_nodes": [[["a", 0, 0, {}]]]}
    found = raised(_lookups(walk("2.10.0"), {"config": {"layers": [entry, lookup]}}))
    assert (found is not None and found[0] == "UnimplementedError") is expected


@pytest.mark.parametrize(("shape", "expected"), [([None, 7], True), ([None, 5, 7], False)])
def test_a_recurrent_layer_takes_inputs_of_rank_three(shape, expected):
    layer = {"class_name": "LSTM", "config": {"name": "l", "batch_input_shape": shape}}
    text = 'Input 0 of layer "l" is incompatible with the layer: expected ndim=3, found ndim=2.'
    found = raised(call_events(walk("2.10.0"), sequential(layer)))
    assert (found is not None and found[1].startswith(text)) is expected


@pytest.mark.parametrize(
    ("keras", "filters", "expected"),
    [
        ("2.8.0", "two", "'<' not supported between instances of 'str' and 'int'"),
        ("2.10.0", "two", "'<=' not supported between instances of 'str' and 'int'"),
        ("2.10.0", None, "unsupported operand type(s) for *: 'NoneType' and 'int'"),
    ],
)
def test_numbers_of_filters(keras, filters, expected):
    config = {"name": "c", "filters": filters, "kernel_size": [2, 2], "batch_input_shape": [None, 6, 6, 3]}
    model = sequential({"class_name": "Conv2D", "config": config})
    here = walk(keras)
    assert raised([*object_events(here, LAYER, model), *call_events(here, model)]) == ("TypeError", expected)


@pytest.mark.parametrize(
    ("axis", "start"), [([4], "Invalid value for `axis` argument. Expected 0 <= axis < inputs.rank"), ([-1], None)]
)
def test_a_normalization_over_an_axis_that_its_input_lacks(axis, start):
    config = {"name": "n", "axis": axis, "virtual_batch_size": 2, "batch_input_shape": [None, 6, 6, 3]}
    model = sequential({"class_name": "BatchNormalization", "config": config})
    found = raised([*object_events(walk("2.10.0"), LAYER, model), *call_events(walk("2.10.0"), model)])
    assert found is None if start is None else found is not None and found[1].startswith(start)


def test_a_training_config_that_is_null():
    assert raised(compile_events(walk("2.8.0"), None)) == ("TypeError", "'NoneType' object is not subscriptable")


def test_a_model_of_2_8_is_not_handed_to_its_constructor():
    old = {"class_name": "Model", "config": {"layers": [dense()]}}
    assert raised(object_events(walk("2.8.0"), LAYER, old)) == ("KeyError", "'name'")
