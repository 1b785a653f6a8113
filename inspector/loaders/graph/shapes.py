"""Shapes along a graph as far as they follow from constants, placeholders and variables, and where they contradict.

Shape inference runs while a graph or function is imported (tensorflow/core/common_runtime/shape_refiner.cc). What a
node claims in `_output_shapes` is merged with what was inferred (ValidateShape in graph_constructor.cc). Only ops whose
shapes are the same in every release are followed; the rest gives no shape, and nothing is said of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.graph.cache import once_per_graph
from inspector.loaders.graph.check import data_type_string
from inspector.terms.dtypes import name_of
from inspector.terms.finding import ExpectedError
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.loaders.graph.cache import Registry
    from inspector.loaders.graph.context import Context
    from inspector.terms.finding import Problem
    from inspector.terms.graph import Function, Graph, Node

# A shape as in TensorInfo: None for unknown rank, -1 for an unknown size.
Shape = tuple[int, ...] | None

_CLAIMED = "_output_shapes"
_LIKE_INPUT = frozenset(
    {
        *(
            "Identity",
            "Relu",
            "Relu6",
            "Elu",
            "Selu",
            "Tanh",
            "Sigmoid",
            "Neg",
            "Exp",
            "Log",
            "Sqrt",
            "Rsqrt",
            "Square",
        ),
        *(
            "Abs",
            "Sign",
            "Floor",
            "Ceil",
            "Round",
            "Cast",
            "StopGradient",
            "LogicalNot",
            "ZerosLike",
            "OnesLike",
            "Erf",
        ),
        *("Softplus", "Softsign", "Sin", "Cos", "Snapshot", "LeakyRelu", "Square", "Erf"),
    }
)
_BROADCAST = frozenset(
    {
        *("Add", "AddV2", "Sub", "Mul", "RealDiv", "Div", "Maximum", "Minimum", "SquaredDifference", "FloorDiv"),
        *("FloorMod", "Greater", "GreaterEqual", "Less", "LessEqual", "LogicalAnd", "LogicalOr"),
    }
)
_PAIR = 2


@record
class Contradiction:
    """A node whose shapes do not fit. `text` is what is said; `inputs` are their shapes where an op refuses them."""

    node: Node
    text: str
    inputs: tuple[Shape, ...] = ()


@once_per_graph
def contradictions(graph: Graph) -> Mapping[int, Contradiction]:
    """By the index of each node of the graph itself."""
    return dict(_Walk({}, graph.nodes).found())


@once_per_graph
def contradicting_functions(graph: Graph) -> Mapping[str, Contradiction]:
    """By function, its first node that contradicts."""
    found = {}
    for name, function in graph.functions.items():
        first = next((item for _, item in _Walk(_arguments(function), function.nodes).found()), None)
        if first is not None:
            found[name] = first
    return found


def _arguments(function: Function) -> dict[str, Shape]:
    """The shapes that a function lists for its arguments."""
    stored = function.attrs["_input_shapes"].list.shape if "_input_shapes" in function.attrs else ()
    if len(stored) != len(function.inputs):
        return {}
    return {argument.name: _shape(shape) for argument, shape in zip(function.inputs, stored, strict=True)}


def _shape(message: Any) -> Shape:
    return None if message.unknown_rank else tuple(dim.size for dim in message.dim)


class _Walk:
    """One graph or function, whose nodes are looked at when somebody asks for their shapes."""

    __slots__ = ("_nodes", "_shapes", "_sources")

    def __init__(self, arguments: Mapping[str, Shape], nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._sources = {node.name: node for node in nodes}
        self._shapes: dict[str, Shape] = dict(arguments)

    def found(self) -> Iterator[tuple[int, Contradiction]]:
        """Nodes come after their inputs in nearly every file; an input that does not gives no shape."""
        for index, node in enumerate(self._nodes):
            if node.op in _INFERRED:
                inferred, refused = _INFERRED[node.op](self, node)
                if refused:
                    yield index, Contradiction(node, refused, tuple(self.inputs(node)))
                    continue
                claimed, count = _claim(node)
                if count == 0:  # one for more outputs than there are is passed over
                    said = f"attribute specifies shapes for {count} outputs"
                    yield index, Contradiction(node, f"Node '{node.name}' has 1 outputs but the {_CLAIMED} {said}")
                text = _merge_error(inferred, claimed)
                if text:
                    said = (
                        f"Node '{node.name}' has an {_CLAIMED} attribute inconsistent with the GraphDef for output #0"
                    )
                    yield index, Contradiction(node, f"{said}: {text}")
                self._shapes[node.name] = inferred if inferred is not None else claimed

    def inputs(self, node: Node) -> list[Shape]:
        """The shapes of a node's data inputs; only first outputs are known."""
        return [self._of(name) for name in node.inputs if name[:1] != "^"]

    def _of(self, tensor: str) -> Shape:
        name, _, rest = tensor.partition(":")
        return self._shapes.get(name) if not rest or rest.rpartition(":")[2] == "0" else None

    def source(self, node: Node) -> Node | None:
        """The node behind the first input."""
        return self._sources.get(node.inputs[0].partition(":")[0]) if node.inputs else None


def _claim(node: Node) -> tuple[Shape, int | None]:
    """The shape that a node claims, and how many it lists: None where it claims nothing."""
    # A value of another kind is passed over, one without any value lists nothing.
    if _CLAIMED not in node.attrs or node.attrs[_CLAIMED].WhichOneof("value") not in {None, "list"}:
        return None, None
    shapes = node.attrs[_CLAIMED].list.shape
    return (_shape(shapes[0]) if shapes else None), len(shapes)


def _merge_error(inferred: Shape, claimed: Shape) -> str:
    """What InferenceContext::Merge says of two shapes, "" where they fit."""
    if inferred is None or claimed is None:
        return ""
    if len(inferred) != len(claimed):
        return f"Shapes must be equal rank, but are {len(inferred)} and {len(claimed)}"
    for place, (one, other) in enumerate(zip(inferred, claimed, strict=True)):
        if min(one, other) >= 0 and one != other:
            shown = f"Shapes are {shown_shape(inferred)} and {shown_shape(claimed)}."
            return f"Dimension {place} in both shapes must be equal, but are {one} and {other}. {shown}"
    return ""


def shown_shape(shape: Shape) -> str:
    """A shape as the C++ side prints it."""
    return "?" if shape is None else f"[{','.join('?' if size < 0 else str(size) for size in shape)}]"


_Result = tuple[Shape, str]


def _constant(_: _Walk, node: Node) -> _Result:
    return (_shape(node.attrs["value"].tensor.tensor_shape) if "value" in node.attrs else None), ""


def _declared(_: _Walk, node: Node) -> _Result:
    has_shape = "shape" in node.attrs and node.attrs["shape"].HasField("shape")
    return (_shape(node.attrs["shape"].shape) if has_shape else None), ""


def _handle(_: _Walk, node: Node) -> _Result:
    del node
    return (), ""


def _read(walk: _Walk, node: Node) -> _Result:
    source = walk.source(node)
    return _declared(walk, source) if source is not None and source.op == "VarHandleOp" else (None, "")


def _like_input(walk: _Walk, node: Node) -> _Result:
    shapes = walk.inputs(node)
    return (shapes[0] if shapes else None), ""


def _broadcast(walk: _Walk, node: Node) -> _Result:
    known = [shape for shape in walk.inputs(node) if shape is not None]
    if len(known) != _PAIR:
        return None, ""
    longest = max(map(len, known))
    one, other = ((1,) * (longest - len(shape)) + shape for shape in known)
    found: list[int] = []
    for left, right in zip(one, other, strict=True):
        if left > 1 and right > 1 and left != right:
            return None, f"Dimensions must be equal, but are {left} and {right}"
        found.append(right if left == 1 else left if right == 1 or left > 1 else right if right > 1 else left)
    return tuple(found), ""


def _matmul(walk: _Walk, node: Node) -> _Result:
    shapes = walk.inputs(node)
    if len(shapes) != _PAIR:
        return None, ""
    for shape in shapes:
        if shape is not None and len(shape) != _PAIR:
            return None, f"Shape must be rank 2 but is rank {len(shape)}"
    left, right = (_turned(s, node, n) for s, n in zip(shapes, ("transpose_a", "transpose_b"), strict=True))
    if min(left[1], right[0]) >= 0 and left[1] != right[0]:
        return None, f"Dimensions must be equal, but are {left[1]} and {right[0]}"
    return (left[0], right[1]), ""


def _turned(shape: Shape, node: Node, attr: str) -> tuple[int, int]:
    rows, columns = shape if shape is not None else (-1, -1)
    return (columns, rows) if attr in node.attrs and node.attrs[attr].b else (rows, columns)


_INFERRED = {
    "Const": _constant,
    **dict.fromkeys(("Placeholder", "VariableV2", "PlaceholderV2"), _declared),
    "VarHandleOp": _handle,
    "ReadVariableOp": _read,
    **dict.fromkeys(_LIKE_INPUT, _like_input),
    **dict.fromkeys(_BROADCAST, _broadcast),
    "MatMul": _matmul,
}
_NODES_QUOTED_SINCE = (2, 0)


def shape_problem(context: Context, found: Contradiction, function: str) -> Problem:
    """Shapes that contradict, in the graph itself or in that function."""
    node = found.node
    text = _text(found, context.registry, context.release, in_function=bool(function))
    pointer = f"library/{function}/{node.name}" if function else f"node/{node.name}"
    return context.problem("OPS111", node.op, pointer, ExpectedError("ValueError", text), node=node.name)


def _text(found: Contradiction, registry: Registry, release: tuple[int, ...], *, in_function: bool) -> str:
    """What the importer says; where an op refuses its inputs, with the node and all that it was given."""
    if not found.inputs:
        return found.text
    node, shapes = found.node, ", ".join(map(shown_shape, found.inputs))
    if release < _NODES_QUOTED_SINCE:
        return f"{found.text} for '{node.name}' (op: '{node.op}') with input shapes: {shapes}."
    inputs = ", ".join(_input(name, in_function=in_function) for name in node.inputs if name[:1] != "^")
    shown = f"{{{{node {node.name}}}}} = {node.op}[{_attrs(node, registry)}]({inputs})"
    return f"{found.text} for '{shown}' with input shapes: {shapes}."


def _input(name: str, *, in_function: bool) -> str:
    node, _, rest = name.partition(":")
    return f"{node}:{rest.rpartition(':')[2] or '0'}" if in_function else name


def _attrs(node: Node, registry: Registry) -> str:
    """Its attributes by name, with the defaults of those that are left out."""
    op = registry.op(node.op)
    declared = op.attrs if op is not None else {}
    shown = {name: _default(attr.default) for name, attr in declared.items() if attr.has_default}
    shown |= {name: _value(value) for name, value in node.attrs.items()}
    return ", ".join(f"{name}={shown[name]}" for name in sorted(shown))


def _default(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(value: Any) -> str:
    kind = value.WhichOneof("value")
    if kind == "type":
        return f"DT_{data_type_string(name_of(value.type)).upper()}"
    if kind == "list":
        return f"[{', '.join(shown_shape(_shape(shape)) for shape in value.list.shape)}]"
    return str(getattr(value, kind)).lower() if kind in {"b", "i"} else "..."
