"""Text protos: protobuf's own errors, and the fields that old releases do not know."""

from __future__ import annotations

import subprocess
import sys

import pytest

from inspector.codec import pbtxt
from inspector.terms.errors import LimitError, MalformedArtifactError

GRAPH = "tensorflow.GraphDef"
TEXT = b"""# a comment { with a brace
node {
  name: "x { y"
  op: "Const"
  experimental_type { type_id: TFT_TENSOR }
}
"""


def test_read():
    assert pbtxt.parse(GRAPH, TEXT, "graph.pbtxt").node[0].name == "x { y"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"node { nome: 'x' }", '1:8 : Message type "tensorflow.NodeDef" has no field named "nome".'),
        (b"version https://git-lfs", None),
        (b"node {", None),
        (b"\xff\xfe", None),
        (b"node " + b"{ attr " * 5, None),
    ],
)
def test_broken_text(text, reason):
    with pytest.raises(MalformedArtifactError) as caught:
        pbtxt.parse(GRAPH, text, "graph.pbtxt")
    assert reason is None or caught.value.reason == reason


def test_depth_is_limited():
    with pytest.raises(LimitError):
        pbtxt.parse(GRAPH, b"library { " * (pbtxt.MAX_DEPTH + 1), "graph.pbtxt")


def test_places_count_lines_and_columns_from_one():
    assert pbtxt.places(GRAPH, TEXT) == {
        "tensorflow.GraphDef:node": (2, 1),
        "tensorflow.NodeDef:name": (3, 3),
        "tensorflow.NodeDef:op": (4, 3),
        "tensorflow.NodeDef:experimental_type": (5, 3),
        "tensorflow.FullTypeDef:type_id": (5, 23),
        "tensorflow.FullTypeId:TFT_TENSOR": (5, 32),
    }


def test_newer_fields_come_with_the_error_of_older_releases():
    first = pbtxt.errors(GRAPH, TEXT)[0]
    assert first.since == "2.7.4"
    assert first.text == '5:3 : Message type "tensorflow.NodeDef" has no field named "experimental_type".'


ALONE = """
import sys
from inspector import codec
codec.alone = True
from inspector.codec import pbtxt, protobuf
protobuf.message_class("tensorflow.MetaGraphDef")()
assert "google.protobuf.internal.well_known_types" not in sys.modules
text = b"any_info { [type.googleapis.com/tensorflow.NodeDef] { name: 'x' } }"
print(pbtxt.parse("tensorflow.MetaGraphDef.MetaInfoDef", text, "").any_info.value)
"""


def test_the_command_leaves_out_what_only_text_needs():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout == "b'\\n\\x01x'\n"
