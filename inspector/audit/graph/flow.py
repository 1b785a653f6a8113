"""Resolves a tensor of text backwards to what decides it: through string ops, calls, captures, queues and datasets.

Bounded: each query remembers what it resolved, a cycle adds nothing to itself, and where steps or depth run out the
value is DYNAMIC and says so.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from inspector.audit.graph.callers import Callers, element_position, inputs_of
from inspector.audit.graph.strings import PASSES, PICKS, READS, constant, is_disguise, plain, transformed
from inspector.audit.graph.values import Source, Value, distinct, joined
from inspector.graphs.walk import node_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from inspector.audit.graph.units import Unit
    from inspector.terms.graph import Node

    Values = tuple[Value, ...]

# Steps for one graph, and for each risky node more: a path takes some tens in real models, and what is known is not
# walked again; 20,000 take a tenth of a second.
STEP_LIMIT, STEPS_FOR_EACH = 20_000, 50
# Each level takes up to four frames of Python's 1,000; paths of real models are some ten ops deep.
DEPTH_LIMIT = 100
_TOO_FAR = (Value(Source.DYNAMIC, "{not followed further}", is_hidden=True),)


class Flow:
    """The values of one graph, where a loader feeds the saver's file name, or the paths of assets, or neither.

    `_run_init_op` of loader_impl.py feeds the assets, and only there: in a signature such a Const is what it says.
    """

    def __init__(self, unit: Unit, *, saver: bool = False, assets: bool = False) -> None:
        self._unit = unit
        self._feeds_saver = saver
        self._feeds_assets = assets
        self._known: dict[tuple[str, str], Values] = {}
        self._open: set[tuple[str, str]] = set()
        self._cut = False
        self._steps = STEP_LIMIT + STEPS_FOR_EACH * len(unit.risky)
        self._callers = Callers(unit)

    def values(self, function: str, tensor: str) -> Values:
        """Every value that the tensor of that function ("" for the graph itself) can have."""
        self._steps -= 1  # whatever comes of it: many ways into few tensors are many steps too
        key = (function, tensor)
        if key in self._known:
            return self._known[key]
        if key in self._open:  # a loop's own value is decided by what enters it
            self._cut = True
            return ()
        if self._steps <= 0 or len(self._open) > DEPTH_LIMIT:
            return _TOO_FAR
        return self._resolve(key)

    def _resolve(self, key: tuple[str, str]) -> Values:
        """Values found while a cycle was cut short hold only inside it: only its outermost tensor's are kept."""
        before, self._cut = self._cut, False
        self._open.add(key)
        found = distinct(self._of_tensor(*key))
        self._open.discard(key)
        if not self._cut or not self._open:
            self._known[key] = found
        self._cut = (self._cut or before) and bool(self._open)
        return found

    def _of_tensor(self, function: str, tensor: str) -> Values:
        node = self._callers.node(function, node_of(tensor))
        seen: set[str] = set()
        while node is not None and node.op in PASSES and not self._is_special(function, node):
            tensor = next(iter(inputs_of(node)[PASSES[node.op] :]), "")
            if node.name in seen or (function, tensor) in self._open:  # a cycle adds nothing to itself
                self._cut = True
                return ()
            seen.add(node.name)
            node = self._callers.node(function, node_of(tensor))
        self._steps -= len(seen)
        if node is None:
            return self._of_argument(function, node_of(tensor))
        return self._fed(node) if self._is_special(function, node) else self._of_node(function, node, tensor)

    def _of_node(self, function: str, node: Node, tensor: str) -> Values:
        rule = self._rules.get(node.op)
        if rule is not None:
            return rule(function, node)
        if node.op in PICKS:
            return self._all(function, inputs_of(node)[slice(*PICKS[node.op])])
        targets = self._callers.targets(node)
        if targets and "Dataset" not in node.op:
            return tuple(v for name in targets for v in self._result(name, tensor, is_direct=name == node.op))
        return self._computed(function, node)

    @cached_property
    def _rules(self) -> Mapping[str, Callable[[str, Node], Values]]:
        return {
            "Const": lambda _, node: constant(node),
            "HostConst": lambda _, node: constant(node),
            "StringJoin": self._join,
            "StringFormat": self._format,
            "ShardedFilename": lambda function, node: self._parts(function, inputs_of(node)[:1], "-?-of-?"),
            "ShardedFilespec": lambda function, node: self._parts(function, inputs_of(node)[:1], "-*-of-?"),
            "AddV2": lambda function, node: self._parts(function, inputs_of(node)[:2]),
            "Add": lambda function, node: self._parts(function, inputs_of(node)[:2]),
            "Placeholder": lambda _, node: (Value(Source.INPUT, "{" + node.name + "}"),),
            "PlaceholderV2": lambda _, node: (Value(Source.INPUT, "{" + node.name + "}"),),
            "PlaceholderWithDefault": self._with_default,
            "ReadVariableOp": self._variable,
            "VarHandleOp": lambda _, node: self._assigned(node),
            "VariableV2": lambda _, node: self._assigned(node),
            "Variable": lambda _, node: self._assigned(node),
        }

    def _all(self, function: str, tensors: Iterable[str]) -> Values:
        found: list[Value] = []
        for tensor in tensors:
            found += self.values(function, tensor)
            if self._steps <= 0:
                return (*found, *_TOO_FAR)
        return tuple(found)

    def _parts(self, function: str, tensors: Iterable[str], tail: str = "") -> Values:
        parts = [self.values(function, tensor) for tensor in tensors]
        return joined(parts + ([(Value(Source.CONST, tail),)] if tail else []))

    def _join(self, function: str, node: Node) -> Values:
        separator = plain(node, "separator")
        return joined([self.values(function, tensor) for tensor in inputs_of(node)], separator)

    def _format(self, function: str, node: Node) -> Values:
        """`StringFormat`: the template's placeholders in order."""
        mark = plain(node, "placeholder") or "%s"
        pieces = plain(node, "template").split(mark)
        parts: list[Values] = [(Value(Source.CONST, pieces[0]),)]
        for tensor, piece in zip(inputs_of(node), pieces[1:], strict=False):
            parts += [self.values(function, tensor), (Value(Source.CONST, piece),)]
        return joined(parts)

    def _with_default(self, function: str, node: Node) -> Values:
        default = self._all(function, inputs_of(node)[:1])
        return default or (Value(Source.INPUT, "{" + node.name + "}"),)

    # What the loader feeds: the saver's file name, and the paths of assets.

    def _is_special(self, function: str, node: Node) -> bool:
        if function:
            return False
        is_asset = node.name in self._assets and (self._feeds_assets or node.op != "Const")
        return is_asset or (self._feeds_saver and node.name == self._saver)

    def _fed(self, node: Node) -> Values:
        if node.name in self._assets:
            return (Value(Source.ASSET, f"assets/{self._assets[node.name]}"),)
        return (Value(Source.SAVER, "{checkpoint}"),)

    @cached_property
    def _assets(self) -> Mapping[str, str]:
        meta = self._unit.meta
        return {node_of(tensor): name for tensor, name in meta.assets} if meta else {}

    @cached_property
    def _saver(self) -> str:
        meta = self._unit.meta
        return node_of(meta.saver["filename_tensor_name"]) if meta and meta.saver else ""

    # Variables of text: what the graph itself assigns, else what the checkpoint holds.

    def _variable(self, function: str, node: Node) -> Values:
        return self._all(function, inputs_of(node)[:1])

    def _assigned(self, node: Node) -> Values:
        sources = self._assignments.get(node.name, ())
        return self._all("", sources) or (Value(Source.DYNAMIC, "{variable " + node.name + "}"),)

    @cached_property
    def _assignments(self) -> Mapping[str, list[str]]:
        """Variable to the tensors that the graph itself assigns to it."""
        found: dict[str, list[str]] = {}
        for node in self._unit.graph.nodes:
            if node.op in {"AssignVariableOp", "Assign"} and len(inputs_of(node)) > 1:
                target, value = inputs_of(node)[:2]
                found.setdefault(node_of(target), []).append(value)
        return found

    # Everything else: computed, but out of what?

    def _computed(self, function: str, node: Node) -> Values:
        """An op without a rule: file contents and the caller's inputs shine through, else it is computed by that op."""
        if node.op in READS:
            place = self._unit.place(function, node.name)
            return (Value(Source.DYNAMIC, f"{{contents read by {node.name}}}", is_hidden=True, reads=place),)
        if element_position(node) is not None:
            return self.elements(function, node)
        # Which inputs matter is not known of every op: each of them may decide the text.
        inputs = self._all(function, inputs_of(node))
        exact = transformed(node, inputs)
        if exact:
            return exact
        return (_mixed(node, inputs),)

    def elements(self, function: str, node: Node) -> Values:
        """What a queue, a dataset or an iterator hands out: anything that was put in, or that a mapping returns."""
        if "Map" in node.op or "Interleave" in node.op:
            targets = self._callers.targets(node)
            returned = ((name, tensor) for name in targets for tensor in self._unit.functions[name].returns.values())
            return tuple(value for name, tensor in returned for value in self.values(name, tensor))
        return self._all(function, self._callers.put_into(function, node)) or (
            Value(Source.DYNAMIC, f"{{element of {node.name}}}"),
        )

    # Calls: results of functions, and arguments out of every caller.

    def _result(self, name: str, tensor: str, *, is_direct: bool) -> Values:
        function = self._unit.functions[name]
        output = self._callers.output(function, tensor, is_direct=is_direct)
        return self.values(name, function.returns[output]) if output in function.returns else ()

    def _of_argument(self, function: str, name: str) -> Values:
        """An argument: what every caller passes, what the object graph binds to it; else the caller's input."""
        if not function or name not in self._callers.arguments(function):
            return (Value(Source.DYNAMIC, f"{{no node {name}}}"),)
        found: list[Value] = []
        for place, tensor in self._callers.passed(function, name):
            found += self.values(place, tensor)
            if self._steps <= 0:
                return (*found, *_TOO_FAR)
        bound = self._callers.bound(function, name)
        if bound is not None:
            return (*found, *self._of_object(bound))
        # A function of the object graph is called by anybody, one that nothing calls perhaps by name.
        is_called = not found or self._callers.is_concrete(function)
        return (*found, *((Value(Source.INPUT, "{" + name + "}"),) if is_called else ()))

    def _of_object(self, index: int) -> Values:
        """A captured object of the object graph."""
        meta = self._unit.meta
        node = meta.objects[index] if meta is not None and 0 <= index < len(meta.objects) else None
        if meta is None or node is None:
            return (Value(Source.DYNAMIC, f"{{no object {index}}}"),)
        if node.kind == "asset":
            number = node.message.asset.asset_file_def_index
            name = meta.assets[number][1] if number < len(meta.assets) else "?"
            return (Value(Source.ASSET, f"assets/{name}"),)
        if node.kind == "constant":  # the eager loader takes the node's attribute, whatever else the graph says of it
            named = self._callers.node("", node.message.constant.operation)
            return constant(named) if named is not None else (Value(Source.DYNAMIC, f"{{no node of object {index}}}"),)
        if node.kind == "captured_tensor":
            captured = node.message.captured_tensor
            return self.values(captured.concrete_function, captured.name)
        return (Value(Source.DYNAMIC, f"{{{node.kind or 'object'} {index}}}"),)


def _mixed(node: Node, inputs: Values) -> Value:
    """What an op makes of its inputs, whose exact text is not worked out."""
    tainted = next((value for value in inputs if value.reads), None)
    if tainted is not None:
        return Value(Source.DYNAMIC, f"{{{node.op} of {tainted.text}}}"[:200], is_hidden=True, reads=tainted.reads)
    given = next((value for value in inputs if value.source is Source.INPUT), None)
    if given is not None:
        return Value(Source.INPUT, f"{{{node.op} of {given.text}}}"[:200])
    return Value(Source.DYNAMIC, f"{{{node.op}}}", is_disguise(node.op))
