"""What a graph asks of the op registry."""

from __future__ import annotations

import pytest

import inspector
from inspector.codec import pbtxt
from inspector.formats.graph_views import GraphView
from inspector.requirements import ops

TEXT = b"""
node { name: "a" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } } }
node { name: "b" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } } }
node { name: "c" op: "Const" attr { key: "dtype" value { type: DT_INT32 } } }
node { name: "call" op: "PartitionedCall" attr { key: "f" value { func { name: "outer" } } } }
node { name: "direct" op: "outer" }
library {
  function {
    signature { name: "outer" }
    node_def { name: "case" op: "Case"
      attr { key: "branches" value { list { func { name: "inner" } func { name: "lost" } } } } }
  }
  function {
    signature { name: "inner" }
    node_def { name: "k" op: "Identity" attr { key: "T" value { type: DT_HALF } } }
    node_def { name: "l" op: "Pack" attr { key: "Ts" value { list { type: DT_BOOL type: DT_FLOAT_REF } } } }
  }
  function { signature { name: "unused" } node_def { name: "m" op: "MyOp" } }
}
"""


@pytest.fixture
def uses():
    return ops.graph_uses(GraphView(pbtxt.parse("tensorflow.GraphDef", TEXT, "")))


def test_equal_uses_are_one(uses):
    assert [(use.op, use.types, use.node, use.count) for use in uses.main[:2]] == [
        ("Const", (("dtype", ("float32",)),), "a", 2),
        ("Const", (("dtype", ("int32",)),), "c", 1),
    ]


def test_attributes_have_kinds(uses):
    found = {use.op: use for use in uses.in_functions()}
    assert found["Case"].attrs == (("branches", "list(func)"),)
    assert found["Pack"].types == (("Ts", ("bool", "float32_ref")),)
    assert found["Identity"].attr_names == ("T",)


def test_places(uses):
    use = next(use for use in uses.in_functions() if use.op == "MyOp")
    assert use.location("saved_model.pb").pointer == "unused/m"
    assert uses.main[0].location("graph.pb").pointer == "a"


def test_reachable_functions(uses):
    assert uses.reachable([""]) == {"outer", "inner", "lost"}
    assert uses.reachable(["inner"]) == frozenset()
    assert uses.library == ("outer", "inner", "unused")


def test_references_that_lead_nowhere(uses):
    assert [(item.function, item.container, item.attr) for item in uses.unresolved()] == [("lost", "outer", "branches")]


def test_calls_of_functions_are_no_ops(recorded_artifacts):
    artifact = inspector.read(str(recorded_artifacts / "tf2.15.1" / "bn_dropout.savedmodel"))
    names = ops.op_names(artifact)
    assert "DisableCopyOnRead" in names
    assert not [name for name in names if name.startswith("__inference")]


def test_worked_out_once(recorded_artifacts):
    artifact = inspector.read(str(recorded_artifacts / "tf2.15.1" / "frozen_simple.pb"))
    assert ops.artifact_uses(artifact)[0] is ops.artifact_uses(artifact)[0]
