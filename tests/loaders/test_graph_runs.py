"""What fails after a load or in a library that does not fit together: one small graph for each kind."""

from __future__ import annotations

import pytest

from inspector.loaders import tf_v1_saved_model
from inspector.loaders.graph.kernels import impossible_cast
from inspector.loaders.graph.uses import Use
from tests.loaders.test_graph_loaders import (
    FLOAT,
    GRAPH,
    INT64,
    LOAD,
    SERVING,
    STRING,
    V1,
    Builder,
    capabilities,
    graph,
    said,
)

INT4, FLOAT8 = 29, 24
CONV = {"T": ("type", FLOAT), "data_format": ("s", b"NCHW"), "padding": ("s", b"SAME"), "strides": ("list", ())}


def convolution(tmp_path):
    builder = Builder().function("f", ("x", FLOAT), ("k", FLOAT))
    return builder.node("Conv2D", "conv", ("x", "k"), **CONV).signature("f").read(tmp_path)


@pytest.mark.parametrize(
    ("release", "expected"), [("2.8.4", "UnimplementedError: Graph execution"), ("2.12.1", "loads")]
)
def test_channels_first_runs_where_onednn_answers(tmp_path, release, expected):
    assert said(convolution(tmp_path), SERVING, release).startswith(expected)


@pytest.mark.parametrize(
    ("device", "expected"),
    [("/job:worker/task:3/device:CPU:0", "InvalidArgumentError: Cannot assign a device"), ("/device:GPU:0", "loads")],
)
def test_another_job_is_never_replaced(tmp_path, device, expected):
    builder = Builder().function("f", ("x", FLOAT)).node("Relu", "n", ("x",), T=("type", FLOAT)).signature("f")
    builder.last.node_def[0].device = device
    assert said(builder.read(tmp_path), SERVING, "2.15.1").startswith(expected)


@pytest.mark.parametrize(
    ("dtype", "release", "expected"),
    [
        (INT4, "2.12.1", "ValueError: AttrValue has invalid DataType enum: 29 for attr 'DstT'"),
        (INT4, "2.15.1", "loads"),
        (FLOAT8, "2.11.1", "ValueError: AttrValue has invalid DataType enum: 24"),
        (FLOAT8, "2.12.1", "loads"),
    ],
)
def test_dtypes_that_a_release_does_not_number(tmp_path, dtype, release, expected):
    types = {"SrcT": ("type", FLOAT), "DstT": ("type", dtype)}
    artifact = Builder().function("f", ("x", FLOAT)).node("Cast", "c", ("x",), **types).read(tmp_path)
    assert said(artifact, LOAD, release).startswith(expected)


@pytest.mark.parametrize(
    ("source", "target", "is_refused"),
    [
        ("string", "int64", True),
        ("float32", "int4", True),
        ("int4", "int8", False),
        ("float8_e5m2", "float32", False),
        ("int32", "float8_e5m2", True),
        ("float32", "bfloat16", False),
    ],
)
def test_pairs_that_cast_refuses(source, target, is_refused):
    use = Use("Cast", frozenset({("SrcT", "type", source), ("DstT", "type", target)}))
    assert (impossible_cast(use) is not None) is is_refused


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        (("x", "gone:output:0"), "KeyError: 'gone:output:0'"),
        (("x", "x", "^gone"), "KeyError: '^gone'"),
        (("x",), "ValueError: NodeDef expected inputs 'float, float' do not match 1 inputs specified; Op<name=MatMul"),
        (("x", "x"), "loads"),
    ],
)
def test_inputs_of_library_nodes(tmp_path, inputs, expected):
    artifact = Builder().function("f", ("x", FLOAT)).node("MatMul", "m", inputs, T=("type", FLOAT)).read(tmp_path)
    assert said(artifact, LOAD, "2.15.1").startswith(expected)


def test_a_node_may_name_a_function_as_its_op(tmp_path):
    builder = Builder().function("callee").node("NoOp")
    assert said(builder.function("f").node("callee").read(tmp_path), LOAD, "2.15.1") == "loads"


@pytest.mark.parametrize(
    ("attrs", "text"),
    [
        ({"T": ("s", b"float")}, "AttrValue had value with type 'string' when 'type' expected for attr 'T'"),
        ({"T": ("type", FLOAT + 100)}, "AttrValue must not have reference type value of float_ref for attr 'T'"),
    ],
)
def test_attributes_of_another_kind(tmp_path, attrs, text):
    artifact = Builder().function("f", ("x", FLOAT)).node("MatMul", "m", ("x", "x"), **attrs).read(tmp_path)
    assert said(artifact, LOAD, "2.15.1").startswith(f"ValueError: {text}")


def test_a_variable_without_a_value(tmp_path):
    builder = Builder()
    builder.objects.nodes[0].children.add(local_name="v", node_id=1)
    builder.objects.nodes.add().variable.dtype = FLOAT
    artifact = builder.read(tmp_path)
    # Without an object graph in the checkpoint, the loader looks for the variable's own name.
    assert said(artifact, LOAD, "2.15.1").startswith("AssertionError: Some objects had attributes which were not")


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([("Relu", "x", [], {}), ("NoOp", "x", [], {})], "ValueError: Node 'x' is not unique"),
        ([("NoOp", "a b", [], {})], "ValueError: Node 'a b': Node name contains invalid characters"),
        (
            [("Placeholder", "x", [], {"dtype": STRING}), ("Relu", "n", ["x"], {"T": FLOAT})],
            "ValueError: Input 0 of node n was passed string from x:0 incompatible with expected float.",
        ),
        ([("Placeholder", "x", [], {"dtype": FLOAT}), ("Relu", "n", ["x"], {"T": FLOAT})], "loads"),
    ],
)
def test_nodes_of_a_graph_that_do_not_fit(tmp_path, nodes, expected):
    assert said(graph(tmp_path, *nodes), GRAPH, "2.15.1") == expected


def session_model(tmp_path, *nodes):
    """A SavedModel of TensorFlow 1 whose signature fetches the last node."""
    builder = Builder()
    builder.graph.ClearField("object_graph_def")
    for op, name, inputs, attrs in nodes:
        builder.node(op, name, inputs, graph=builder.graph.graph_def, **attrs)
    builder.graph.signature_def["serving_default"].outputs["y"].name = f"{nodes[-1][1]}:0"
    return builder.read(tmp_path)


def run(artifact, release):
    """The text of running the signature in a session."""
    found = {item.loader: item for item in tf_v1_saved_model.outcomes(artifact, capabilities(release))}
    error = found["v1.signature:serving_default"].error
    return f"{error.type}: {error.message}"


TABLE = {"key_dtype": ("type", STRING), "value_dtype": ("type", INT64)}


def test_a_table_that_nothing_fills(tmp_path):
    table = ("HashTableV2", "table", (), TABLE)
    value = ("Placeholder", "x", (), {"dtype": ("type", STRING)})
    default = ("Placeholder", "d", (), {"dtype": ("type", INT64)})
    types = {"Tin": ("type", STRING), "Tout": ("type", INT64)}
    artifact = session_model(tmp_path, table, value, default, ("LookupTableFindV2", "y", ("table", "x", "d"), types))
    assert said(artifact, V1, "2.15.1") == "loads"
    assert "Table not initialized." in run(artifact, "2.15.1")


def test_a_reference_variable_that_nothing_assigns(tmp_path):
    variable = ("VariableV2", "v", (), {"dtype": ("type", FLOAT), "shape": ("shape", ())})
    artifact = session_model(tmp_path, variable, ("Identity", "y", ("v",), {"T": ("type", FLOAT)}))
    assert "Attempting to use uninitialized value v" in run(artifact, "2.5.3")


def test_fetching_what_is_not_there(tmp_path):
    builder = Builder()
    builder.graph.signature_def["serving_default"].outputs["y"].name = "gone:0"
    text = run(builder.read(tmp_path), "2.15.1")
    assert text.startswith("ValueError: Argument `fetch` = gone:0 cannot be interpreted as a Tensor.")


def test_feeds_are_looked_up_before_fetches(tmp_path):
    builder = Builder()
    builder.graph.ClearField("object_graph_def")
    builder.node("NoOp", "n", (), graph=builder.graph.graph_def)
    signature = builder.graph.signature_def["serving_default"]
    signature.inputs["x"].name, signature.outputs["y"].name = "no_feed:0", "no_fetch:0"
    assert run(builder.read(tmp_path), "2.15.1").startswith(
        "TypeError: Cannot interpret feed_dict key as Tensor: The name 'no_feed:0'"
    )
