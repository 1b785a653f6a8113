"""Whether the nodes of each library function fit together: inputs that something gives, as many as the op takes.

`tf.saved_model.load` looks tensors up by name while it turns a FunctionDef into a graph (function_def_to_graph.py, the
same from 1.15 on); a session instantiates the FunctionDef itself (InstantiateFunction in
tensorflow/core/framework/function.cc).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import data_type_string
from inspector.loaders.graph.edges import signature_of
from inspector.loaders.graph.uses import Uses, library, library_uses
from inspector.terms.dtypes import name_of
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspector.loaders.graph.cache import Registry
    from inspector.loaders.graph.uses import Use
    from inspector.runtime.facts import OpFacts
    from inspector.terms.graph import Function, Graph

LOST_INPUT, LOST_CONTROL, TOO_FEW, TOO_MANY, RETURN_LOST, RETURN_MISSING, CONTROL_LOST = range(7)
# A tensor in a FunctionDef is an argument, or `node:output:index`.
_PARTS = 2
_UNKNOWN = "unknown"  # dtype of a function's output that an attribute says


@record
class Loose:
    """What does not fit: `name` is the tensor, or the function's output; `node` is "" for what the function returns.

    `place` is the number of the input; for counts, of inputs there are. `note` is what else the texts show.
    """

    kind: int
    node: str
    name: str
    place: int = 0
    note: str = ""
    op: str = ""


def loose_ends(graph: Graph, registry: Registry) -> Mapping[str, tuple[Loose, ...]]:
    """By function, what does not fit, in the order of its nodes; functions in order are left out."""
    return library_uses(graph).by_ops(registry, "loose ends", lambda: _found(graph, registry))


def _found(graph: Graph, registry: Registry) -> dict[str, tuple[Loose, ...]]:
    found = {name: _of_uses(graph, registry, name, uses) for name, uses in _uses_by_function(graph).items()}
    return {name: loose for name, loose in found.items() if loose}


def _of_uses(graph: Graph, registry: Registry, name: str, uses: Uses) -> tuple[Loose, ...]:
    return uses.by_ops(registry, "loose ends", lambda: tuple(_of_function(graph, registry, name)))


@once_per_graph
def _uses_by_function(graph: Graph) -> Mapping[str, Uses]:
    """Neighbouring releases differ in an op or two: the functions without them are looked at once."""
    return {name: Uses(body.uses, graph.functions) for name, body in library(graph).items()}


def _of_function(graph: Graph, registry: Registry, name: str) -> Iterator[Loose]:
    body = _wires(graph)[name]
    uses = dict(library(graph)[name].nodes)

    def exists(tensor: str) -> bool:
        node, _, rest = tensor.partition(":")
        if not rest:
            return tensor in body.arguments
        if node not in uses or rest.count(":") != 1:
            return False
        output, _, index = rest.partition(":")
        outputs = _outputs(graph, uses[node], registry)
        return outputs is None or (index.isdigit() and (output, int(index)) in outputs)

    for node, inputs in body.nodes:
        yield from _of_node(node, inputs, body.controls, exists)
        yield from _count(registry, uses[node], node, inputs)
    for output, tensor, dtype in body.returns:
        if not tensor:
            yield Loose(RETURN_MISSING, "", output, note=f"{output}:{dtype}")
        elif not exists(tensor):
            yield Loose(RETURN_LOST, "", tensor, note=f"{output}:{dtype}")
    # Only tf.saved_model.load minds these (`get_operation_by_name(fdef.control_ret[...])`), a session never looks at
    # them.
    yield from (Loose(CONTROL_LOST, "", node) for node in body.control_returns if node not in uses)


@record
class _Wires:
    """A function as far as no release matters: what gives tensors, its nodes' inputs, and what it returns."""

    arguments: frozenset[str]
    controls: frozenset[str]
    nodes: tuple[tuple[str, tuple[str, ...]], ...]
    returns: tuple[tuple[str, str, str], ...]
    control_returns: tuple[str, ...]


@once_per_graph
def _wires(graph: Graph) -> Mapping[str, _Wires]:
    return {name: _wired(function) for name, function in graph.functions.items()}


def _wired(function: Function) -> _Wires:
    arguments = frozenset(argument.name for argument in function.inputs)
    nodes = tuple((node.name, node.inputs) for node in function.nodes)
    given = dict(function.returns)
    returns = tuple((o.name, given.get(o.name, ""), _dtype(o.dtype)) for o in function.outputs)
    # An argument becomes a Placeholder of its name, which a control input may name as it names any node.
    controls = arguments.union(name for name, _ in nodes)
    return _Wires(arguments, controls, nodes, returns, tuple(function.control_returns.values()))


def _dtype(number: int) -> str:
    return data_type_string(name_of(number)) if number else _UNKNOWN


def _of_node(
    node: str, inputs: tuple[str, ...], controls: frozenset[str], exists: Callable[[str], bool]
) -> Iterator[Loose]:
    for place, tensor in enumerate(inputs):
        if tensor[:1] == "^":
            if tensor[1:] not in controls:
                yield Loose(LOST_CONTROL, node, tensor, place)
        elif not exists(tensor):
            yield Loose(LOST_INPUT, node, tensor, place)


def _outputs(graph: Graph, use: Use, registry: Registry) -> Mapping[tuple[str, int], str] | None:
    """The outputs of a node as (argument, place), None where its op is unknown or a function's name."""
    op = None if use.op in graph.functions else registry.op(use.op)
    return None if op is None else signature_of(use, op).outputs


def _count(registry: Registry, use: Use, node: str, inputs: tuple[str, ...]) -> Iterator[Loose]:
    """More or fewer inputs than the op takes with these attributes; a missing attribute is another fault."""
    op = registry.op(use.op)
    if op is None or not _is_counted(use, op):
        return
    wanted = signature_of(use, op).inputs
    given = [name for name in inputs if name[:1] != "^"]
    types = ", ".join(dtype for _, _, dtype in wanted)
    if len(given) < len(wanted):
        yield Loose(TOO_FEW, node, use.op, len(given), types, use.op)
    elif len(given) > len(wanted):
        yield Loose(TOO_MANY, node, given[len(wanted)], len(given), types, use.op)


def _is_counted(use: Use, op: OpFacts) -> bool:
    given = {name for name, _, _ in use.attrs}
    needed = chain.from_iterable((arg.number_attr, arg.type_list_attr, arg.type_attr) for arg in op.inputs)
    return all(name in given or op.attrs[name].has_default for name in needed if name in op.attrs)
