"""What each release makes of a SavedModel's objects whose configs it refuses."""

import json

import pytest
from keras2_models import dense, raised, walk

from inspector.loaders.keras2.metadata import Node, with_tuples
from inspector.loaders.keras2.revival import revival_events
from inspector.loaders.keras2.saved_training import training_events
from inspector.terms.graph import Graph, MetaGraph, ObjectNode

OBJECTS = tuple(
    ObjectNode(index, "user_object", ((("cell", 2),) if index == 1 else ()), (), "", "", None) for index in range(3)
)
GRAPH = MetaGraph(
    (), Graph((), {}, 0, 0), {}, OBJECTS, {}, (), (), None, "", "", (), has_object_graph=True, message=None
)


def layer(config, identifier="_tf_keras_layer", **more):
    metadata = {"name": "d1", "class_name": "Dense", "config": config["config"], **more}
    return Node(1, identifier, json.loads(json.dumps(metadata)))


def revived(keras, *nodes, compiling=True):
    return raised(revival_events(walk(keras), nodes, GRAPH, compiling=compiling))


def test_a_layer_that_fits_is_rebuilt():
    assert revived("2.10.0", layer(dense())) is None


@pytest.mark.parametrize("keras", ["2.6.0", "2.10.0", "2.15.0"])
def test_an_unknown_class_comes_back_from_its_functions(keras):
    assert revived(keras, layer(dense(), class_name="Fancy")) is None


@pytest.mark.parametrize(
    ("keras", "expected"),
    [
        ("2.6.0", ("TypeError", "('Keyword argument not understood:', 'zz')")),
        (
            "2.10.0",
            ("RuntimeError", "Unable to restore object of class 'Dense' likely due to name conflict with built-in"),
        ),
        ("2.15.0", None),
    ],
)
def test_a_known_class_with_an_unknown_key(keras, expected):
    found = revived(keras, layer(dense(zz=1)))
    assert (found and (found[0], found[1][: len(expected[1])])) == expected


@pytest.mark.parametrize(
    ("keras", "begins"),
    [
        ("2.6.0", "Unable to restore custom object of type _tf_keras_metric currently."),
        ("2.10.0", "Unable to restore custom object of type _tf_keras_metric. Please make sure"),
        ("2.15.0", 'Unable to restore custom object of class "MeanMetricWrapper" (type _tf_keras_metric).'),
    ],
)
def test_metrics_need_their_function(keras, begins):
    config = {"config": {"name": "m", "dtype": "float32", "fn": "my_metric"}}
    metric = layer(config, "_tf_keras_metric", class_name="MeanMetricWrapper")
    assert revived(keras, metric)[1].startswith(begins)
    assert revived(keras, metric, compiling=False) is None


def test_metadata_that_is_no_json():
    node = Node(0, "_tf_keras_sequential", None, "Expecting value: line 1 column 1 (char 0)")
    assert revived("2.10.0", node) == ("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)")


def test_the_root_is_compiled_from_its_metadata():
    config = {
        "optimizer_config": {"class_name": "Adam", "config": {"name": "Adam"}},
        "loss": "my_loss",
        "loss_weights": None,
    }
    root = Node(0, "_tf_keras_sequential", {"training_config": config})
    assert raised(training_events(walk("2.10.0"), [root]))[1].startswith("Unknown loss function: my_loss.")
    assert raised(training_events(walk("2.10.0"), [Node(0, "_tf_keras_layer", root.metadata)])) is None


def test_tuples_of_kerass_own_json():
    assert with_tuples({"a": [{"class_name": "__tuple__", "items": [None, 4]}]}) == {"a": [(None, 4)]}


def test_the_parts_of_a_rebuilt_layer_are_not_tried_again():
    part = Node(2, "_tf_keras_layer", layer(dense(zz=1)).metadata)
    assert revived("2.6.0", layer(dense()), part) is None
    assert revived("2.6.0", part)[0] == "TypeError"
