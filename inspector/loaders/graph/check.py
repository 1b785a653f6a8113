"""Holds the way in which a graph uses an op against the OpDef that a release registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.dtypes import number_of
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.graph.cache import Registry
    from inspector.loaders.graph.uses import Attr, Use
    from inspector.runtime.facts import OpAttr, OpFacts

UNKNOWN_OP, UNKNOWN_ATTR, MISSING_ATTR = "unknown_op", "unknown_attr", "missing_attr"
BAD_VALUE, REMOVED = "bad_type", "removed"
NO_DTYPE, WRONG_KIND = "no_dtype", "wrong_kind"

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
    """A value of another kind, a reference or no dtype at all, or one outside `allowed` (AttrValueHasType)."""
    name, kind, value = attr
    objection = _of_kind(kind, value, declared)
    if objection:
        yield _fault(WRONG_KIND, op, name, objection=objection, value=str(value))
        return
    if not declared.allowed or value is None or not kind.startswith(("type", "s", "list")):
        return
    values = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
    for item in values:
        if item is not None and item not in declared.allowed:
            shown = [data_type_string(v) if "type" in declared.type else f'"{v}"' for v in (item, *declared.allowed)]
            yield _fault(BAD_VALUE, op, name, value=shown[0], allowed=", ".join(shown[1:]))
            return


# What AttrValue calls its kinds, where the declaration has another word.
_KINDS = {"s": "string", "i": "int", "f": "float", "b": "bool"}
_LIST = "list("


def _of_kind(kind: str, value: Any, declared: OpAttr) -> str:
    """What is said of a value that has not the declared type, "" where it has."""
    given, wanted = _KINDS.get(kind, kind), declared.type
    # Python gives an attribute without a value its default before the import (`_SetDefaultAttrValues`, importer.py).
    if kind == "placeholder" or (not kind and declared.has_default) or (kind == "list" and wanted.startswith(_LIST)):
        return ""  # an empty list has every kind of list
    if given != wanted:
        # An empty list where one value is wanted counts as none at all.
        return _other("" if kind == "list" else given, wanted)
    if kind == "type" and value == "invalid":
        return "has invalid DataType"
    if kind == "type" and str(value).endswith("_ref"):
        return f"must not have reference type value of {data_type_string(value)}"
    return ""


def _other(given: str, wanted: str) -> str:
    if not given:
        return f"missing value with expected type '{wanted}'"
    return f"had value with type '{given}' when '{wanted}' expected"


# Where dtypes beyond those of 1.15 first stand in types.proto (tensorflow/core/framework). Older releases keep the
# number, and refuse the node.
_DTYPES_SINCE = {
    **dict.fromkeys(("float8_e5m2", "float8_e4m3fn"), (2, 12)),
    **dict.fromkeys(("int4", "uint4"), (2, 15)),
    **dict.fromkeys(("float8_e4m3fnuz", "float8_e4m3b11fnuz", "float8_e5m2fnuz"), (2, 19)),
    **dict.fromkeys(("int2", "uint2"), (2, 20)),
    "float4_e2m1fn": (2, 21),
}
_NEVER = (99,)


def knows_dtype(dtype: str, release: tuple[int, ...]) -> bool:
    """Whether the release has a dtype of that name (see terms/dtypes.py)."""
    base = dtype.removesuffix("_ref")
    return base != "invalid" and (not is_young(base) or release >= _DTYPES_SINCE.get(base, _NEVER))


def is_young(dtype: object) -> bool:
    """Whether only newer releases than 1.15 know the dtype."""
    return isinstance(dtype, str) and (dtype in _DTYPES_SINCE or dtype.startswith("dtype-"))


def young_dtypes(use: Use, release: tuple[int, ...], registry: Registry) -> Iterator[Fault]:
    """Dtypes that the release does not know by their numbers."""
    op = registry.op(use.op)
    for name, kind, value in sorted(use.attrs, key=lambda attr: attr[0]) if op is not None else ():
        values = value if isinstance(value, tuple) else (value,)
        unknown = next((v for v in values if is_young(v) and release < _DTYPES_SINCE.get(v, _NEVER)), None)
        if kind in {"type", "list(type)"} and unknown is not None and op is not None:
            yield _fault(NO_DTYPE, op, name, value=unknown, number=str(number_of(unknown)))


def removal(op: OpFacts, producer: int) -> Iterator[Fault]:
    """An op that was removed at a GraphDef version may only stand in graphs of an older producer."""
    if op.deprecated and producer >= op.deprecated:
        text = {"version": str(op.deprecated), "producer": str(producer), "explanation": op.deprecation_text}
        yield Fault(REMOVED, op.name, op.name, {"op": op.name, **text})


def data_type_string(name: str) -> str:
    """The name of a dtype in messages of the C++ side."""
    base = name.removesuffix("_ref")
    return _DATA_TYPE_STRINGS.get(base, base) + ("_ref" if base != name else "")
