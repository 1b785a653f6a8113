"""`inspect graph MODEL`: the artifact's ops, layers or functions as DOT, GraphML or JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import inspector
from inspector.cli.arguments import Parser
from inspector.cli.isolated import add_isolation, isolated
from inspector.cli.output import write
from inspector.cli.remarks import remark
from inspector.cli.unreadable import STATUS, refused
from inspector.report.graph_text import GRAPH_FORMATS, graph_text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Print the graph of the chosen level; 3 where nothing of the model could be read."""
    parser = Parser(prog="inspect graph", description="Print the graph of a model artifact.")
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--level", choices=("ops", "layers", "functions"), default="layers")
    parser.add_argument("--format", choices=GRAPH_FORMATS, default="dot")
    parser.add_argument("--output", metavar="FILE")
    add_isolation(parser)
    options = parser.parse_args(arguments)
    # Without a text for a death: half a graph, or an empty one, would pass for the model's.
    return isolated(options, partial(_graph, options))


def _graph(options: argparse.Namespace) -> int:
    artifact = inspector.read(options.model)
    if refused(artifact):
        return STATUS
    graph = inspector.graph(artifact, level=options.level)
    if not graph:
        other = "layers" if options.level != "layers" else "ops"
        kind = artifact.suffix if artifact.suffix and not artifact.is_directory else artifact.format.value
        remark(f"this {kind} model holds no {options.level}; use --level {other}")
    write(graph_text(graph, options.format), options.output)
    return 0
