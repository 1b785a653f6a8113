"""Models how tables are filled from vocabulary files while the model loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.artifact import DamageKind
from inspector.terms.finding import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph_context import Context
    from inspector.terms.graph import Graph, MetaGraph, Node

_KINDS = {DamageKind.MISSING: "missing_asset", DamageKind.EMPTY: "empty_asset"}
_INITIALIZERS = {"InitializeTableFromTextFileV2", "InitializeTableFromTextFile"}
FOLDER = "assets"


def asset_problems(context: Context, graph: MetaGraph, loader: str) -> Iterator[Problem]:
    """Assets that cannot be read, where a table is filled from a file."""
    node = next(_initializers(graph.graph), None) if graph.assets else None
    if node is None:
        return
    for _, name in graph.assets:
        damage = context.artifact.damaged(f"{FOLDER}/{name}")
        if damage is not None and damage.kind in _KINDS:
            error = context.error(f"{loader}/{_KINDS[damage.kind]}", member=damage.member, node=node.name)
            yield Problem("SMD122", damage.member, Location(damage.member), error, {"reason": damage.reason})


def _initializers(graph: Graph) -> Iterator[Node]:
    """The nodes that fill a table from a text file, those of functions first."""
    for function in graph.functions.values():
        yield from (node for node in function.nodes if node.op in _INITIALIZERS)
    yield from (node for node in graph.nodes if node.op in _INITIALIZERS)
