"""Protobuf: the private pool, and what is said of bytes that do not parse."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pool

from inspector.codec import protobuf
from inspector.codec.protobuf import ProtobufError, WireFault
from inspector.terms.errors import LimitError

GRAPH = "tensorflow.GraphDef"


def node(name: str = "x", op: str = "Const") -> bytes:
    graph = protobuf.message_class(GRAPH)()
    graph.node.add(name=name, op=op)
    return graph.SerializeToString()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (node()[:-1], WireFault.TRUNCATED),
        (b"\x0a", WireFault.TRUNCATED),
        (b"\x0a\xff", WireFault.TRUNCATED),
        (node() + b"\x44", WireFault.END_GROUP),  # an end of group that nothing began
        (node() + b"\x00\x00", WireFault.END_GROUP),  # field number 0
        (b"version https://git-lfs", WireFault.CORRUPT),  # `v` is wire type 6
        (b"\x0a\x03\x0a\x05x", WireFault.CORRUPT),  # the node's name is longer than the node
        (b"\x0a\x04\x0a\x02\xff\xfe", WireFault.CORRUPT),  # a name that is no UTF-8
    ],
)
def test_faults(data, fault):
    with pytest.raises(ProtobufError) as caught:
        protobuf.parse(GRAPH, data, "graph.pb")
    assert caught.value.fault is fault
    assert caught.value.member == "graph.pb"


def test_the_field_at_fault_is_named():
    broken = b"\x0a\x03\x0a\x05x"
    with pytest.raises(ProtobufError) as caught:
        protobuf.parse(GRAPH, node() + broken, "graph.pb")
    assert caught.value.path == "/node"
    assert caught.value.offset == len(node()) + 2


def test_unknown_fields_are_skipped_as_real_parsers_do():
    assert protobuf.parse(GRAPH, node() + b"\xf8\x7f\x01", "graph.pb").node[0].op == "Const"


def test_the_pool_is_private():
    protobuf.message_class(GRAPH)
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName(GRAPH)


@pytest.mark.parametrize(
    ("message", "field", "number"),
    [
        ("tensorflow.SavedModel", "meta_graphs", 2),
        ("tensorflow.MetaGraphDef", "object_graph_def", 7),
        ("tensorflow.AttrValue", "func", 10),
        ("tensorflow.SavedObject", "captured_tensor", 12),
        ("tensorflow.BundleEntryProto", "crc32c", 6),
        ("tensorflow.StructuredValue", "tensor_spec_value", 33),
        ("keras.SavedObject", "metadata", 5),
    ],
)
def test_field_numbers(message, field, number):
    assert protobuf.message_class(message).DESCRIPTOR.fields_by_name[field].number == number


def test_a_crowd_of_empty_messages_is_not_parsed():
    crowd = b"\x0a\x00" * 600_000
    with pytest.raises(LimitError, match="100001 messages"):
        protobuf.check_crowd("tensorflow.GraphDef", crowd, "g.pb")
    inside = b"\x12" + b"\x80\x9f\x49" + crowd  # MetaGraphDef.graph_def = 2, with the length of the crowd
    with pytest.raises(LimitError):
        protobuf.check_crowd("tensorflow.MetaGraphDef", inside, "g.meta")


def test_many_named_nodes_are_no_crowd():
    graph = protobuf.message_class("tensorflow.GraphDef")()
    for index in range(110_000):
        graph.node.add(name=str(index), op="NoOp")
    protobuf.check_crowd("tensorflow.GraphDef", graph.SerializeToString(), "g.pb")
