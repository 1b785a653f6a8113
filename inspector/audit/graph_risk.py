"""How much harm a file op can do: by what decides its path, and by when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph_values import Source, is_outside
from inspector.terms.audit import Confidence, Moment, Risk, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.graph_surface import Reach
    from inspector.audit.graph_values import Value

_ORDER = (Risk.LOW, Risk.MEDIUM, Risk.HIGH, Risk.CRITICAL)
_AT_LOAD = frozenset({Moment.LOAD, Moment.UNLOAD})
# Streams of PrintV2 that are no file (tensorflow/core/kernels/logging_ops.cc), sources of DecodeProtoV2 that are in
# the process or in the attribute itself (decode_proto_op.cc).
_NO_FILES = ("stdout", "stderr", "log(", "local://", "bytes://")
# Risk by what decides the path, for a write on a call; at load it is one level higher.
_WRITES = {Source.CONST: Risk.HIGH, Source.INPUT: Risk.HIGH, Source.DYNAMIC: Risk.HIGH}
_READS = {Source.CONST: Risk.HIGH, Source.INPUT: Risk.MEDIUM, Source.DYNAMIC: Risk.MEDIUM}
_WORDS = {
    Moment.LOAD: "while it is loaded",
    Moment.UNLOAD: "when the loaded object is collected",
    Moment.CALL: "when it is called",
    Moment.SAVE: "when it is saved",
    Moment.DEAD: "never: nothing reaches it",
}


def raised(risk: Risk, levels: int = 1) -> Risk:
    """The risk some levels up or down, within the scale."""
    return _ORDER[max(0, min(len(_ORDER) - 1, _ORDER.index(risk) + levels))]


def worst(risks: list[Risk]) -> Risk | None:
    """The highest of them."""
    return max(risks, key=_ORDER.index, default=None)


def file_risk(value: Value, moment: Moment, *, writes: bool) -> Risk | None:
    """The risk of reaching a file by that path; None where it is none of the graph's own doing."""
    if value.source in (Source.SAVER, Source.ASSET) or is_no_file(value):
        return None
    if moment is Moment.DEAD:
        return Risk.LOW
    if value.is_hidden:
        return Risk.CRITICAL
    if value.source is Source.CONST and not is_outside(value.text):
        # A relative path stays below the folder in which the process runs.
        return raised(Risk.MEDIUM if writes else Risk.LOW, int(moment in _AT_LOAD))
    return raised((_WRITES if writes else _READS)[value.source], int(moment in _AT_LOAD))


def is_no_file(value: Value) -> bool:
    """An empty path (a cache in memory, no vocabulary), a standard stream."""
    return value.source is Source.CONST and (not value.text or value.text.startswith(_NO_FILES))


def file_sightings(code: str, reaches: Iterator[Reach], *, writes: bool, lower: int = 0) -> Iterator[Sighting]:
    """A sighting for each node whose path is not harmless, by its worst value."""
    for reach in reaches:
        moment = reach.run.root.moment
        judged = [(risk, value) for value in reach.values if (risk := file_risk(value, moment, writes=writes))]
        if judged:
            risk, value = max(judged, key=lambda pair: _ORDER.index(pair[0]))
            yield sighting(code, reach, raised(risk, -lower), value, len(judged) - 1)


def sighting(code: str, reach: Reach, risk: Risk, value: Value | None = None, others: int = 0) -> Sighting:
    """What was seen of a node: its op, its path with what decides it, when it runs and how it is reached."""
    details = {
        "op": reach.node.op,
        "path": shown(value, others),
        "source": value.source.value if value else "",
        "when": _WORDS[reach.run.root.moment],
        "chain": reach.chain,
    }
    return Sighting(
        code,
        f'{reach.node.op} "{reach.node.name}"',
        reach.location,
        risk,
        Confidence.HIGH if value is None or value.source is not Source.DYNAMIC else Confidence.MEDIUM,
        reach.run.root.moment,
        loaders=reach.run.root.loaders,
        details=details,
    )


def shown(value: Value | None, others: int = 0) -> str:
    """A path as messages show it, control characters escaped."""
    if value is None:
        return ""
    text = repr(value.text[:200])
    return f"{text} ({value.source.value})" + (f" and {others} more" if others else "")
