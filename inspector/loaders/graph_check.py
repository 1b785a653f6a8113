"""Holds the way in which a graph uses an op against the OpDef that a release registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph_cache import Registry
    from inspector.loaders.graph_uses import Attr, Use
    from inspector.runtime.facts import OpAttr, OpFacts

UNKNOWN_OP, UNKNOWN_ATTR, MISSING_ATTR = "unknown_op", "unknown_attr", "missing_attr"
BAD_VALUE, REMOVED = "bad_type", "removed"

# DataTypeString in tensorflow/core/framework/types.cc differs from tf.DType.name in these.
_DATA_TYPE_STRINGS = {"float32": "float", "float64": "double", "float16": "half"}


@record
class Fault:
    """What an OpDef objects to. `subject` tells faults of one kind apart; `fields` fill the recorded text."""

    kind: str
    op: str
    subject: str
    fields: Mapping[str, str] = field(default_factory=dict)


def faults(use: Use, registry: Registry) -> tuple[Fault, ...]:
    """Every fault of a use but its removal, in the order of ValidateNodeDef."""
    op = registry.op(use.op)
    if op is None:
        return (Fault(UNKNOWN_OP, use.op, use.op, {"op": use.op}),)
    return use.once("faults", op, lambda: tuple(_of_attrs(use, op)))


def _of_attrs(use: Use, op: OpFacts) -> Iterator[Fault]:
    given = {attr[0]: attr for attr in use.attrs}
    for name in sorted(given):
        declared = op.attrs.get(name)
        if declared is None:
            yield _fault(UNKNOWN_ATTR, op, name)
        else:
            yield from _of_value(given[name], declared, op)
    for name, declared in op.attrs.items():
        if name not in given and not declared.has_default:
            yield _fault(MISSING_ATTR, op, name)


def _fault(kind: str, op: OpFacts, attr: str, **more: str) -> Fault:
    return Fault(kind, op.name, f"{op.name}.{attr}", {"op": op.name, "attr": attr, "op_def": op.summary, **more})


def _of_value(attr: Attr, declared: OpAttr, op: OpFacts) -> Iterator[Fault]:
    """A value outside `allowed`. Kinds that disagree with the declaration were not met in what releases write."""
    name, kind, value = attr
    if not declared.allowed or value is None or kind not in {"type", "s", "list"}:
        return
    values = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
    for item in values:
        if item is not None and item not in declared.allowed:
            shown = [data_type_string(v) if "type" in declared.type else f'"{v}"' for v in (item, *declared.allowed)]
            yield _fault(BAD_VALUE, op, name, value=shown[0], allowed=", ".join(shown[1:]))
            return


def removal(op: OpFacts, producer: int) -> Iterator[Fault]:
    """An op that was removed at a GraphDef version may only stand in graphs of an older producer."""
    if op.deprecated and producer >= op.deprecated:
        text = {"version": str(op.deprecated), "producer": str(producer), "explanation": op.deprecation_text}
        yield Fault(REMOVED, op.name, op.name, {"op": op.name, **text})


def data_type_string(name: str) -> str:
    """The name of a dtype in messages of the C++ side."""
    base = name.removesuffix("_ref")
    return _DATA_TYPE_STRINGS.get(base, base) + ("_ref" if base != name else "")
