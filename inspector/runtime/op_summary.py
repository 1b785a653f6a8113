"""An OpDef in the words of TensorFlow's own error messages, from its record in the catalog.

The texts are those of `SummarizeOpDef` (tensorflow/core/framework/op_def_util.cc), held against what the releases 1.15
to 2.21 really printed.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NONE: Mapping[str, str] = {}
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "'": "\\'", "\\": "\\\\"}


def summarize(name: str, op: Mapping[str, Any], long_lists: Mapping[str, str] = _NONE) -> str:
    """Give `Op<name=...; signature=... -> ...; attr=...; is_stateful=true>`.

    `long_lists` is what the release prints instead of a long list of types, by the types' names joined with spaces.
    """
    signature = f"signature={_args(op.get('in', ()))} -> {_args(op.get('out', ()))}"
    attrs = [f"attr={_attr(attr, long_lists)}" for attr in op.get("attr", ())]
    flags = [f"{flag}=true" for flag in op.get("flags", ())]
    return f"Op<{'; '.join([f'name={name}', signature, *attrs, *flags])}>"


def _args(args: Any) -> str:
    return ", ".join(f"{arg[0]}:{arg[1]}" for arg in args)


def _attr(attr: Mapping[str, Any], long_lists: Mapping[str, str]) -> str:
    text = f"{attr['name']}:{attr['type']}"
    if "default" in attr:
        text += f",default={_value(attr['default'], attr['type'], long_lists)}"
    if "min" in attr:
        text += f",min={attr['min']}"
    return text + (f",allowed={_list(attr['allowed'], attr['type'], long_lists)}" if "allowed" in attr else "")


def _value(value: Mapping[str, Any], kind: str, long_lists: Mapping[str, str]) -> str:
    if "list" in value:
        return _list(value["list"], kind, long_lists)
    return next((_scalar(part, name) for name, part in value.items()), "<Unknown AttrValue type>")


_LIST_KINDS = {"string": "s", "int": "i", "float": "f", "bool": "b"}


def _list(values: list[Any], kind: str, long_lists: Mapping[str, str]) -> str:
    item = kind.removeprefix("list(").removesuffix(")")
    full = ", ".join(_scalar(value, _LIST_KINDS.get(item, item)) for value in values)
    return f"[{long_lists.get(' '.join(values), full) if item == 'type' else full}]"


def _scalar(value: Any, kind: str) -> str:
    return _FORMATS[kind](value) if kind in _FORMATS else str(value)


def _string(value: str) -> str:
    return f'"{"".join(_escape(c) for c in value)}"'


def _escape(char: str) -> str:
    # absl::CEscape: what is not printable is three octal digits.
    return _ESCAPES.get(char) or (char if " " <= char <= "~" else f"\\{ord(char):03o}")


def _float(value: float) -> str:
    """Write a float32 with the fewest of 6 or 8 digits that read back as the same float32."""
    short = f"{value:.6g}"
    return short if _float32(float(short)) == _float32(value) else f"{value:.8g}"


def _float32(value: float) -> float:
    return float(struct.unpack("f", struct.pack("f", value))[0])


def _shape(value: list[int] | None) -> str:
    if value is None:
        return "<unknown>"
    return f"[{','.join('?' if size < 0 else str(size) for size in value)}]"


def _tensor(value: Mapping[str, Any]) -> str:
    shape, values = _shape(value["shape"]), value["values"]
    shown = " ".join(str(v) for v in values[:3]) + ("..." if len(values) > 3 else "")  # noqa: PLR2004 (as TensorFlow)
    return f"Tensor<type: {value['type'].lower()} shape: {shape} values: {shown}>"


_FORMATS: dict[str, Callable[[Any], str]] = {
    "s": _string,
    "i": str,
    "f": _float,
    "b": lambda value: "true" if value else "false",
    "type": lambda value: f"DT_{value}",
    "shape": _shape,
    "tensor": _tensor,
}
