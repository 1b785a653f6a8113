"""A networkx graph as DOT, GraphML or node-link JSON."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

GRAPH_FORMATS = ("dot", "graphml", "json")
_COLORS = {"data": "black", "control": "gray", "call": "blue"}


def graph_text(graph: nx.MultiDiGraph, name: str) -> str:
    """The graph in that format."""
    return {"dot": _dot, "graphml": _graphml, "json": _json}[name](graph)


def _label(node: Any) -> str:
    """A node's key as one text: parts of a tuple joined by `/`."""
    return "/".join(str(part) for part in node if part != "") if isinstance(node, tuple) else str(node)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _dot(graph: nx.MultiDiGraph) -> str:
    lines = ["digraph model {", "  node [shape=box];"]
    for node, attributes in graph.nodes(data=True):
        kind = attributes.get("op") or attributes.get("class_name") or attributes.get("kind") or ""
        text = f"{_label(node)}\n{kind}" if kind else _label(node)
        lines.append(f"  {_quoted(_label(node))} [label={_quoted(text)}];")
    for source, target, attributes in graph.edges(data=True):
        color = _COLORS.get(attributes.get("kind", "data"), "black")
        lines.append(f"  {_quoted(_label(source))} -> {_quoted(_label(target))} [color={color}];")
    return "\n".join([*lines, "}"])


def _plain(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """A copy with text for nodes and plain values for attributes: what GraphML and JSON can hold."""
    import networkx as nx  # noqa: PLC0415 - cold start: only graph commands need it

    plain = nx.MultiDiGraph()
    for node, attributes in graph.nodes(data=True):
        plain.add_node(_label(node), **{key: _scalar(value) for key, value in attributes.items()})
    for source, target, attributes in graph.edges(data=True):
        plain.add_edge(_label(source), _label(target), **{key: _scalar(value) for key, value in attributes.items()})
    return plain


def _scalar(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else json.dumps(value, default=str)


def _graphml(graph: nx.MultiDiGraph) -> str:
    import networkx as nx  # noqa: PLC0415 - cold start: only graph commands need it

    buffer = io.BytesIO()
    nx.write_graphml(_plain(graph), buffer)
    return buffer.getvalue().decode()


def _json(graph: nx.MultiDiGraph) -> str:
    """Nodes and edges with their attributes, as networkx's node-link form has them."""
    plain = _plain(graph)
    nodes = [{"id": node, **attributes} for node, attributes in plain.nodes(data=True)]
    edges = [{"source": a, "target": b, **attributes} for a, b, attributes in plain.edges(data=True)]
    return json.dumps({"directed": True, "multigraph": True, "nodes": nodes, "edges": edges}, indent=1)
