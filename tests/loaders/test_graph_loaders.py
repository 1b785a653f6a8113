"""What the graph loaders make of small SavedModels and GraphDefs, each built to hold one thing."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from inspector.codec import protobuf
from inspector.formats import graph_def, saved_model
from inspector.loaders import tf_import_graph_def, tf_saved_model, tf_v1_saved_model
from inspector.runtime.facts import Capabilities
from inspector.runtime.tensorflow_facts import release_facts
from inspector.terms.runtime import KerasFlavour, Runtime
from inspector.tree.local import LocalTree
from tests.fuzz.tables import table

LOAD, V1, GRAPH = "tf.saved_model.load", "tf.compat.v1.saved_model.load", "tf.import_graph_def"
EMPTY_INDEX = table([(b"", b"\x08\x01\x1a\x02\x08\x01")])  # a header for one shard
FLOAT, INT64, RESOURCE, STRING, BF16 = 1, 9, 20, 7, 14


def capabilities(release, flavour=KerasFlavour.KERAS2, packages=MappingProxyType({})):
    runtime = Runtime("test", "3.11", packages, release, None, flavour)
    return Capabilities(runtime, release_facts(release), None)


class Builder:
    """A SavedModel with one object graph; `function` adds a library function, `node` a node to the last one."""

    def __init__(self):
        self.message = protobuf.message_class("tensorflow.SavedModel")()
        self.graph = self.message.meta_graphs.add()
        self.graph.meta_info_def.tags.append("serve")
        self.graph.graph_def.versions.producer = 1205
        self.objects = self.graph.object_graph_def
        self.objects.nodes.add().user_object.identifier = "_generic_user_object"
        self.last = None

    def function(self, name, *inputs):
        self.last = self.graph.graph_def.library.function.add()
        self.last.signature.name = name
        for argument, dtype in inputs:
            self.last.signature.input_arg.add(name=argument, type=dtype)
        return self

    def node(self, op, name="n", inputs=(), graph=None, **attrs):
        holder = (self.last.node_def if graph is None else graph.node).add(name=name, op=op, input=list(inputs))
        for key, value in attrs.items():
            kind, part = value
            if kind == "func":
                holder.attr[key].func.name = part
            elif kind in {"list", "shape"}:
                getattr(holder.attr[key], kind).SetInParent()
            elif kind == "funcs":
                for function in part:
                    holder.attr[key].list.func.add(name=function)
            else:
                setattr(holder.attr[key], kind, part)
        return self

    def signature(self, function):
        """Make `serving_default` call that function."""
        nodes = self.objects.nodes
        nodes[0].children.add(local_name="signatures", node_id=len(nodes))
        signatures = nodes.add()
        signatures.user_object.identifier = "signature_map"
        signatures.children.add(local_name="serving_default", node_id=len(nodes))
        nodes.add().bare_concrete_function.concrete_function_name = function
        self.last.control_ret["done"] = self.last.node_def[-1].name
        self.last.signature.control_output.append("done")
        return self

    def read(self, tmp_path, variables=EMPTY_INDEX):
        if variables is not None:
            (tmp_path / "variables").mkdir(exist_ok=True)
            (tmp_path / "variables" / "variables.index").write_bytes(variables)
        (tmp_path / "saved_model.pb").write_bytes(self.message.SerializeToString())
        return saved_model.read(LocalTree(str(tmp_path)), str(tmp_path))


def outcome(artifact, loader, release, **more):
    module = {LOAD: tf_saved_model, V1: tf_v1_saved_model, GRAPH: tf_import_graph_def}.get(loader, tf_saved_model)
    found = {item.loader: item for item in module.outcomes(artifact, capabilities(release, **more))}
    return found[loader]


def said(artifact, loader, release, **more):
    """The error as `Class: text`, or the verdict where there is none."""
    found = outcome(artifact, loader, release, **more)
    return f"{found.error.type}: {found.error.message}" if found.error else found.verdict.value


def matmul(**more):
    return {"op": "MatMul", "name": "m", "inputs": ("x", "x"), "T": ("type", FLOAT), **more}


@pytest.mark.parametrize(
    ("release", "start"),
    [
        ("2.2.3", "NotFoundError: Op type not registered 'Nope'"),
        ("2.10.1", "FileNotFoundError: Op type not registered 'Nope'"),
        ("2.15.1", "RuntimeError: Op type not registered 'Nope'"),
    ],
)
def test_an_op_that_nobody_calls_stops_the_object_loader_only(tmp_path, release, start):
    artifact = Builder().function("f").node("Nope").read(tmp_path)
    assert said(artifact, LOAD, release).startswith(start)
    assert said(artifact, V1, release) == "loads"


def test_the_object_loader_ignores_the_graph_itself(tmp_path):
    builder = Builder()
    artifact = builder.node("Nope", graph=builder.graph.graph_def).read(tmp_path)
    assert said(artifact, LOAD, "2.15.1") == "loads"
    assert said(artifact, V1, "2.15.1").startswith("NotFoundError: Op type not registered 'Nope'")


def test_every_missing_op_is_named_once(tmp_path):
    builder = Builder().function("f").node("Nope").node("Nope", "n2").function("g").node("Neither")
    problems = outcome(builder.read(tmp_path), LOAD, "2.15.1").problems
    assert sorted(problem.subject for problem in problems) == ["Neither", "Nope"]


def test_callees_are_imported_first(tmp_path):
    builder = Builder().function("caller").node("First").node("PartitionedCall", "c", f=("func", "callee"))
    artifact = builder.function("callee").node("Second").read(tmp_path)
    assert [p.subject for p in outcome(artifact, LOAD, "2.15.1").problems if p.rule == "OPS101"] == ["Second", "First"]


def test_ops_are_looked_up_before_attributes_are_checked(tmp_path):
    artifact = Builder().function("f", ("x", FLOAT)).node(**matmul(new=("i", 1))).node("Nope").read(tmp_path)
    assert [p.rule for p in outcome(artifact, LOAD, "2.4.4").problems] == ["OPS101", "OPS102"]


@pytest.mark.parametrize(
    ("release", "expected"), [("2.4.4", "ValueError: NodeDef mentions attr 'new'"), ("2.5.3", "loads")]
)
def test_unknown_attributes_are_ignored_from_2_5_on(tmp_path, release, expected):
    artifact = Builder().function("f", ("x", FLOAT)).node(**matmul(new=("i", 1))).read(tmp_path)
    assert said(artifact, LOAD, release).startswith(expected)


def test_private_attributes_are_never_checked(tmp_path):
    artifact = Builder().function("f", ("x", FLOAT)).node(**matmul(_new=("i", 1))).read(tmp_path)
    assert said(artifact, LOAD, "2.4.4") == "loads"


@pytest.mark.parametrize(
    ("attrs", "rule", "text"),
    [
        ({}, "OPS103", "NodeDef missing attr 'T' from Op<name=MatMul;"),
        (
            {"T": ("type", STRING)},
            "OPS104",
            "Value for attr 'T' of string is not in the list of allowed values: bfloat16, half",
        ),
    ],
)
def test_attributes_that_are_missing_or_not_allowed(tmp_path, attrs, rule, text):
    artifact = Builder().function("f", ("x", FLOAT)).node("MatMul", "m", ("x", "x"), **attrs).read(tmp_path)
    first = outcome(artifact, LOAD, "2.15.1").problems[0]
    assert (first.rule, first.error.type) == (rule, "ValueError")
    assert first.error.message.startswith(text)


def test_an_input_of_another_dtype(tmp_path):
    builder = Builder().function("f", ("x", FLOAT), ("k", INT64))
    artifact = builder.node("TopKV2", "top", ("x", "k"), T=("type", FLOAT), Tk=("type", INT64)).read(tmp_path)
    expected = "ValueError: Input 1 of node top was passed int64 from k:0 incompatible with expected int32."
    assert said(artifact, LOAD, "2.10.1") == expected
    assert said(artifact, LOAD, "2.15.1") == "loads"


def test_a_missing_function_leaves_its_callers_unresolved(tmp_path):
    artifact = Builder().function("f").node("PartitionedCall", f=("func", "gone")).read(tmp_path)
    assert said(artifact, LOAD, "2.15.1").startswith("ValueError: ('There is a cyclic dependency between functions. '")


def test_branches_in_lists_are_lost_before_2_3(tmp_path):
    builder = Builder().function("branch").node("NoOp").function("f")
    artifact = builder.node("StatelessCase", branches=("funcs", ["branch"])).read(tmp_path)
    assert said(artifact, LOAD, "2.1.4").startswith("NotFoundError: Op type not registered 'StatelessCase'")
    assert any(p.error.message == "branch function not found." for p in outcome(artifact, LOAD, "2.1.4").problems)
    assert not any(p.rule == "OPS110" for p in outcome(artifact, LOAD, "2.10.1").problems)


def with_slots():
    builder = Builder()
    for name in ("v", "optimizer", "m"):
        builder.objects.nodes[0].children.add(local_name=name, node_id=len(builder.objects.nodes))
        node = builder.objects.nodes.add()
        if name == "optimizer":
            node.user_object.identifier = "optimizer"
            node.slot_variables.add(original_variable_node_id=1, slot_name="m", slot_variable_node_id=3)
        else:
            node.variable.dtype = FLOAT
    return builder


@pytest.mark.parametrize(
    ("flavour", "packages", "slots_fail"),
    [
        (KerasFlavour.KERAS2, {}, False),
        (KerasFlavour.TF_KERAS, {}, False),
        (KerasFlavour.KERAS3, {}, True),
        (KerasFlavour.KERAS3, {"tf-keras": "2.16.0"}, False),
    ],
)
def test_optimizer_slots_need_keras_2(tmp_path, flavour, packages, slots_fail):
    problems = outcome(
        with_slots().read(tmp_path, variables=None), LOAD, "2.16.2", flavour=flavour, packages=packages
    ).problems
    assert ("SMD103" in [problem.rule for problem in problems]) is slots_fail
    assert problems[-1].rule == "SMD121"  # there are no variables to restore them from


@pytest.mark.parametrize("count", [0, 2])
def test_without_tags_there_must_be_one_meta_graph(tmp_path, count):
    builder = Builder()
    del builder.message.meta_graphs[:]
    for _ in range(count):
        builder.message.meta_graphs.add().meta_info_def.tags.append("serve")
    artifact = builder.read(tmp_path)
    assert said(artifact, LOAD, "2.15.1").startswith(
        "ValueError: Importing a SavedModel with `tf.saved_model.load` requires"
    )
    assert f"there are {count} MetaGraphs" in said(artifact, LOAD, "2.15.1")


def test_the_session_loader_wants_the_tag_serve(tmp_path):
    builder = Builder()
    builder.graph.meta_info_def.tags[:] = ["train"]
    artifact = builder.read(tmp_path)
    assert said(artifact, LOAD, "2.15.1") == "loads"
    assert said(artifact, V1, "2.15.1").startswith("RuntimeError: MetaGraphDef associated with tags 'serve'")
    assert "[{'train'}]" in said(artifact, V1, "2.15.1")


def test_min_consumer_stops_the_session_loader_only(tmp_path):
    builder = Builder()
    builder.graph.graph_def.versions.min_consumer = 99999
    artifact = builder.read(tmp_path)
    assert said(artifact, LOAD, "2.15.1") == "loads"
    expected = "ValueError: GraphDef min consumer version 99999 above current version 1645 for TensorFlow 2.15.1."
    assert said(artifact, V1, "2.15.1").startswith(expected)


@pytest.mark.parametrize(
    ("data", "release", "protobuf_release", "expected"),
    [
        (b"\x12\xff", "2.15.1", "4.25.3", "OSError: Cannot parse file"),
        (b"\xff" * 20, "2.15.1", "4.25.3", "OSError: Cannot parse file"),
        (b"", "2.15.1", "4.25.3", "ValueError: Importing a SavedModel"),
        (b"\x0c", "2.15.1", "4.25.3", "OSError: Cannot parse file"),
        (b"\x0c", "2.10.1", "3.19.6", "ValueError: Importing a SavedModel"),
    ],
)
def test_broken_protos(tmp_path, data, release, protobuf_release, expected):
    (tmp_path / "saved_model.pb").write_bytes(data)
    artifact = saved_model.read(LocalTree(str(tmp_path)), str(tmp_path))
    assert said(artifact, LOAD, release, packages={"protobuf": protobuf_release}).startswith(expected)


SERVING = "signature:serving_default"
EMPTY = {"Tin": ("list", ()), "Tout": ("list", ())}


def test_a_python_callback_loads_and_cannot_be_called(tmp_path):
    artifact = (
        Builder().function("f").node("EagerPyFunc", token=("s", b"pyfunc_7"), **EMPTY).signature("f").read(tmp_path)
    )
    artifact_said = said(artifact, SERVING, "2.15.1")
    assert "pyfunc_7" in artifact_said
    assert artifact_said.startswith("InvalidArgumentError: Graph execution error:")


def test_a_node_that_nothing_asks_for_does_not_run(tmp_path):
    builder = Builder().function("f").node("EagerPyFunc", "dead", token=("s", b"t"), **EMPTY).node("NoOp", "live")
    assert said(builder.signature("f").read(tmp_path), SERVING, "2.15.1") == "loads"


def test_a_callback_in_a_branch_is_a_gap(tmp_path):
    builder = Builder().function("branch").node("EagerPyFunc", token=("s", b"t"), **EMPTY)
    builder.last.control_ret["done"] = "n"
    branches = dict.fromkeys(("then_branch", "else_branch"), ("func", "branch"))
    artifact = (
        builder.function("f", ("x", FLOAT))
        .node("If", inputs=("x",), Tcond=("type", FLOAT), **branches, **EMPTY)
        .signature("f")
        .read(tmp_path)
    )
    assert outcome(artifact, SERVING, "2.15.1").gaps


def test_an_op_without_a_cpu_kernel_loads_and_cannot_be_called(tmp_path):
    builder = Builder().function("f", ("x", FLOAT), ("i", INT64), ("n", INT64))
    attrs = dict.fromkeys(("Tindices", "Tnumsegments"), ("type", INT64))
    artifact = (
        builder.node("SegmentSumV2", "s", ("x", "i", "n"), T=("type", FLOAT), **attrs).signature("f").read(tmp_path)
    )
    assert "OPS104" not in [p.rule for p in outcome(artifact, LOAD, "2.15.1").problems]
    assert said(artifact, SERVING, "2.15.1").startswith("InvalidArgumentError: No OpKernel was registered")


def graph(tmp_path, *nodes, producer=1205, **versions):
    message = protobuf.message_class("tensorflow.GraphDef")()
    message.versions.producer = producer
    for name, value in versions.items():
        setattr(message.versions, name, value)
    for op, name, inputs, attrs in nodes:
        node = message.node.add(name=name, op=op, input=inputs)
        for key, value in attrs.items():
            node.attr[key].type = value
    (tmp_path / "g.pb").write_bytes(message.SerializeToString())
    return graph_def.read(LocalTree(str(tmp_path / "g.pb")), str(tmp_path / "g.pb"))


def test_graph_def_edges_come_before_ops(tmp_path):
    artifact = graph(tmp_path, ("Nope", "a", ["gone:0"], {}))
    assert [p.rule for p in outcome(artifact, GRAPH, "2.15.1").problems] == ["OPS111", "OPS101"]
    assert said(artifact, GRAPH, "2.15.1") == "ValueError: Node 'a': Unknown input node 'gone:0'"


def test_a_much_newer_producer_is_blamed_first(tmp_path):
    artifact = graph(tmp_path, ("Nope", "a", [], {}), producer=2474)
    text = said(artifact, GRAPH, "2.15.1")
    assert text.startswith(
        "NotFoundError: Converting GraphDef to Graph has failed with an error: 'Op type not registered"
    )
    assert (
        "GraphDef version was 1645. The GraphDef was produced by a binary built when GraphDef version was 2474" in text
    )
    assert said(artifact, GRAPH, "2.21.0").startswith("NotFoundError: Op type not registered 'Nope'")


def test_loops_of_tensorflow_1_are_imported_whole(tmp_path):
    number = {"T": FLOAT}
    nodes = [
        ("Placeholder", "x", [], {"dtype": FLOAT}),
        ("Merge", "merge", ["x", "next"], number),
        ("Nope", "op", ["merge"], {}),
        ("NextIteration", "next", ["op"], number),
    ]
    assert [p.subject for p in outcome(graph(tmp_path, *nodes), GRAPH, "2.15.1").problems if p.rule == "OPS101"] == [
        "Nope"
    ]


def returns(builder, number, name):
    """Make the last function return a composite type of that class number and name."""
    function = builder.objects.concrete_functions[builder.last.signature.name]
    arguments = function.canonicalized_input_signature.tuple_value.values
    arguments.add().tuple_value.SetInParent()
    arguments.add().dict_value.SetInParent()
    outer = function.output_signature.tuple_value.values.add().type_spec_value
    outer.type_spec_class, outer.type_spec_class_name = number, name
    outer.type_state.tuple_value.SetInParent()
    return builder


NOT_SUPPORTED = "ValueError: The type 'T' is not supported by this version of TensorFlow."
NOT_REGISTERED = "ValueError: The type 'T' has not been registered."


@pytest.mark.parametrize(
    ("number", "release", "expected"),
    [
        (3, "1.15.5", "loads"),
        (9, "2.0.4", NOT_SUPPORTED),
        (9, "2.1.4", "loads"),
        (12, "2.5.3", NOT_SUPPORTED),
        (12, "2.6.5", NOT_REGISTERED),
        (12, "2.21.0", NOT_REGISTERED),
        (13, "2.5.3", NOT_SUPPORTED),
        (13, "2.6.5", "loads"),
        (99, "2.21.0", NOT_SUPPORTED),
    ],
)
def test_composite_types_must_be_known(tmp_path, number, release, expected):
    artifact = returns(Builder().function("f").node("NoOp"), number, "T").read(tmp_path)
    assert said(artifact, LOAD, release).startswith(expected)
    assert said(artifact, V1, release) == "loads"


def test_types_of_tensorflow_itself_are_registered(tmp_path):
    artifact = returns(Builder().function("f").node("NoOp"), 12, "tf.WeakTensor.Spec").read(tmp_path)
    assert said(artifact, LOAD, "2.15.1") == "loads"
    assert "has not been registered" in said(artifact, LOAD, "2.13.1")


def test_what_an_import_registers_is_a_gap(tmp_path):
    artifact = returns(Builder().function("f").node("NoOp"), 12, "T").read(tmp_path)
    runtime = Runtime("test", "3.11", {}, "2.15.1", None, KerasFlavour.KERAS2, imports=("boxes",))
    found = next(tf_saved_model.outcomes(artifact, Capabilities(runtime, release_facts("2.15.1"), None)))
    assert found.gaps
    assert not found.problems


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (FLOAT, INT64, "loads"),
        (STRING, STRING, "loads"),
        (STRING, INT64, "UnimplementedError: Graph execution error:"),
    ],
)
def test_casts_of_strings_are_refused_by_the_call(tmp_path, source, target, expected):
    types = {"SrcT": ("type", source), "DstT": ("type", target)}
    artifact = Builder().function("f", ("x", source)).node("Cast", "c", ("x",), **types).signature("f").read(tmp_path)
    assert said(artifact, SERVING, "2.15.1").startswith(expected)
    assert said(artifact, LOAD, "2.15.1") == "loads"


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "git lfs pull"),
        (b"<!DOCTYPE html>", "download the file itself"),
        (b"\x12\xff", "copy the file again"),
        (None, "copy the whole folder again"),
    ],
)
def test_the_fix_suits_the_damage(tmp_path, data, remedy):
    if data is not None:
        (tmp_path / "saved_model.pb").write_bytes(data)
    artifact = saved_model.read(LocalTree(str(tmp_path)), str(tmp_path))
    first = outcome(artifact, LOAD, "2.15.1").problems[0]
    assert first.rule == "SMD120"
    assert remedy in first.details["remedy"]
