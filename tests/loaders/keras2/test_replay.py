"""Graphs of Keras 2 whose calls are not written as calls are: what is raised, and when nothing ever comes of them."""

from copy import deepcopy

import pytest
from keras2_models import raised, walk
from test_damaged_configs import GONE, GRAPH, changed

from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.odd_calls import called_events

LAYERS = ["config", "layers"]
NODE = [*LAYERS, 1, "inbound_nodes", 0]
TENSOR = [*NODE, 0]


@pytest.mark.parametrize(
    ("path", "value", "kind", "start"),
    [
        ([*LAYERS, 1, "inbound_nodes"], [[["b", 0, 0, {}]]], "timeout", ""),
        ([*TENSOR, 2], None, "TypeError", "list indices must be integers or slices, not NoneType"),
        ([*TENSOR, 2], 7, "IndexError", "list index out of range"),
        (
            [*TENSOR, 3],
            [],
            "TypeError",
            "<keras.layers.Dense object at 0x0> argument after ** must be a mapping, not list",
        ),
        ([*TENSOR, 3], {"zz": 1}, "TypeError", "Dense.call() got an unexpected keyword argument 'zz'"),
        ([*TENSOR, 0], "gone", "KeyError", "'gone'"),
        (
            NODE,
            [["a", 0, 0, {}], ["a", 0, 0, {}]],
            "ValueError",
            'Layer "b" expects 1 input(s), but it received 2 input',
        ),
        (TENSOR, GONE, "UnboundLocalError", "local variable 'kwargs' referenced before assignment"),
        ([*LAYERS, 1, "name"], {}, "TypeError", "unhashable type: 'dict'"),
        (["config", "output_layers", 0, 1], [], "TypeError", "unhashable type: 'list'"),
        (["config", "output_layers", 0, 1], 3, "TypeError", "list indices must be integers or slices, not NoneType"),
        (["config", "output_layers", 0], ["b", 0, 0, {}], "ValueError", "too many values to unpack (expected 3)"),
        (["config", "output_layers", 0, 2], {}, "TypeError", "list indices must be integers or slices, not dict"),
        (
            ["config", "input_layers"],
            [],
            "ValueError",
            "Graph disconnected: cannot obtain value for tensor KerasTensor(",
        ),
        (
            ["config", "input_layers"],
            [["a", 0, 0], ["a", 0, 0]],
            "ValueError",
            "The list of inputs passed to the model contains the same input multiple times.",
        ),
        ([*LAYERS, 1, "config", "name"], "a", "ValueError", 'The name "a" is used 2 times in the model.'),
    ],
)
def test_what_a_graph_raises(path, value, kind, start):
    found = raised(object_events(walk("2.10.0"), LAYER, changed(GRAPH, path, value)))
    assert found is not None
    assert (found[0], found[1][: len(start)]) == (kind, start)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([*LAYERS, 0, "inbound_nodes"], {}),
        ([*TENSOR, 1], None),  # an input has one call, whatever number is asked for
        ([*TENSOR, 2], -1),
        (["config", "input_layers"], ["a", 0, 0]),
        (["config", "output_layers"], {"out": ["b", 0, 0]}),
    ],
)
def test_what_it_takes(path, value):
    assert raised(object_events(walk("2.10.0"), LAYER, changed(GRAPH, path, value))) is None


def test_a_nested_model_is_called_from_its_second_call_on():
    """Its first call was made with it, and no entry of the graph may ask for that one."""
    inner = deepcopy(GRAPH)
    inner["config"]["name"] = "inner"
    entry = {**inner, "name": "inner", "inbound_nodes": [[["a", 0, 0, {}]]]}
    outer = changed(GRAPH, [*LAYERS, 1], entry)
    assert raised(object_events(walk(), LAYER, changed(outer, ["config", "output_layers"], [["inner", 1, 0]]))) is None
    found = raised(object_events(walk(), LAYER, changed(outer, ["config", "output_layers"], [["inner", 0, 0]])))
    assert found == ("TypeError", "list indices must be integers or slices, not NoneType")


@pytest.mark.parametrize(("name", "expected"), [(7, "name for name_scope must be a string."), ("", None), ([], None)])
def test_a_nested_model_is_called_in_the_scope_of_its_name(name, expected):
    inner = changed(GRAPH, ["config", "name"], name)
    outer = changed(GRAPH, [*LAYERS, 1], {**inner, "name": "inner", "inbound_nodes": [[["a", 0, 0, {}]]]})
    found = raised(called_events(walk(), outer))
    assert (found[1] if found else None) == expected


@pytest.mark.parametrize(
    ("form", "kind", "fails"), [("sparse", "Flatten", True), ("sparse", "Dense", False), ("dense", "Flatten", False)]
)
def test_layers_that_take_no_sparse_input(form, kind, fails):
    given = changed(GRAPH, [*LAYERS, 0, "config", form], 7)
    layer = {"class_name": kind, "config": {"name": "b"}, "name": "b", "inbound_nodes": [[["a", 0, 0, {}]]]}
    found = raised(called_events(walk("2.15.0"), changed(given, [*LAYERS, 1], layer)))
    assert (found is not None and "SparseTensor" in found[1]) is fails


def test_an_operation_takes_no_other_keys():
    stored = {"class_name": "TFOpLambda", "config": {"name": "o", "function": "math.add", "zz": 1}}
    found = raised(object_events(walk("2.15.0"), LAYER, stored))
    assert found is not None
    assert "'Keyword argument not understood:', 'zz'" in found[1]


def test_a_layer_without_a_name_gets_keras_own():
    """The first input without a name is `input_1`, whatever other layers are called."""
    entry = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 4]}, "name": "b", "inbound_nodes": []}
    twice = changed(changed(GRAPH, [*LAYERS, 0, "config", "name"], "input_1"), [*LAYERS, 1], entry)
    found = raised(object_events(walk(), LAYER, changed(twice, ["config", "input_layers"], [["a", 0, 0], ["b", 0, 0]])))
    assert found is not None
    assert found[1].startswith('The name "input_1" is used 2 times')
