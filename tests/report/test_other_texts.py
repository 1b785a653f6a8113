"""What the other commands print: nothing in a file acts on the terminal or breaks the format."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import networkx as nx
import pytest
from hostile.keras_cases import stored as bytecode
from report_cases import report
from test_text import HOSTILE, UNSAFE

from inspector.remedy.suggest import Suggestion
from inspector.remedy.suggest_text import as_text
from inspector.report import matrix_text
from inspector.report.contents import contents
from inspector.report.graph_text import graph_text
from inspector.terms.artifact import Damage, DamageKind, Member, Producer
from inspector.terms.finding import ExpectedError, Gap, Location, Outcome, Problem
from inspector.terms.graph import Signature, TensorInfo
from inspector.terms.keras import KerasModel
from inspector.terms.matrix import Cell, Matrix
from inspector.terms.record import replace
from inspector.terms.report import Requirements
from inspector.terms.runtime import KerasFlavour, Runtime

TARGET = Runtime("env.lock", "3.11", {}, "2.15.1", "2.15.0", KerasFlavour.KERAS2)


def is_safe(text):
    return not [char for char in UNSAFE.findall(text) if not char.isprintable()]


def hostile_report(name):
    tensors = {name: TensorInfo(name, name, (1,))}
    artifact = replace(
        report(path=name).artifact,
        producer=Producer(name, name),
        members=(Member(name, 1),),
        signatures={name: Signature(tensors, tensors, name)},
        damage=(Damage(name, DamageKind.CORRUPT, name),),
        gaps=(Gap(Location(name, name), name),),
    )
    return replace(report(), artifact=artifact, requirements=Requirements((name,), (name,), (name,)))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("style", ["table", "json"])
def test_show(name, style):
    text = contents(hostile_report(name), style)
    assert is_safe(text)
    assert len(text.splitlines()) == len(contents(hostile_report("x"), style).splitlines())


@pytest.mark.parametrize("name", HOSTILE)
def test_matrix_and_suggest(name):
    problem = Problem("KER101", name, Location(name), ExpectedError(name, name))
    cell = Cell(TARGET, (Outcome(name, (problem,)),))
    artifact = report(path=name).artifact
    assert is_safe(matrix_text.render(Matrix(artifact, (name,), (cell,))))
    failing = report(path=name, runtime=TARGET, outcomes=cell.outcomes, required=(name,))
    for suggestion in (Suggestion(artifact, failing, (), ()), Suggestion(artifact, None, (), ())):
        assert is_safe(as_text(suggestion))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("style", ["dot", "graphml", "json"])
def test_graph(name, style):
    graph = nx.MultiDiGraph()
    graph.add_node((name, "a"), op=name, other=[name])
    graph.add_edge((name, "a"), name, kind=name)
    text = graph_text(graph, style)
    assert is_safe(text)
    if style == "json":
        assert json.loads(text)["nodes"][0]["op"] == name
    if style == "graphml":
        assert ET.fromstring(text) is not None  # noqa: S314 - our own text
    if style == "dot":
        assert len(text.splitlines()) == 6


def stored(text):
    """A model with a Lambda whose function calls by a hostile name."""
    code = compile(f"x[{text!r}].run(__import__('os'))", "", "eval").replace(co_filename=text, co_name=text)
    config = {"class_name": "__lambda__", "config": {"code": bytecode(SimpleNamespace(__code__=code))}}
    layer = {"class_name": "Lambda", "config": {"name": "l", "function": config}}
    model = {"class_name": "Sequential", "config": {"layers": [layer]}}
    return replace(report().artifact, keras=KerasModel(model, json.dumps(model), "config.json"))


def test_show_lists_what_a_stored_function_does():
    text = contents(replace(report(), artifact=stored("name")), "table")
    assert "  function   config.json  /config/layers/0/config/function" in text
    assert "__import__('os')" in text
    (function,) = json.loads(contents(replace(report(), artifact=stored("name")), "json"))["functions"]
    assert function["code"][0]["steps"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_listing_is_safe_to_print(name):
    assert is_safe(contents(replace(report(), artifact=stored(name)), "table"))
