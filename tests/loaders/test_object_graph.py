"""Object graphs, checkpoints and MetaGraphs that contradict themselves: one damage each, and what is raised.

Every expectation was recorded from that release, or its neighbours, with models damaged in the same way.
"""

from __future__ import annotations

import pytest

from inspector.codec import protobuf
from inspector.codec.crc32c import crc32c, mask
from tests.fuzz.tables import table
from tests.loaders.test_graph_loaders import FLOAT, INT64, LOAD, V1, Builder, said

NOTHING = "No encoder for object  of type <class 'tensorflow.core.protobuf.struct_pb2.StructuredValue'>."


def fitting():
    """A function of one argument, its object, its structures and a variable that it captures."""
    builder = Builder().function("f", ("x", FLOAT)).node("Identity", "y", ("x",), T=("type", FLOAT))
    builder.objects.nodes[0].children.add(local_name="f", node_id=1)
    builder.objects.nodes[0].children.add(local_name="list", node_id=2)
    builder.objects.nodes.add().function.concrete_functions.append("f")
    builder.objects.nodes.add().user_object.identifier = "trackable_list_wrapper"
    builder.objects.nodes.add().variable.dtype = FLOAT
    spec(builder)
    structures(builder)
    return builder


def spec(builder):
    stored = builder.objects.nodes[1].function.function_spec
    stored.input_signature.none_value.SetInParent()
    named = stored.fullargspec.named_tuple_value
    named.name = "FullArgSpec"
    for field in ("args", "varargs", "varkw", "defaults", "kwonlyargs", "kwonlydefaults", "annotations"):
        value = named.values.add(key=field).value
        kind = {"args": "list_value", "kwonlyargs": "list_value", "annotations": "dict_value"}.get(field, "none_value")
        getattr(value, kind).SetInParent()
    named.values[0].value.list_value.values.add().string_value = "x"


def structures(builder):
    stored = builder.objects.concrete_functions["f"]
    pair = stored.canonicalized_input_signature.tuple_value.values
    pair.add().tuple_value.values.add().tensor_spec_value.dtype = FLOAT
    pair.add().dict_value.SetInParent()
    stored.output_signature.none_value.SetInParent()


def concrete(builder):
    return builder.objects.concrete_functions["f"]


def arguments(builder):
    return concrete(builder).canonicalized_input_signature.tuple_value.values


def named(builder):
    return builder.objects.nodes[1].function.function_spec.fullargspec.named_tuple_value


def constant(builder):
    builder.objects.nodes.add().constant.operation = "gone"


def item(builder, name):
    builder.objects.nodes[2].children.add(local_name=name, node_id=1)


DAMAGE = {
    "nothing": (lambda _: None, "2.15.1", "loads"),
    "no results": (lambda b: concrete(b).ClearField("output_signature"), "2.15.1", f"NotEncodableError: {NOTHING}"),
    "no results, old": (
        lambda b: concrete(b).ClearField("output_signature"),
        "2.4.4",
        "NotEncodableError: No encoder for object [] of",
    ),
    "dtype": (
        lambda b: setattr(arguments(b)[0].tuple_value.values[0].tensor_spec_value, "dtype", 99),
        "2.15.1",
        "TypeError: 99 does not correspond to a valid",
    ),
    "dtype of a later release": (
        lambda b: setattr(arguments(b)[0].tuple_value.values[0].tensor_spec_value, "dtype", 29),
        "2.15.1",
        "loads",
    ),
    "one of two": (
        lambda b: arguments(b).__delitem__(1),
        "2.15.1",
        "ValueError: not enough values to unpack (expected 2, got 1)",
    ),
    "one of two, where nobody unpacks": (lambda b: arguments(b).__delitem__(1), "2.2.3", "loads"),
    "no structures": (
        lambda b: b.objects.concrete_functions.clear(),
        "2.15.1",
        "TypeError: cannot unpack non-iterable NoneType object",
    ),
    "no structures, old": (lambda b: b.objects.concrete_functions.clear(), "2.6.5", "loads"),
    "field twice": (
        lambda b: setattr(named(b).values[2], "key", "varargs"),
        "2.15.1",
        "ValueError: Encountered duplicate field name: 'varargs'",
    ),
    "name": (
        lambda b: setattr(named(b), "name", "a b"),
        "2.10.1",
        "ValueError: Type names and field names must be valid identifiers: 'a b'",
    ),
    "no field": (
        lambda b: named(b).values.__delitem__(3),
        "2.10.1",
        "AttributeError: 'FullArgSpec' object has no attribute 'defaults'",
    ),
    "one argument more": (
        lambda b: arguments(b)[0].tuple_value.values.add().none_value.SetInParent(),
        "2.15.1",
        "TypeError: too many positional arguments",
    ),
    "one argument more, old": (
        lambda b: arguments(b)[0].tuple_value.values.add().none_value.SetInParent(),
        "2.10.1",
        "loads",
    ),
    "one argument less": (
        lambda b: arguments(b)[0].tuple_value.values.__delitem__(0),
        "2.15.1",
        "TypeError: missing a required argument: 'x'",
    ),
    "capture beyond": (
        lambda b: concrete(b).bound_inputs.append(99),
        "2.15.1",
        "ValueError: Found values in the dependency map which are not keys: {99}",
    ),
    "capture beyond, old": (
        lambda b: concrete(b).bound_inputs.append(99),
        "2.4.4",
        "IndexError: list index out of range",
    ),
    "capture of no tensor": (
        lambda b: concrete(b).bound_inputs.append(2),
        "2.15.1",
        "ValueError: Cannot convert node <",
    ),
    "capture of itself": (
        lambda b: concrete(b).bound_inputs.append(1),
        "2.15.1",
        "ValueError: Encountered a cycle in the deserialization",
    ),
    "unknown function": (
        lambda b: b.objects.concrete_functions["g"].output_signature.none_value.SetInParent(),
        "2.15.1",
        "KeyError: 'g'",
    ),
    "variable of no dtype": (
        lambda b: setattr(b.objects.nodes[3].variable, "dtype", 99),
        "2.15.1",
        "TypeError: Cannot convert the argument `type_value`: 99",
    ),
    "variable of no dtype, old": (
        lambda b: setattr(b.objects.nodes[3].variable, "dtype", 99),
        "2.4.4",
        "TypeError: Cannot convert value 99 to a TensorFlow",
    ),
    "aggregation": (
        lambda b: setattr(b.objects.nodes[3].variable, "aggregation", 9),
        "2.15.1",
        "ValueError: Invalid variable aggregation mode: 9",
    ),
    "asset": (
        lambda b: setattr(b.objects.nodes.add().asset, "asset_file_def_index", 5),
        "2.15.1",
        "IndexError: list index",
    ),
    "constant": (constant, "2.15.1", "KeyError: 'gone'"),
    "list": (lambda b: item(b, "x"), "2.15.1", "ValueError: invalid literal for int() with base 10: 'x'"),
    "list from its end": (lambda b: item(b, "-1"), "2.15.1", "IndexError: list index out of range"),
    "device": (
        lambda b: setattr(b.objects.nodes.add().resource, "device", "a:b"),
        "2.15.1",
        "ValueError: Unknown attribute 'a' is encountered",
    ),
    "device of a node": (
        lambda b: setattr(b.last.node_def[0], "device", "z"),
        "2.15.1",
        "ValueError: Unknown attribute 'z' is encountered",
    ),
    "captured tensor": (lambda b: b.objects.nodes.add().captured_tensor.SetInParent(), "2.6.5", "loads"),
    "captured tensor, old": (
        lambda b: b.objects.nodes.add().captured_tensor.SetInParent(),
        "2.5.3",
        "ValueError: Unknown SavedObject type",
    ),
    "no kind": (
        lambda b: b.objects.nodes.add(),
        "2.15.1",
        "ValueError: Unknown SavedObject type: None. Expected one of ['user_object', 'function', 'bare_",
    ),
    "function twice": (lambda b: b.graph.graph_def.library.function.add().CopyFrom(b.last), "2.6.5", "loads"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_object_graphs(tmp_path, name):
    change, release, expected = DAMAGE[name]
    builder = fitting()
    change(builder)
    assert said(builder.read(tmp_path), LOAD, release).startswith(expected)


def entry(**fields):
    return protobuf.message_class("tensorflow.BundleEntryProto")(**fields)


def checkpoint(tmp_path, key="v/.ATTRIBUTES/VARIABLE_VALUE", stored="v/.ATTRIBUTES/VARIABLE_VALUE", name="v", size=4):
    """A bundle of one variable: the key that its object graph names, the key that its index has."""
    objects = protobuf.message_class("tensorflow.TrackableObjectGraph")()
    objects.nodes.add().children.add(local_name=name, node_id=1)
    objects.nodes.add().attributes.add(name="VARIABLE_VALUE", checkpoint_key=key)
    text = objects.SerializeToString()
    length = len(text).to_bytes(4, "little")
    checked = mask(crc32c(length)).to_bytes(4, "little")
    data = bytes([len(text)]) + checked + text
    crc = mask(crc32c(text, crc32c(checked, crc32c(length))))
    graph_entry = entry(dtype=7, offset=4, size=len(data), crc32c=crc)
    value = entry(dtype=FLOAT, size=size, crc32c=mask(crc32c(bytes(4))))
    rows = [("_CHECKPOINTABLE_OBJECT_GRAPH", graph_entry), (stored, value)]
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "variables.data-00000-of-00001").write_bytes(bytes(4) + data)
    header = (b"", b"\x08\x01\x1a\x02\x08\x01")
    return table([header, *((k.encode(), v.SerializeToString()) for k, v in sorted(rows))])


RESTORED = "{{function_node __wrapped__RestoreV2_dtypes_1_device_/job:localhost/replica:0/task:0/device:CPU:0}}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "loads"),
        ({"stored": "w"}, f"FileNotFoundError: {RESTORED} Key v/.ATTRIBUTES/VARIABLE_VALUE not found in checkpoint"),
        ({"name": "w"}, "AssertionError: Found 1 Python objects that were not bound to checkpointed values"),
        ({"size": 3}, f"DataLossError: {RESTORED} Invalid size in bundle entry: key v/.ATT"),
    ],
)
def test_the_checkpoints_own_objects_decide(tmp_path, changes, expected):
    builder = Builder()
    builder.objects.nodes[0].children.add(local_name="v", node_id=1)
    variable = builder.objects.nodes.add().variable
    variable.dtype, variable.name = FLOAT, "v"
    assert said(builder.read(tmp_path, checkpoint(tmp_path, **changes)), LOAD, "2.15.1").startswith(expected)


INIT = "__saved_model_init_op"


@pytest.mark.parametrize(
    ("name", "release", "expected"),
    [
        ("n", "2.15.1", "loads"),
        ("gone", "2.15.1", f'NotFoundError: The key "{INIT}" could not be found in the graph.'),
        ("gone", "2.4.4", f"NotFoundError: The {INIT} could not be found in the graph."),
        ("n:0:9", "2.15.1", "ValueError: The name 'n:0:9' looks a like a Tensor name, but is not a valid one."),
        ("n:0", "2.15.1", f'NotFoundError: The key "{INIT}" could not be found in the graph.'),
    ],
)
def test_the_initializer_must_be_in_the_graph(tmp_path, name, release, expected):
    builder = Builder()
    builder.node("NoOp", graph=builder.graph.graph_def)
    builder.graph.signature_def[INIT].outputs[INIT].name = name
    assert said(builder.read(tmp_path), V1, release).startswith(expected)


def test_collections_name_nodes(tmp_path):
    builder = Builder()
    builder.graph.collection_def["mine"].node_list.value.append("gone")
    expected = "KeyError: \"The name 'gone' refers to an Operation not in the graph.\""
    assert said(builder.read(tmp_path), V1, "2.15.1") == expected


@pytest.mark.parametrize(
    ("attrs", "expected"),
    [
        ({"T": ("list", ())}, "AttrValue missing value with expected type 'type' for attr 'T'"),
        ({"T": ("s", b"x")}, "AttrValue had value with type 'string' when 'type' expected for attr 'T'"),
        ({"T": ("type", INT64)}, None),
    ],
)
def test_lists_where_one_value_is_wanted(tmp_path, attrs, expected):
    artifact = Builder().function("f", ("x", INT64)).node("Identity", "y", ("x",), **attrs).read(tmp_path)
    assert said(artifact, LOAD, "2.15.1").startswith(f"ValueError: {expected}" if expected else "loads")


def test_colocation_with_a_node_that_is_not_there(tmp_path):
    builder = Builder()
    builder.node("NoOp", "a", graph=builder.graph.graph_def)
    builder.graph.graph_def.node[0].attr["_class"].list.s.append(b"loc:@gone")
    expected = "ValueError: Node 'a' expects to be colocated with unknown node 'gone'"
    assert said(builder.read(tmp_path), V1, "2.15.1") == expected


@pytest.mark.parametrize(
    ("sizes", "claimed", "expected"),
    [
        ((2,), [(2,)], None),
        ((2,), [(-1,)], None),
        ((2,), [(2,), (3,)], None),
        ((2,), [(3,)], "Dimension 0 in both shapes must be equal, but are 2 and 3. Shapes are [2] and [3]."),
        ((2,), [(2, 2)], "Shapes must be equal rank, but are 1 and 2"),
        ((2,), [], "Node 'x' has 1 outputs but the _output_shapes attribute specifies shapes for 0 outputs"),
    ],
)
def test_claimed_shapes_are_held_against_what_follows(tmp_path, sizes, claimed, expected):
    builder = Builder().function("f").node("Placeholder", "x", dtype=("type", FLOAT), shape=("shape", ()))
    attrs = builder.last.node_def[0].attr
    for size in sizes:
        attrs["shape"].shape.dim.add(size=size)
    attrs["_output_shapes"].list.SetInParent()
    for shape in claimed:
        stored = attrs["_output_shapes"].list.shape.add()
        for size in shape:
            stored.dim.add(size=size)
    found = said(builder.read(tmp_path), LOAD, "2.15.1")
    assert found == "loads" if expected is None else found.endswith(expected)


def test_products_of_shapes_that_do_not_fit(tmp_path):
    builder = Builder().function("f")
    for name, rows in (("a", 3), ("b", 2)):
        builder.node("Placeholder", name, dtype=("type", FLOAT), shape=("shape", ()))
        for size in (rows, rows):
            builder.last.node_def[-1].attr["shape"].shape.dim.add(size=size)
    builder.node("MatMul", "m", ("a:output:0", "b:output:0"), T=("type", FLOAT))
    expected = "ValueError: Dimensions must be equal, but are 3 and 2 for '{{node m}} = MatMul[T=DT_FLOAT, "
    found = said(builder.read(tmp_path), LOAD, "2.15.1")
    assert found.startswith(expected)
    assert found.endswith("(a:0, b:0)' with input shapes: [3,3], [2,2].")
