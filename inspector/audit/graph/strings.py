"""What single ops make of text: constants, ops that hand their input on, and those whose result can be worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.values import TEXT_LIMIT, VALUES_LIMIT, Source, Value, distinct

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.terms.graph import Node

# Ops whose text is that of one input: its position.
PASSES = dict.fromkeys(
    (
        "Identity", "IdentityN", "StopGradient", "PreventGradient", "Snapshot", "CheckNumerics", "EnsureShape",
        "Reshape", "ExpandDims", "Squeeze", "StridedSlice", "Slice", "Gather", "GatherV2", "GatherNd", "Transpose",
        "Tile", "BroadcastTo", "Reverse", "ReverseV2", "Unpack", "RandomShuffle", "Cast", "AsString", "Fill",
        "RefIdentity", "Enter", "RefEnter", "Exit", "RefExit", "NextIteration", "LoopCond", "Switch", "RefSwitch",
        "DeepCopy", "CopyToMesh", "Copy", "CopyHost", "DebugIdentity", "Pad", "PadV2"
    ),
    0,
) | {"Fill": 1, "Split": 1}  # fmt: skip
# Ops whose text is that of any of some inputs: from, to (None: the last).
PICKS: dict[str, tuple[int, int | None]] = {
    "Select": (1, 3),
    "SelectV2": (1, 3),
    "Merge": (0, None),
    "RefMerge": (0, None),
    "Pack": (0, None),
    "Concat": (1, None),
    "ConcatV2": (0, -1),
    "DynamicStitch": (0, None),
    "ParallelConcat": (0, None),
    "MatchingFiles": (0, 1),  # the files that a pattern names are no less a constant than the pattern
}
# Ops whose results are the contents of files.
READS = frozenset({
    "ReadFile", "ReaderRead", "ReaderReadV2", "ReaderReadUpTo", "ReaderReadUpToV2", "TextLineDataset",
    "TFRecordDataset",
    "TFRecordDatasetV2", "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "CSVDataset", "CSVDatasetV2",
    "SqlDataset",
    "LMDBDataset", "RecordInput", "ImmutableConst", "RestoreV2", "Restore", "LoadDataset",
})  # fmt: skip
# Ops that only serve to write text in another way: nobody needs them to name a file.
_DISGUISES = frozenset({"DecodeBase64", "UnicodeEncode", "DecodeCompressed", "Bitcast", "DecodeRaw"})


def inputs_of(node: Node) -> tuple[str, ...]:
    """The data inputs, in order."""
    return tuple(name for name in node.inputs if not name.startswith("^"))


def plain(node: Node, attr: str) -> str:
    """The text of an attribute, "" where it is absent."""
    return node.attrs[attr].s.decode("utf-8", "replace")[:TEXT_LIMIT] if attr in node.attrs else ""


def texts(node: Node, attr: str) -> tuple[str, ...]:
    """The texts of an attribute that is one or a list of them."""
    if attr not in node.attrs:
        return ()
    value = node.attrs[attr]
    found = value.list.s[:VALUES_LIMIT] if value.WhichOneof("value") == "list" else [value.s]
    return tuple(item[:TEXT_LIMIT].decode("utf-8", "replace") for item in found)


def constant(node: Node) -> tuple[Value, ...]:
    """The texts of a constant; a number is no text of its own."""
    if "value" not in node.attrs:
        return (Value(Source.CONST, ""),)
    tensor = node.attrs["value"].tensor
    found = (item[:TEXT_LIMIT].decode("utf-8", "replace") for item in tensor.string_val)
    return distinct(Value(Source.CONST, text) for text in found) or (Value(Source.CONST, ""),)


def is_disguise(op: str) -> bool:
    """Whether the op only writes text in another way."""
    return op in _DISGUISES


def transformed(node: Node, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
    """What an op makes of constants, where that can be worked out; a path that is decoded first is a disguised one."""
    make = _EXACT.get(node.op)
    if make is None or not inputs or any(value.source is not Source.CONST for value in inputs):
        return ()
    hidden = is_disguise(node.op)
    source = Source.DYNAMIC if hidden else Source.CONST
    return tuple(Value(source, make(value.text), hidden or value.is_hidden) for value in inputs)


def _decoded(text: str) -> str:
    """`DecodeBase64` takes the web-safe alphabet, with or without padding."""
    import base64  # noqa: PLC0415 - cold start: hardly any graph

    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return "{not base64}"
    return found.decode("utf-8", "replace")


def _encoded(text: str) -> str:
    import base64  # noqa: PLC0415 - as above

    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


_EXACT: dict[str, Callable[[str], str]] = {
    "DecodeBase64": _decoded,
    "EncodeBase64": _encoded,
    "StringLower": str.lower,
    "StringUpper": str.upper,
    "StringStrip": str.strip,
}
