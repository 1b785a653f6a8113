"""Models how tables are filled from vocabulary files while the model loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.graphs.walk import initializers
from inspector.loaders.graph.raised import RUN, raised
from inspector.loaders.graph.reach import reached_from_tensors
from inspector.terms.artifact import DamageKind
from inspector.terms.finding import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.graph import Graph, MetaGraph, Node

_KINDS = {DamageKind.MISSING: "missing_asset", DamageKind.EMPTY: "empty_asset"}
_INITIALIZERS = {"InitializeTableFromTextFileV2", "InitializeTableFromTextFile"}
FOLDER = "assets"


def asset_problems(context: Context, graph: MetaGraph, loader: str) -> Iterator[Problem]:
    """Assets that cannot be read, where a table is filled from a file."""
    # An asset that no table is filled from is never opened: TensorFlow only hands its path to the graph, and a damaged
    # one does no harm.
    node = next(_initializers(graph.graph), None) if graph.assets else None
    if node is None:
        return
    for _, name in graph.assets:
        damage = context.artifact.damaged(f"{FOLDER}/{name}")
        if damage is not None and damage.kind in _KINDS:
            error = context.error(f"{loader}/{_KINDS[damage.kind]}", member=damage.member, node=node.name)
            yield Problem("SMD122", damage.member, Location(damage.member), error, {"reason": damage.reason})


def outside_problems(context: Context, graph: MetaGraph, *, wrapped: bool) -> Iterator[Problem]:
    """Files outside the artifact that the initializers of a session loader fill tables from: absent on the target."""
    # Assets are fed in place of their constants (`get_asset_tensors` in tensorflow/python/saved_model/loader_impl.py):
    # what these constants hold is a path of the machine that saved the model, and is not read.
    assets = {tensor.partition(":")[0] for tensor, _ in graph.assets}
    constants = {node.name: node for node in graph.graph.nodes if node.op == "Const"}
    for reached in reached_from_tensors(graph.graph, initializers(graph)):
        node = reached.node
        source = node.inputs[1].partition(":")[0] if node.op in _INITIALIZERS and len(node.inputs) > 1 else ""
        if reached.function or source in assets or source not in constants:
            continue
        for path in _strings(constants[source]):
            if path not in context.capabilities.runtime.assumed_files:
                yield _outside(context, reached, path, ("call", "pruned") if wrapped else (RUN, ""))


def _strings(node: Node) -> Iterator[str]:
    """The text of a constant."""
    if "value" in node.attrs:
        yield from (value.decode("utf-8", "replace") for value in node.attrs["value"].tensor.string_val)


def _outside(context: Context, reached: Reached, path: str, how: tuple[str, str]) -> Problem:
    error = raised(context, reached, "NotFoundError", f"{path}; No such file or directory", how)
    return context.problem("KER133", path, reached.node.name, error, target=path)


def _initializers(graph: Graph) -> Iterator[Node]:
    """The nodes that fill a table from a text file, those of functions first."""
    for function in graph.functions.values():
        yield from (node for node in function.nodes if node.op in _INITIALIZERS)
    yield from (node for node in graph.nodes if node.op in _INITIALIZERS)
