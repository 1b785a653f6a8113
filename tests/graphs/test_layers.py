"""Which layer is called with which."""

from pathlib import Path

import pytest

from inspector.graphs.layers import inbound_tensors, layer_graph
from inspector.reading import read
from inspector.terms.artifact import Artifact, Format
from inspector.terms.keras import KerasModel


def graph(config):
    model = KerasModel(config=config, raw_config=None, config_member="config.json")
    return layer_graph(Artifact("m", Format.KERAS, is_directory=False, suffix="", magic=b"", keras=model))


def tensor(*history):
    return {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": list(history)}}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([], []),
        ([[["a", 0, 0, {}]]], [("a", 0, 0)]),
        ([[["a", 0, 0, {}], ["b", 1, 2, {}]]], [("a", 0, 0), ("b", 1, 2)]),
        ([[["a", 0, 0, {}]], [["b", 0, 0, {}]]], [("a", 0, 0), ("b", 0, 0)]),
        ([["a", 0, 0, {"y": ["b", 0, 1]}]], [("a", 0, 0), ("b", 0, 1)]),
        ([["a", 0, 0, {"y": 2.0, "name": None}]], [("a", 0, 0)]),
        ([["_CONSTANT_VALUE", -1, 3.0, {"x": ["a", 0, 0]}]], [("a", 0, 0)]),
        ([[["a", 0, 0]]], [("a", 0, 0)]),
        ([{"args": [tensor("a", 0, 0)], "kwargs": {"mask": tensor("b", 0, 1)}}], [("a", 0, 0), ("b", 0, 1)]),
        ([{"args": [[tensor("a", 0, 0), tensor("a", 1, 0)]], "kwargs": {}}], [("a", 0, 0), ("a", 1, 0)]),
        (None, []),
    ],
)
def test_inbound_nodes_of_every_release(nodes, expected):
    assert list(inbound_tensors(nodes)) == expected


def test_a_sequential_is_a_chain_and_a_nested_model_a_path():
    dense = {"class_name": "Dense", "config": {"name": "d"}}
    inner = {
        "class_name": "Sequential",
        "config": {"name": "inner", "layers": [dense, {"class_name": "ReLU", "config": {}}]},
    }
    found = graph({"class_name": "Sequential", "config": {"layers": [{**dense, "config": {"name": "first"}}, inner]}})
    assert set(found.nodes) == {"first", "inner", "inner/d", "inner/layer_1"}
    assert set(found.edges()) == {("first", "inner"), ("inner/d", "inner/layer_1")}


def test_a_functional_model_has_an_edge_for_each_call():
    layers = [
        {"class_name": "InputLayer", "config": {}, "name": "x", "inbound_nodes": []},
        {"class_name": "Dense", "config": {}, "name": "d", "inbound_nodes": [[["x", 0, 0, {}]], [["x", 0, 0, {}]]]},
    ]
    found = graph({"class_name": "Functional", "config": {"layers": layers}})
    assert found.number_of_edges("x", "d") == 2
    assert found.nodes["d"]["class_name"] == "Dense"


@pytest.mark.parametrize("config", [None, [], {"class_name": "M"}, {"class_name": "M", "config": {"layers": 3}}])
def test_a_config_without_layers_is_an_empty_graph(config):
    assert len(graph(config)) == 0


CLASSIC = Path(__file__).parents[2] / "fixtures" / "classic"


@pytest.mark.parametrize("release", ["tf2.10.1", "tf2.15.1"])
@pytest.mark.parametrize("suffix", ["", ".h5", ".keras"])
def test_one_model_is_one_graph_in_every_format(release, suffix):
    found = layer_graph(read(str(CLASSIC / release / f"cnn{suffix}")))
    expected = layer_graph(read(str(CLASSIC / release / "cnn.h5")))
    assert set(found.edges()) == set(expected.edges()) != set()
