"""How much harm an op can do: by what it can do, by what decides its path or address, and by when it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.values import Source, Value, is_outside, scheme_of
from inspector.terms.audit import Confidence, Moment, Risk, Sighting
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inspector.audit.graph.surface import Reach

_ORDER = (Risk.LOW, Risk.MEDIUM, Risk.HIGH, Risk.CRITICAL)
AT_LOAD = frozenset({Moment.LOAD, Moment.UNLOAD})
# Streams of PrintV2 that are no file (tensorflow/core/kernels/logging_ops.cc), sources of DecodeProtoV2 that are in
# the process or in the attribute itself (decode_proto_op.cc).
_NO_FILES = ("stdout", "stderr", "log(", "local://", "bytes://")
# Schemes of file systems that are reached over a network (TensorFlow's own, tensorflow-io's) and of debug URLs.
NETWORK_SCHEMES = frozenset(
    {"gs", "s3", "s3a", "s3e", "hdfs", "viewfs", "har", "webhdfs", "http", "https", "ftp", "az", "oss", "grpc"}
)
_WRITES = {Source.CONST: Risk.HIGH, Source.INPUT: Risk.HIGH, Source.DYNAMIC: Risk.HIGH}
_READS = {Source.CONST: Risk.HIGH, Source.INPUT: Risk.MEDIUM, Source.DYNAMIC: Risk.MEDIUM}
_HIGH = dict.fromkeys(Source, Risk.HIGH)
_MEDIUM = dict.fromkeys(Source, Risk.MEDIUM)
_LOW = dict.fromkeys(Source, Risk.LOW)
# Risk on a call, by what decides the argument; at load it is one level higher, in dead code low.
_RISKS: Mapping[str, Mapping[Source, Risk]] = {
    "write": _WRITES,
    "checkpoint-write": _WRITES,
    "read": _READS,
    "checkpoint-read": _READS,
    "table": {Source.CONST: Risk.MEDIUM, Source.INPUT: Risk.LOW, Source.DYNAMIC: Risk.LOW},
    "network": _HIGH,
    "remote": _HIGH,
    "filesystem": _HIGH,
    "native": _HIGH,
    "python": _MEDIUM,
    "hidden": _MEDIUM,
    "stop": _MEDIUM,
    "sleep": _LOW,
}
CAPABILITIES = tuple(_RISKS)
# A model may restore and save itself and read its assets; an op that writes to them changes the model.
_HARMLESS: Mapping[str, tuple[Source, ...]] = {
    "write": (),
    "checkpoint-write": (Source.SAVER,),
    "read": (Source.ASSET,),
    "checkpoint-read": (Source.SAVER, Source.ASSET),
    "table": (Source.SAVER, Source.ASSET),
}
_FILES = frozenset({"write", "checkpoint-write", "read", "checkpoint-read", "table"})
_WORDS = {
    Moment.LOAD: "while it is loaded",
    Moment.UNLOAD: "when the loaded object is collected",
    Moment.CALL: "when it is called",
    Moment.SAVE: "when it is saved",
    Moment.DEAD: "never (nothing reaches it)",
}


@record
class Judgement:
    """The risk of a node, the value that makes it so (None: none is needed), and how many more values there are."""

    risk: Risk
    value: Value | None
    others: int = 0


def raised(risk: Risk, levels: int = 1) -> Risk:
    """The risk some levels up or down, within the scale."""
    return _ORDER[max(0, min(len(_ORDER) - 1, _ORDER.index(risk) + levels))]


def worst(risks: Iterable[Risk]) -> Risk:
    """The highest of them."""
    return max(risks, key=_ORDER.index)


def judged(reach: Reach) -> Judgement | None:
    """The node by its worst value; None where it is harmless."""
    moment = reach.run.root.moment
    # A missing attribute (a PyFunc without its token) takes no harm away: TensorFlow may have a default for it.
    if not reach.op.arguments or not (reach.values or reach.op.can in _FILES):
        return Judgement(_at(moment, _RISKS[reach.op.can][Source.DYNAMIC]), None)
    found = [(risk, value) for value in reach.values if (risk := _value_risk(reach.op.can, value, moment)) is not None]
    if not found:
        return None
    risk, value = max(found, key=lambda pair: _ORDER.index(pair[0]))
    if reach.carries and moment is not Moment.DEAD:  # a file goes out of the model's hands, whoever names it
        risk = Risk.CRITICAL
    return Judgement(risk, value, len(found) - 1)


def _value_risk(can: str, value: Value, moment: Moment) -> Risk | None:
    if can in _FILES:
        return _file_risk(can, value, moment)
    if can in {"network", "remote"} and _is_here(value):
        return None
    return _at(moment, _RISKS[can][value.source])


def _file_risk(can: str, value: Value, moment: Moment) -> Risk | None:
    """The risk of reaching a file by that path; None where it is none of the graph's own doing."""
    if value.source in _HARMLESS[can] or is_no_file(value):
        return None
    if value.is_hidden and moment is not Moment.DEAD:
        return Risk.CRITICAL
    is_model = value.source in (Source.SAVER, Source.ASSET)
    if is_model or (value.source is Source.CONST and not is_outside(value.text)):
        # The model's own folder, or a path below the one in which the process runs.
        return _at(moment, Risk.MEDIUM if can in {"write", "checkpoint-write"} else Risk.LOW)
    return _at(moment, _RISKS[can][value.source])


def _at(moment: Moment, risk: Risk) -> Risk:
    """The risk on a call, moved to when it really runs."""
    return Risk.LOW if moment is Moment.DEAD else raised(risk, int(moment in AT_LOAD))


def is_no_file(value: Value) -> bool:
    """An empty path (a cache in memory, no vocabulary), a standard stream."""
    return value.source is Source.CONST and (not value.text or value.text.startswith(_NO_FILES))


def _is_here(value: Value) -> bool:
    """Whether an address or target is none (BigQuery's test endpoint) or this process itself."""
    text = value.text
    here = not text or text.startswith(("/device:", "/job:localhost", "/cpu:", "/gpu:", "CPU:", "GPU:"))
    return value.source is Source.CONST and here


def is_remote(value: Value) -> bool:
    """Whether a path leads over a network."""
    return value.source is Source.CONST and scheme_of(value.text) in NETWORK_SCHEMES


def sightings(code: str, reaches: Iterable[Reach]) -> Iterator[Sighting]:
    """A sighting for each node that is not harmless."""
    for reach in reaches:
        judgement = judged(reach)
        if judgement is not None:
            yield sighting(code, reach, judgement)


def network_sightings(code: str, reaches: Iterable[Reach]) -> Iterator[Sighting]:
    """Nodes with an address, and those that reach files by a path which leads over a network."""
    for reach in reaches:
        if reach.op.can == "network":
            yield from sightings(code, [reach])
        elif reach.op.can in _FILES:
            remote = tuple(value for value in reach.values if is_remote(value))
            if remote:
                risk = _at(reach.run.root.moment, Risk.HIGH)
                yield sighting(code, reach, Judgement(risk, remote[0], len(remote) - 1))


_DOES = {"filesystem": "changes the file systems of the process with", "remote": "runs a function on"}


def configuration_sightings(code: str, reaches: Iterable[Reach]) -> Iterator[Sighting]:
    """Nodes that change the process or leave it, with what they do in words."""
    for reach in reaches:
        for seen in sightings(code, [reach]):
            values = ", ".join(repr(value.text[:60]) for value in reach.values)
            yield replace(
                seen, details={**seen.details, "does": _DOES[reach.op.can], "path": values or "its arguments"}
            )


def sighting(code: str, reach: Reach, judgement: Judgement) -> Sighting:
    """What was seen of a node: its op, its path with what decides it, when it runs and how it is reached."""
    value, root = judgement.value, reach.run.root
    details = {
        "op": reach.node.op,
        "path": shown(value, judgement.others) or "(not stated)",
        "when": _WORDS[root.moment],
        "chain": reach.chain,
        "carries": f" what {reach.carries} reads" if reach.carries else "",
    }
    return Sighting(
        code,
        f'{reach.node.op} "{reach.node.name}"',
        reach.location,
        judgement.risk,
        Confidence.HIGH if value is None or value.source is not Source.DYNAMIC else Confidence.MEDIUM,
        root.moment,
        loaders=root.loaders,
        details=details,
    )


def shown(value: Value | None, others: int = 0) -> str:
    """A path as messages show it: at most 200 characters, control characters escaped."""
    if value is None:
        return ""
    more = f" and {others} more" if others else ""
    taken = f", {value.taken}" if value.taken else ""
    return f"{value.text[:200]!r} ({value.source.value}{taken}){more}"
