"""networkx views."""

from __future__ import annotations

import pytest

import inspector
from inspector.codec import pbtxt
from inspector.formats.graph_views import GraphView
from inspector.terms.artifact import Artifact, Format

TEXT = b"""
node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
node { name: "call" op: "PartitionedCall" input: "x" input: "gone:1" input: "^x"
  attr { key: "f" value { func { name: "f" } } } }
library {
  function {
    signature { name: "f" input_arg { name: "a" type: DT_FLOAT } output_arg { name: "r" type: DT_FLOAT } }
    node_def { name: "n" op: "Relu" input: "a" }
    ret { key: "r" value: "n:activations:0" }
  }
}
"""


@pytest.fixture
def artifact():
    graph = GraphView(pbtxt.parse("tensorflow.GraphDef", TEXT, ""))
    return Artifact(path="g.pb", format=Format.GRAPH_DEF, is_directory=False, suffix=".pb", magic=b"", graph=graph)


def test_ops(artifact):
    graph = inspector.graph(artifact, "ops")
    assert graph.nodes[0, "", "x"] == {
        "kind": "node",
        "op": "Placeholder",
        "device": "",
        "dtypes": {"dtype": ("float32",)},
    }
    assert {key for key, data in graph.nodes(data=True) if data["kind"] == "missing"} == {(0, "", "gone")}
    edges = {(source[1:], target[1:], data["kind"]) for source, target, data in graph.edges(data=True)}
    assert edges == {
        (("", "x"), ("", "call"), "data"),
        (("", "x"), ("", "call"), "control"),
        (("", "gone"), ("", "call"), "data"),
        (("f", "a"), ("f", "n"), "data"),
        (("f", "n"), ("f", "return:r"), "data"),
        (("", "call"), ("f", "return:r"), "call"),
    }


def test_functions(artifact):
    graph = inspector.graph(artifact, "functions")
    assert graph.nodes[0, "f"] == {"ops": 1, "inputs": ("a",), "outputs": ("r",), "concrete": False}
    assert list(graph.edges(data="node")) == [((0, ""), (0, "f"), "call")]


def test_the_function_stays_callable_after_use(artifact):
    inspector.graph(artifact, "functions")
    assert len(inspector.graph(artifact, "layers")) == 0


def test_unknown_levels_are_the_users_mistake(artifact):
    with pytest.raises(inspector.UsageError, match="no such level"):
        inspector.graph(artifact, "atoms")
