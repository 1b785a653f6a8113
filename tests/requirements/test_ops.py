"""Which ops a model needs from the registry."""

from __future__ import annotations

import inspector
from inspector.codec import pbtxt
from inspector.formats.graph_views import GraphView
from inspector.requirements import ops
from inspector.terms.artifact import Artifact, Format

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


def test_ops_of_the_graph_and_of_every_function():
    graph = GraphView(pbtxt.parse("tensorflow.GraphDef", TEXT, ""))
    artifact = Artifact("g.pb", Format.GRAPH_DEF, is_directory=False, suffix=".pb", magic=b"", graph=graph)
    assert ops.op_names(artifact) == ("Case", "Const", "Identity", "MyOp", "Pack", "PartitionedCall")


def test_calls_of_functions_are_no_ops(recorded_artifacts):
    artifact = inspector.read(str(recorded_artifacts / "tf2.15.1" / "bn_dropout.savedmodel"))
    names = ops.op_names(artifact)
    assert "DisableCopyOnRead" in names
    assert not [name for name in names if name.startswith("__inference")]
