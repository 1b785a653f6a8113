"""What a path resolves to, through every way by which text reaches an op; and that no graph makes it run away."""

from __future__ import annotations

import time

import pytest
from hostile.graph_cases_parts import (
    RESOURCE,
    STRING,
    Func,
    Objects,
    call,
    const,
    function,
    graph,
    meta_graph,
    node,
    placeholder,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.audit.graph.flow import DEPTH_LIMIT, Flow
from inspector.audit.graph.order import Order
from inspector.audit.graph.units import Unit
from inspector.audit.graph.values import VALUES_LIMIT, Source, is_outside, scheme_of
from inspector.formats.meta_graph_views import meta_graph as view
from inspector.terms.audit import Moment


def unit(nodes=(), functions=(), objects=None, **parts):
    return Unit("m", "serve", (meta := view(meta_graph(graph(nodes, functions), objects, **parts))).graph, meta)


def seen(nodes, tensor="path", functions=(), place="", **parts):
    flow = Flow(unit(nodes, functions, **parts), assets=True)
    return {(v.source.name, v.text) for v in flow.values(place, tensor)}


A, B = const("a", "/a"), const("b", "b")
ROWS = {
    "constant": ([const("path", "/x")], {("CONST", "/x")}),
    "several constants": ([const("path", "/x", "/y")], {("CONST", "/x"), ("CONST", "/y")}),
    "passed on": ([A, node("r", "Reshape", ["a", "s"]), node("path", "Identity", ["r:0"])], {("CONST", "/a")}),
    "joined": ([A, B, node("path", "StringJoin", ["a", "b"], separator="/")], {("CONST", "/a/b")}),
    "joined with an input": (
        [placeholder(), B, node("path", "StringJoin", ["in", "b"], separator="/")],
        {("INPUT", "{in}/b")},
    ),
    "formatted": ([A, B, node("path", "StringFormat", ["a", "b"], template="%s.%s!")], {("CONST", "/a.b!")}),
    "chosen": ([A, B, node("path", "SelectV2", ["c", "a", "b"])], {("CONST", "/a"), ("CONST", "b")}),
    "packed": ([A, B, node("path", "Pack", ["a", "b"])], {("CONST", "/a"), ("CONST", "b")}),
    "one of a list": (
        [A, B, node("p", "ConcatV2", ["a", "b", "axis"]), node("path", "GatherV2", ["p", "i"])],
        {("CONST", "/a"), ("CONST", "b")},
    ),
    "decoded": ([const("a", "L2E="), node("path", "DecodeBase64", ["a"])], {("DYNAMIC", "/a")}),
    "lower case": ([const("a", "/A"), node("path", "StringLower", ["a"])], {("CONST", "/a")}),
    "an op that is not modelled": (
        [placeholder(), node("path", "RegexReplace", ["in"])],
        {("INPUT", "{RegexReplace of {in}}")},
    ),
    "read from a file": (
        [A, node("read", "ReadFile", ["a"]), node("path", "StringStrip", ["read"])],
        {("DYNAMIC", "{StringStrip of {contents read by read}}")},
    ),
    "default of a placeholder": (
        [A, node("path", "PlaceholderWithDefault", ["a"])],
        {("CONST", "/a")},
    ),
    "variable that the graph sets": (
        [
            A,
            node("v", "VarHandleOp"),
            node("set", "AssignVariableOp", ["v", "a"]),
            node("path", "ReadVariableOp", ["v"]),
        ],
        {("CONST", "/a")},
    ),
    "variable of the checkpoint": (
        [node("v", "VarHandleOp"), node("path", "ReadVariableOp", ["v"])],
        {("DYNAMIC", "{variable v}")},
    ),
    "queue of file names": (
        [
            A,
            node("q", "FIFOQueueV2"),
            node("put", "QueueEnqueueManyV2", ["q", "a"]),
            node("path", "QueueDequeueV2", ["q"]),
        ],
        {("CONST", "/a")},
    ),
    "files that match": ([const("a", "/a/*"), node("path", "MatchingFiles", ["a"])], {("CONST", "/a/*")}),
    "asset": ([const("path", "x")], {("ASSET", "assets/words.txt")}),
    "no such node": ([node("path", "Identity", ["gone"])], {("DYNAMIC", "{no node gone}")}),
    "circle": ([node("path", "Identity", ["b"]), node("b", "Identity", ["path"])], set()),
    "circle with a way in": (
        [A, node("path", "Merge", ["a", "n"]), node("n", "NextIteration", ["path"])],
        {("CONST", "/a")},
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_path(row):
    nodes, wanted = ROWS[row]
    assert seen(nodes, assets={"path:0": "words.txt"} if row == "asset" else None) == wanted


def test_results_and_arguments_of_functions():
    inner = function("inner", [], {"x": STRING}, {"y": (STRING, "x")})
    nodes = [A, call("c", "inner", ["a"], [STRING], [STRING]), node("path", "Identity", ["c:0"])]
    assert seen(nodes, functions=[inner]) == {("CONST", "/a")}


def test_an_output_that_is_called_output():
    inner = function("inner", [], {"x": STRING, "y": STRING}, {"a": (STRING, "x"), "output": (STRING, "y")})
    twice = function(
        "twice", [call("c", "inner", ["x", "y"])], {"x": STRING, "y": STRING}, {"r": (STRING, "c:output:0")}
    )
    nodes = [A, B, call("c", "twice", ["a", "b"]), node("path", "Identity", ["c:0"])]
    assert seen(nodes, functions=[inner, twice]) == {("CONST", "/a")}
    direct = [A, B, node("c", "inner", ["a", "b"]), node("path", "Identity", ["c:output:0"])]
    assert seen(direct, functions=[inner]) == {("CONST", "b")}


@pytest.mark.parametrize(
    ("op", "wanted"),
    [("MapDataset", {("CONST", "b")}), ("ScanDataset", {("CONST", "/a"), ("CONST", "b"), ("CONST", "c")})],
)
def test_captures_of_datasets(op, wanted):
    body = function("body", [node("n", "NoOp")], {"element": STRING, "captured": STRING})
    data = [A, B, const("c", "c"), node("d", "TensorSliceDataset", ["a"])]
    mapped = node(
        "path", op, ["d", "b", "c"] if op == "ScanDataset" else ["d", "b"], f=Func("body"), Targuments=[STRING]
    )
    assert seen([*data, mapped], "captured", [body], "body") == wanted


def test_an_argument_is_what_every_caller_passes():
    inner = function("inner", [node("n", "NoOp")], {"x": STRING})
    nodes = [A, B, call("c", "inner", ["a"]), call("d", "inner", ["b"])]
    assert seen(nodes, "x", [inner], "inner") == {("CONST", "/a"), ("CONST", "b")}


def test_a_loop_hands_on_what_it_returns():
    body = function("body", [const("next", "/next")], {"x": STRING}, {"y": (STRING, "next:output:0")})
    cond = function("cond", [], {"x": STRING}, {"y": (STRING, "x")})
    nodes = [A, node("path", "While", ["a"], cond=Func("cond"), body=Func("body"))]
    assert seen(nodes, "x", [body, cond], "body") == {("CONST", "/a"), ("CONST", "/next")}
    assert seen(nodes, "path", [body, cond]) == {("CONST", "/next")}


def test_a_call_in_a_circle_of_functions_ends():
    first = function(
        "first", [call("c", "second", ["x"], [STRING], [STRING])], {"x": STRING}, {"y": (STRING, "c:output:0")}
    )
    second = function(
        "second", [call("c", "first", ["x"], [STRING], [STRING])], {"x": STRING}, {"y": (STRING, "c:output:0")}
    )
    assert seen([A, call("path", "first", ["a"], [STRING], [STRING])], functions=[first, second]) == set()


@pytest.mark.parametrize(("kind", "wanted"), [("constant", ("CONST", "/a")), ("variable", ("DYNAMIC", "{variable 1}"))])
def test_what_the_object_graph_binds(kind, wanted):
    objects = Objects()
    bound = objects.add("c", kind, **({"operation": "a"} if kind == "constant" else {}))
    objects.function("f", "f", bound=[bound])
    body = function("f", [node("n", "NoOp")], {"captured": STRING})
    assert wanted in seen([A], "captured", [body], "f", objects=objects)


def test_a_long_chain_of_passing_ops_is_followed():
    nodes = [const("n0", "/a"), *(node(f"n{i + 1}", "Identity", [f"n{i}"]) for i in range(5000))]
    assert seen(nodes, "n5000") == {("CONST", "/a")}


def test_a_chain_too_deep_is_not_called_harmless():
    depth = DEPTH_LIMIT + 5
    nodes = [const("n0", "/a"), *(node(f"n{i + 1}", "StringJoin", [f"n{i}"]) for i in range(depth))]
    (value,) = Flow(unit(nodes)).values("", f"n{depth}")
    assert value.source is Source.DYNAMIC
    assert value.is_hidden


def test_texts_that_double_at_each_step_stay_small():
    nodes = [const("n0", "a", "b"), *(node(f"n{i + 1}", "StringJoin", [f"n{i}", f"n{i}"]) for i in range(60))]
    started = time.process_time()
    found = Flow(unit(nodes)).values("", "n60")
    assert len(found) <= VALUES_LIMIT
    assert max(len(value.text) for value in found) <= 4096
    assert time.process_time() - started < 1


def test_a_graph_with_many_ways_is_bounded():
    names = [f"n{i}" for i in range(300)]
    nodes = [node(name, "Merge", names) for name in names]
    started = time.process_time()
    (value,) = Flow(unit(nodes)).values("", "n0")
    assert value.text == "{not followed further}"
    assert time.process_time() - started < 5


def test_a_path_does_not_hide_among_many():
    names = [f"file{i}" for i in range(100)]
    assert ("CONST", "/x") in seen([const("path", *names, "/x")])


def test_an_asset_is_fed_to_the_init_op_only():
    graph_of = unit([const("path", "/x")], assets={"path:0": "words.txt"})
    assert [v.text for v in Flow(graph_of, assets=True).values("", "path")] == ["assets/words.txt"]
    assert [v.text for v in Flow(graph_of).values("", "path")] == ["/x"]


def test_functions_that_all_call_all_take_no_time():
    count = 40
    calling = [call(f"c{i}", f"f{i}", ["a"]) for i in range(count)]
    library = [function(f"f{i}", [*calling, node("w", "WriteFile", ["a", "a"])], {"a": STRING}) for i in range(count)]
    started = time.process_time()
    flow = Flow(unit([], library))
    for i in range(count):
        flow.values(f"f{i}", "a")
    assert time.process_time() - started < 5


OPS = (
    "Const", "Identity", "StringJoin", "Merge", "ReadFile", "WriteFile", "While", "StatefulPartitionedCall",
    "MapDataset", "FIFOQueueV2", "QueueEnqueueV2", "QueueDequeueV2", "IteratorGetNext", "Placeholder", "RestoreV2",
    "f", "g", "???",
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "c", "d", "x", "^a", "b:1", "c:out:0", "x:7", "gone", ""])


@st.composite
def bodies(draw):
    made = []
    for name in ("a", "b", "c", "d"):
        op = draw(st.sampled_from(OPS))
        item = node(name, op, draw(st.lists(NAMES, max_size=4)))
        for attr in ("f", "body", "cond"):
            if draw(st.booleans()):
                item.attr[attr].func.name = draw(st.sampled_from(["f", "g", "gone"]))
        made.append(item)
    return made


@settings(max_examples=300, deadline=None)
@given(bodies(), bodies(), bodies())
def test_any_graph_is_judged(main, f, g):
    library = [
        function("f", f, {"x": STRING}, {"y": (STRING, "a:output:0")}),
        function("g", g, {"x": STRING, "h": RESOURCE}, {"y": (STRING, "x")}, ["b"]),
    ]
    made = unit(main, library, signatures={"s": ({}, {"y": "a:0"})}, collections={"legacy_init_op": ["b"]})
    flow, order = Flow(made), Order(made)
    for place, nodes in made.bodies.items():
        for index, item in enumerate(nodes):
            assert len(flow.values(place, item.name)) <= VALUES_LIMIT
            assert order.run(place, index).root.moment in Moment


@pytest.mark.parametrize("path", ["/x", "~/x", "../x", "a/../../x", "C:\\x", "gs://b/x", "\\\\host\\x"])
def test_outside(path):
    assert is_outside(path)


@pytest.mark.parametrize("path", ["x", "a/b", "a..b", "", "model.ckpt-12"])
def test_inside(path):
    assert not is_outside(path)


def test_schemes():
    assert [scheme_of(p) for p in ("gs://x", "S3://x", "/x", "x:y", "://x")] == ["gs", "s3", "", "", ""]
