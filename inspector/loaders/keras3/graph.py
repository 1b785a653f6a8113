"""What `Function.__init__` of Keras 3 asks of the rebuilt graph: outputs that follow from the inputs, names used once.

Source: `map_graph` in keras/src/ops/function.py.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.masks import implicit_masks
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing

Node = tuple[str, int]
# Nested models count their own making as a call.
_MODELS = frozenset({"Functional", "Model"})


@record
class Ends:
    """The graph's inputs and outputs as nodes, (layer, call)."""

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]


def check_graph(
    session: Session, graph: Mapping[str, Any], created: Mapping[str, Thing], pointer: str
) -> list[str] | None:
    """The operations' names in the model's order; None where the graph is not followed.

    LoadFailure as the constructor raises it. `graph` holds the stored layers, inputs and outputs.
    """
    ends = Ends(
        tuple(_nodes(graph["input_layers"], created)),
        tuple(_nodes(graph["output_layers"], created)),
    )
    if not ends.inputs:
        return None
    if any(created[name].class_name != "InputLayer" for name, _ in ends.inputs):
        return _behind(session, ends, created, pointer)
    reached = _reached(ends, created)
    # The order of the three is that of `Function.__init__`: `map_graph` looks for disconnected tensors, then for names
    # used twice; inputs that lead nowhere are asked for after it has returned.
    _check_connected(session, ends, reached, created, pointer)
    _check_names(session, graph, {*(name for name, _ in reached), *(name for name, _ in ends.inputs)}, created, pointer)
    _check_used(session, ends, created, pointer)
    return _ordered(ends, reached)


def _behind(session: Session, ends: Ends, created: Mapping[str, Thing], pointer: str) -> list[str] | None:
    """The same for inputs in the middle of a graph: what leads to them is left out, and a new input put there.

    Source: `clone_graph_nodes` in keras/src/models/functional.py.
    """
    reached = _reached(ends, created, ends.inputs)
    _check_connected(session, ends, reached, created, pointer)
    taken = {source for sources in reached.values() for source in sources}
    if (3, 10) <= session.release < (3, 14) and any(node not in taken for node in ends.inputs):
        raise _idle(ends.inputs[0][0], pointer)
    order = _ordered(ends, reached)
    kept = {name for name, index in reached if (name, index) not in ends.inputs}
    return None if order is None else [name for name in order if name in kept]


def _ordered(ends: Ends, reached: Mapping[Node, list[Node]]) -> list[str] | None:
    """`map_graph`: operations by their distance from the outputs, then by when the walk from those met them."""
    walk = _Walk(reached, set(ends.inputs))
    for node in ends.outputs:
        walk.visit(node)
    depths: dict[str, int] = {}
    nodes: dict[Node, int] = {}
    for node in reversed(walk.finished):
        depths[node[0]] = nodes[node] = max(nodes.get(node, 0), depths.get(node[0], 0))
        for source in walk.sources(node):
            nodes[source] = max(nodes[node] + 1, nodes.get(source, 0))
    for name, _ in ends.inputs:
        # Inputs that nothing takes stand at the end, before what else has their depth.
        if name not in depths:
            depths[name], walk.met[name] = 0, -1
    if any(name not in walk.met for name in depths):
        return None
    return sorted(depths, key=lambda name: (-depths[name], walk.met[name]))


class _Walk:
    """The walk from the outputs to the inputs, depth first (`_build_map`)."""

    def __init__(self, reached: Mapping[Node, list[Node]], inputs: set[Node]) -> None:
        self._reached = reached
        self._inputs = inputs
        self.met: dict[str, int] = {}
        self.finished: list[Node] = []
        self._seen: set[Node] = set()

    def sources(self, node: Node) -> list[Node]:
        """The calls whose outputs this one takes."""
        return [] if node in self._inputs else self._reached.get(node, [])

    def visit(self, node: Node) -> None:
        """Note the call and all before it; graphs are as deep as models, which a loop bears and recursion does not."""
        waiting = [(node, False)]
        while waiting:
            one, done = waiting.pop()
            if done:
                self.finished.append(one)
            elif one not in self._seen:
                self._seen.add(one)
                self.met.setdefault(one[0], len(self.met))
                waiting.append((one, True))
                waiting.extend((source, False) for source in reversed(self.sources(one)))


def _nodes(tensors: Any, created: Mapping[str, Thing]) -> Iterator[Node]:
    """The nodes of stored tensors, in whatever structure they stand."""
    if isinstance(tensors, dict):
        for value in tensors.values():
            yield from _nodes(value, created)
    elif isinstance(tensors, list | tuple):
        if len(tensors) == 3 and isinstance(tensors[0], str) and tensors[0] in created:  # noqa: PLR2004 - layer, node, tensor
            # Stored indices of nested models begin at the call that made them, ours at the first real call.
            shift = 1 if created[tensors[0]].class_name in _MODELS and tensors[1] else 0
            index = tensors[1] - shift
            # Counted from the end, as Python's lists are.
            yield tensors[0], index + created[tensors[0]].nodes if index < 0 else index
        else:
            for value in tensors:
                yield from _nodes(value, created)


def _reached(ends: Ends, created: Mapping[str, Thing], until: tuple[Node, ...] = ()) -> dict[Node, list[Node]]:
    """Every node that the outputs need, with the nodes that it takes its tensors from; those of `until` take none."""
    found: dict[Node, list[Node]] = {}
    waiting = list(ends.outputs)
    while waiting:
        node = waiting.pop()
        if node in found or node[0] not in created:
            continue
        calls = created[node[0]].calls
        known = 0 <= node[1] < len(calls) and node not in until
        found[node] = [(name, index) for name, index, _ in calls[node[1]]] if known else []
        waiting.extend(found[node])
    return found


def _check_connected(
    session: Session, ends: Ends, reached: Mapping[Node, list[Node]], created: Mapping[str, Thing], pointer: str
) -> None:
    """Every input that the outputs need must be one of the model's."""
    for node, sources in reached.items():
        for name, index in sources:
            if created.get(name) is None or created[name].class_name != "InputLayer" or (name, index) in ends.inputs:
                continue
            shape = created[name].outputs[0] if created[name].outputs else None
            ragged = " ragged=False," if session.release >= (3, 9) else ""
            text = (
                f"Graph disconnected: cannot find parent for tensor <KerasTensor shape={shape}, dtype=float32, "
                f"sparse=False,{ragged} name={name}> at operation '{created[node[0]]}'. The following previous "
                "operations were accessed without issue: []"
            )
            raise LoadFailure("ValueError", text, "KER111", name, pointer, {"layers": name})


def _check_names(
    session: Session, graph: Mapping[str, Any], used: set[str], created: Mapping[str, Thing], pointer: str
) -> None:
    """No two operations may have one name; those that masks bring along have names of their own choice."""
    names = [str(created[name].config["name"]) for name in used if name in created and "name" in created[name].config]
    names += implicit_masks(session, graph["layers"])
    for name, count in Counter(names).items():
        if count > 1:
            text = f'The name "{name}" is used {count} times in the model. All operation names should be unique.'
            details = {"class": "Functional", "key": "name", "value": name}
            raise LoadFailure("ValueError", text, "KER103", details["class"], pointer, details)


def _check_used(session: Session, ends: Ends, created: Mapping[str, Thing], pointer: str) -> None:
    """From 3.10 to 3.13 an input that no layer takes is refused."""
    if not (3, 10) <= session.release < (3, 14):
        return
    # `_outbound_nodes` is what Keras asks, so that a call whose result leads to no output is enough to count as
    # connected.
    taken = {name for layer in created.values() for call in layer.calls for name, _, _ in call}
    idle = next((name for name, _ in ends.inputs if name not in taken), None)
    if idle is not None:
        raise _idle(idle, pointer)


def _idle(name: str, pointer: str) -> LoadFailure:
    text = "`inputs` not connected to `outputs`"
    return LoadFailure("ValueError", text, "KER111", name, pointer, {"layers": name})
