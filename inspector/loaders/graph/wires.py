"""Whether the nodes of a GraphDef itself fit together: names, numbers of inputs, dtypes along its edges.

BuildNodeIndex, ValidateNodeDef and MakeEdge in tensorflow/core/common_runtime/graph_constructor.cc.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import data_type_string
from inspector.loaders.graph.edges import signature_of
from inspector.loaders.graph.uses import main_body, main_uses
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.cache import Registry
    from inspector.loaders.graph.uses import Use
    from inspector.terms.graph import Graph

_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")


@record
class Misfit:
    """What does not fit at a node, and what is said of it."""

    node: str
    subject: str
    text: str


@once_per_graph
def misnamed(graph: Graph) -> Misfit | None:
    """The first node whose name no node can have, or another node has: looked at before anything else."""
    seen: set[str] = set()
    for node in graph.nodes:
        if not _NAME.fullmatch(node.name):
            return Misfit(node.name, node.name, f"Node '{node.name}': Node name contains invalid characters")
        if node.name in seen:
            return Misfit(node.name, node.name, f"Node '{node.name}' is not unique")
        seen.add(node.name)
    return None


def misfits(graph: Graph, registry: Registry) -> Mapping[int, Misfit]:
    """By the index of its node, the first thing that does not fit there in this release."""
    return main_uses(graph).by_ops(registry, "misfits", lambda: dict(_misfits(graph, registry)))


def _misfits(graph: Graph, registry: Registry) -> Iterator[tuple[int, Misfit]]:
    uses = dict(main_body(graph).nodes)
    wires = _inputs(graph)
    for alike in _alike(graph):
        for index in alike:
            node, inputs = wires[index]
            found = _counted(uses[node], registry, node, len(inputs)) or _typed(uses, registry, node, inputs)
            if found is None:  # and so it is for all nodes like this one
                break
            yield index, found


@once_per_graph
def _alike(graph: Graph) -> tuple[tuple[int, ...], ...]:
    """The nodes of equal use whose inputs come from nodes of equal use: variables, constants, ..."""
    uses = dict(main_body(graph).nodes)
    found: dict[object, list[int]] = {}
    for index, (node, inputs) in enumerate(_inputs(graph)):
        key = (id(uses[node]), *((id(uses.get(source)), place) for source, place in inputs))
        found.setdefault(key, []).append(index)
    return tuple(map(tuple, found.values()))


@once_per_graph
def _inputs(graph: Graph) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Each node with its data inputs as (node, number of its output)."""
    return tuple((node.name, tuple(map(_tensor, _data(node.inputs)))) for node in graph.nodes)


def _data(inputs: tuple[str, ...]) -> list[str]:
    return [name for name in inputs if name[:1] != "^"]


def _tensor(name: str) -> tuple[str, int]:
    node, _, index = name.partition(":")
    return node, int(index) if index.isdigit() else 0


def _counted(use: Use, registry: Registry, node: str, count: int) -> Misfit | None:
    op = registry.op(use.op)
    given = {name for name, _, _ in use.attrs}
    if op is None or any(not attr.has_default and name not in given for name, attr in op.attrs.items()):
        return None
    wanted = [dtype for _, _, dtype in signature_of(use, op).inputs]
    if len(wanted) == count or "" in wanted:
        return None
    types = ", ".join(map(data_type_string, wanted))
    text = f"NodeDef expected inputs '{types}' do not match {count} inputs specified; {op.summary}"
    return Misfit(node, use.op, f"{text}; NodeDef: {{{{node {node}}}}}")


def _typed(
    uses: Mapping[str, Use], registry: Registry, node: str, inputs: tuple[tuple[str, int], ...]
) -> Misfit | None:
    op = registry.op(uses[node].op)
    wanted = signature_of(uses[node], op).inputs if op is not None else ()
    for place, ((source, index), (argument, _, expected)) in enumerate(zip(inputs, wanted, strict=False)):
        actual = _output(uses.get(source), registry, index)
        if actual and expected and expected.removesuffix("_ref") != actual.removesuffix("_ref"):
            shown = f"{data_type_string(actual)} from {source}:{index} incompatible with expected"
            text = f"Input {place} of node {node} was passed {shown} {data_type_string(expected)}."
            return Misfit(node, f"{uses[node].op}.{argument}", text)
    return None


def _output(use: Use | None, registry: Registry, index: int) -> str:
    """The dtype of an output, "" where it cannot be told."""
    op = registry.op(use.op) if use is not None else None
    if use is None or op is None:
        return ""
    dtypes = tuple(signature_of(use, op).outputs.values())
    return dtypes[index] if index < len(dtypes) else ""
