"""How a graph uses its ops: the distinct (op, attributes) pairs, and the order in which TensorFlow meets them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import is_young
from inspector.terms.dtypes import name_of
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence

    from inspector.loaders.graph.cache import Registry
    from inspector.terms.graph import Graph, Node

R = TypeVar("R")

# One attribute of a node as far as an OpDef can object to it: name, kind of AttrValue, value.
# Values: dtype names, short strings, numbers; None where any value will do (tensors, shapes, functions).
Attr = tuple[str, str, Any]
_LONGEST = 64  # allowed string values (padding, data_format, methods) have at most 17 characters


@record(eq=False)
class Use:
    """One way in which an op is used: what an OpDef is held against. Equal uses of a graph are one object."""

    op: str
    attrs: frozenset[Attr]
    judged: dict[Hashable, tuple[object, Any]] = field(default_factory=dict)

    def once(self, question: str, fact: object, answer: Callable[[], R]) -> R:
        """The answer that this fact (an OpDef, an op's kernels) gives: most releases share most of theirs."""
        key = (question, id(fact))
        found = self.judged.get(key)
        if found is None:  # the fact is kept with the answer, so that its identity stays its own
            found = self.judged[key] = (fact, answer())
        result: R = found[1]
        return result


class Uses:
    """Distinct uses of a part of a graph, and what was found out of them by the OpDefs that releases register.

    Most releases share most OpDefs, neighbours often all that a model needs: what depends on nothing else is found
    once for all of them (docs/performance.md).
    """

    __slots__ = ("_answers", "_facts", "_names", "distinct", "young")

    def __init__(self, found: Iterable[Use], functions: Container[str]) -> None:
        # A node may name a function of its library instead of an op (`defun_with_attributes`, functional loops).
        self.distinct = frozenset(use for use in found if use.op not in functions)
        self.young = tuple(use for use in self.distinct if any(_is_young(value) for _, _, value in use.attrs))
        self._names = tuple({use.op for use in self.distinct})
        self._facts: dict[tuple[int, str], tuple[Registry, tuple[object, ...]]] = {}
        self._answers: dict[Hashable, tuple[object, Any]] = {}

    def by_ops(self, registry: Registry, question: Hashable, answer: Callable[[], R]) -> R:
        """The answer to a question that only the registered OpDefs decide."""
        return self._once(question, self._of(registry, "ops"), answer)

    def by_kernels(self, registry: Registry, question: Hashable, answer: Callable[[], R]) -> R:
        """The answer to a question that only the registered OpDefs and kernels decide."""
        return self._once(question, self._of(registry, "kernels"), answer)

    def _of(self, registry: Registry, what: str) -> tuple[object, ...]:
        """What the release registers for these ops, looked up once a release."""
        found = self._facts.get((id(registry), what))
        if found is None:
            facts: tuple[object, ...] = tuple(map(registry.op, self._names))
            if what == "kernels":
                facts += tuple(map(registry.kernels, self._names))
            found = self._facts[id(registry), what] = (registry, facts)
        return found[1]

    def _once(self, question: Hashable, facts: tuple[object, ...], answer: Callable[[], R]) -> R:
        key = (question, *map(id, facts))
        found = self._answers.get(key)
        if found is None:  # the facts are kept with the answer, so that their identities stay theirs
            found = self._answers[key] = (facts, answer())
        result: R = found[1]
        return result


def _is_young(value: object) -> bool:
    """Whether an attribute holds a dtype that older releases do not know (see graph_check)."""
    return any(map(is_young, value)) if isinstance(value, tuple) else is_young(value)


@record
class Body:
    """The uses of one function (or of the graph itself), by node in node order, and each once."""

    name: str
    nodes: tuple[tuple[str, Use], ...]
    uses: frozenset[Use]


@once_per_graph
def library(graph: Graph) -> Mapping[str, Body]:
    """The bodies of every library function, in file order."""
    known: dict[Any, Use] = {}
    return {name: _body(name, function.nodes, known) for name, function in graph.functions.items()}


@once_per_graph
def main_body(graph: Graph) -> Body:
    """The body of the graph itself."""
    return _body("", graph.nodes, {})


@once_per_graph
def library_uses(graph: Graph) -> Uses:
    """Every distinct use in the library."""
    return Uses(chain.from_iterable(body.uses for body in library(graph).values()), graph.functions)


@once_per_graph
def main_uses(graph: Graph) -> Uses:
    """Every distinct use in the graph itself."""
    return Uses(main_body(graph).uses, graph.functions)


def _body(name: str, nodes: Sequence[Node], known: dict[Any, Use]) -> Body:
    used = tuple((node.name, _use(node, known)) for node in nodes)
    return Body(name, used, frozenset(use for _, use in used))


def _use(node: Node, known: dict[Any, Use]) -> Use:
    """The node's use; equal uses are one object, so that sets of them stay small."""
    # Attributes that begin with an underscore are annotations: ValidateNodeDef in
    # tensorflow/core/framework/node_def_util.cc leaves them out, so that no OpDef objects to them.
    key = (node.op, frozenset(_attr(name, value) for name, value in node.attrs.items() if name[:1] != "_"))
    found = known.get(key)
    if found is None:
        found = known[key] = Use(*key)
    return found


def _attr(name: str, value: Any) -> Attr:
    kind = value.WhichOneof("value") or ""
    decode = _DECODE.get(kind)
    return (name, _of_items(value) if kind == "list" else kind, None if decode is None else decode(value))


def _of_items(value: Any) -> str:
    """`list(type)`, ...: the kind of a list by its items (AttrValueHasType); `list` where empty."""
    return next((f"list({_ITEMS[field.name]})" for field, _ in value.list.ListFields()), "list")


_ITEMS = {
    "s": "string",
    "i": "int",
    "f": "float",
    "b": "bool",
    **{name: name for name in ("type", "shape", "tensor", "func")},
}


def _text(value: Any) -> str | None:
    data: bytes = value.s
    return data.decode("latin-1") if len(data) <= _LONGEST else None


def _list(value: Any) -> Any:
    """The list's dtypes or short strings, else its length (for a least length)."""
    items = value.list
    if items.type:
        return tuple(map(name_of, items.type))
    if items.s:
        return tuple(s.decode("latin-1") if len(s) <= _LONGEST else None for s in items.s)
    return max((len(values) for _, values in items.ListFields()), default=0)


_DECODE = {"type": lambda v: name_of(v.type), "s": _text, "i": lambda v: v.i, "b": lambda v: v.b, "list": _list}
