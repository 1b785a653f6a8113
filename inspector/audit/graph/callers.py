"""Who calls a function of the library, and with what: argument by argument, and what queues and datasets are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.strings import inputs_of
from inspector.audit.graph.table import table
from inspector.graphs.walk import called, node_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.audit.graph.units import Unit
    from inspector.terms.graph import Function, Node

__all__ = ["Callers", "element_position", "inputs_of"]

# Position of the input that becomes a function's first argument.
_FIRST_ARGUMENT = {
    "If": 1, "StatelessIf": 1, "_If": 1, "Case": 1, "StatelessCase": 1, "RemoteCall": 1, "While": 0,
    "StatelessWhile": 0, "_While": 0, "PartitionedCall": 0, "StatefulPartitionedCall": 0, "TPUPartitionedCall": 0,
    "XlaLaunchV2": 0, "SymbolicGradient": 0, "For": 3, "BatchFunction": 0, "MapDefun": 0,
}  # fmt: skip
# Datasets whose function takes the elements of input 0 and then the captures that follow that input. Others lay their
# inputs out in other ways (states, several functions): there any input may be any argument.
_MAPPINGS = frozenset({
    "MapDataset", "ParallelMapDataset", "ParallelMapDatasetV2", "FlatMapDataset", "InterleaveDataset", "FilterDataset",
    "ParallelInterleaveDatasetV2", "ParallelInterleaveDatasetV3", "ParallelInterleaveDatasetV4", "TakeWhileDataset",
})  # fmt: skip
_LOOPS = frozenset({"While", "StatelessWhile", "_While"})
# Ops that hand out what was put into a queue or dataset: the position of that input.
_ELEMENTS = dict.fromkeys(
    (
        "QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2", "QueueDequeueUpTo",
        "QueueDequeueUpToV2", "IteratorGetNext", "IteratorGetNextSync", "IteratorGetNextAsOptional",
        "DatasetToSingleElement", "OptionalGetValue",
    ),
    0,
)  # fmt: skip
_QUEUES = frozenset({
    "FIFOQueue", "FIFOQueueV2", "RandomShuffleQueue", "RandomShuffleQueueV2", "PaddingFIFOQueue", "PaddingFIFOQueueV2",
    "PriorityQueue", "PriorityQueueV2",
})  # fmt: skip
_PUTS = frozenset({"QueueEnqueue", "QueueEnqueueV2", "QueueEnqueueMany", "QueueEnqueueManyV2", "MakeIterator"})


def element_position(node: Node) -> int | None:
    """The input of a node that holds the elements which it hands out; None for other ops."""
    if (
        node.op in _ELEMENTS
        or node.op in _QUEUES
        or "Dataset" in node.op
        or node.op.startswith(("Iterator", "OneShot"))
    ):
        return 0
    return None


class Callers:
    """The calls of one graph."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._arguments: dict[str, Mapping[str, int]] = {}
        self._passed: dict[tuple[str, str], Sequence[tuple[str, str]]] = {}
        self._put: dict[str, Mapping[str, list[str]]] = {}

    def node(self, function: str, name: str) -> Node | None:
        """The node of a function by name."""
        place = self._unit.places[function].get(name) if function in self._unit.places else None
        return None if place is None else self._unit.bodies[function][place]

    def arguments(self, function: str) -> Mapping[str, int]:
        """The arguments of a function with their positions."""
        if function not in self._arguments:
            names = self._unit.arguments(function) if function in self._unit.functions else ()
            self._arguments[function] = {name: index for index, name in enumerate(names)}
        return self._arguments[function]

    def is_concrete(self, function: str) -> bool:
        """Whether the object graph names the function, so that anybody may call it."""
        return self._unit.meta is not None and function in self._unit.meta.concrete_functions

    def bound(self, function: str, argument: str) -> int | None:
        """The object that the object graph binds to the argument: captures come last."""
        if self._unit.meta is None or not self.is_concrete(function):
            return None
        objects = self._unit.meta.concrete_functions[function].bound_inputs
        place = self.arguments(function)[argument] - (len(self.arguments(function)) - len(objects))
        return objects[place] if place >= 0 else None

    def targets(self, node: Node) -> tuple[str, ...]:
        """The functions whose results are the node's."""
        if not (table().may_call(node.op) or node.op in self._unit.functions):
            return ()
        found = called(node, self._unit.functions)
        # The condition of a loop gives a truth value, which is none of the loop's results.
        return tuple(name for attr, name in found if not (attr == "cond" and node.op in _LOOPS))

    def output(self, function: Function, tensor: str, *, is_direct: bool) -> str:
        """The output of a function that a call's tensor stands for: `call:output:1` or `call:1`.

        `is_direct`: the op is the function itself, so that outputs go by its own names: `call:NAME:0`.
        """
        parts = tensor.split(":")
        names = [output.name for output in function.outputs]
        if is_direct and len(parts) > 1 and parts[1] in names:
            return parts[1]
        number = int(parts[-1]) if len(parts) > 1 and parts[-1].isdigit() else 0
        return names[number] if number < len(names) else ""

    def passed(self, function: str, argument: str) -> Sequence[tuple[str, str]]:
        """(caller, tensor) for everything that callers pass as that argument."""
        key = (function, argument)
        if key not in self._passed:
            self._passed[key] = tuple(dict.fromkeys(self._all_passed(function, argument)))
        return self._passed[key]

    def _all_passed(self, function: str, argument: str) -> Iterator[tuple[str, str]]:
        position = self.arguments(function)[argument]
        for caller, index, _ in self._unit.sites.get(function, ()):
            node = self._unit.bodies[caller][index]
            yield from ((caller, tensor) for tensor in self._given(function, node, position))
            body = next((name for attr, name in self._unit.callees[caller, index] if attr == "body"), "")
            if node.op in _LOOPS and body:  # what an iteration returns is the next one's argument
                outputs = self._unit.functions[body].outputs
                if position < len(outputs):
                    yield body, self._unit.functions[body].returns.get(outputs[position].name, "")

    def _given(self, function: str, node: Node, position: int) -> Sequence[str]:
        """The inputs of a calling node that become that argument; a dataset's elements are its first input."""
        inputs = inputs_of(node)
        if node.op == function or node.op in _FIRST_ARGUMENT:
            place = position + _FIRST_ARGUMENT.get(node.op, 0)
            return inputs[place : place + 1]
        if node.op not in _MAPPINGS:
            return inputs
        captured = len(node.attrs["Targuments"].list.type) if "Targuments" in node.attrs else 0
        place = position - (len(self.arguments(function)) - captured)
        return inputs[1 + place : 2 + place] if place >= 0 else inputs[:1]

    def put_into(self, function: str, node: Node) -> Iterator[str]:
        """The tensors that a queue is given, or what a dataset is made of."""
        if node.op in _QUEUES or node.op.startswith("Iterator"):
            yield from self._puts(function).get(node.name, ())
        if node.op not in _QUEUES:
            yield from inputs_of(node)[:1]

    def _puts(self, function: str) -> Mapping[str, list[str]]:
        """Queue or iterator to what is put into it, in one body."""
        if function not in self._put:
            self._put[function] = self._all_puts(function)
        return self._put[function]

    def _all_puts(self, function: str) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in self._unit.bodies[function]:
            inputs = inputs_of(node)
            if node.op == "MakeIterator" and len(inputs) > 1:
                found.setdefault(node_of(inputs[1]), []).append(inputs[0])
            elif node.op in _PUTS and inputs:
                found.setdefault(node_of(inputs[0]), []).extend(inputs[1:])
        return found
