"""A networkx graph as DOT, GraphML or node-link JSON."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from inspector.report.json_text import dumps
from inspector.report.readable import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    import networkx as nx

GRAPH_FORMATS = ("dot", "graphml", "json")
_COLORS = {"data": "black", "control": "gray", "call": "blue"}


def graph_text(graph: nx.MultiDiGraph, name: str) -> str:
    """The graph in that format."""
    return {"dot": _dot, "graphml": _graphml, "json": _json}[name](graph)


def _label(node: Any) -> str:
    """A node's key as one text: parts of a tuple joined by `/`."""
    return "/".join(str(part) for part in node if part != "") if isinstance(node, tuple) else str(node)


def _quoted(*text: str) -> str:
    """A text of DOT, of several lines where several are given: names hold none of their own."""
    return '"' + r"\n".join(plain(line).replace("\\", "\\\\").replace('"', '\\"') for line in text) + '"'


def _dot(graph: nx.MultiDiGraph) -> str:
    lines = ["digraph model {", "  node [shape=box];"]
    for node, attributes in graph.nodes(data=True):
        kind = attributes.get("op") or attributes.get("class_name") or attributes.get("kind") or ""
        label = _quoted(_label(node), str(kind)) if kind else _quoted(_label(node))
        lines.append(f"  {_quoted(_label(node))} [label={label}];")
    for source, target, attributes in graph.edges(data=True):
        # Edges of layers and functions have no kind: they pass tensors.
        color = _COLORS.get(attributes.get("kind", "data"), "black")
        lines.append(f"  {_quoted(_label(source))} -> {_quoted(_label(target))} [color={color}];")
    return "\n".join([*lines, "}"])


def _scalars(graph: nx.MultiDiGraph, spelled: Callable[[str], str]) -> nx.MultiDiGraph:
    """A copy with texts for nodes and scalars for attributes, as GraphML and JSON have them; `spelled` spells texts."""
    import networkx as nx  # noqa: PLC0415 - cold start: only graph commands need it

    def scalar(value: Any) -> Any:
        if isinstance(value, str):
            return spelled(value)
        # GraphML knows only scalars (http://graphml.graphdrawing.org/primer/graphml-primer.html#Attributes), and
        # networkx refuses a None.
        return value if isinstance(value, int | float | bool) else json.dumps(value, default=str)

    copy = nx.MultiDiGraph()
    for node, attributes in graph.nodes(data=True):
        copy.add_node(spelled(_label(node)), **{key: scalar(value) for key, value in attributes.items()})
    for source, target, attributes in graph.edges(data=True):
        kept = {key: scalar(value) for key, value in attributes.items()}
        copy.add_edge(spelled(_label(source)), spelled(_label(target)), **kept)
    return copy


def _graphml(graph: nx.MultiDiGraph) -> str:
    """GraphML. XML holds no control characters, not even as references: they become escapes of ours."""
    import networkx as nx  # noqa: PLC0415 - cold start: only graph commands need it

    # networkx writes GraphML as bytes, with the encoding in its first line.
    buffer = io.BytesIO()
    nx.write_graphml(_scalars(graph, plain), buffer)
    return buffer.getvalue().decode()


def _json(graph: nx.MultiDiGraph) -> str:
    """Nodes and edges with their attributes, as networkx's node-link form has them."""
    scalars = _scalars(graph, str)
    nodes = [{"id": node, **attributes} for node, attributes in scalars.nodes(data=True)]
    edges = [{"source": a, "target": b, **attributes} for a, b, attributes in scalars.edges(data=True)]
    return dumps({"directed": True, "multigraph": True, "nodes": nodes, "edges": edges})
