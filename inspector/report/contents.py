"""What `inspect show` prints: the artifact itself, with no target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.report.functions_text import function_dicts, function_lines
from inspector.report.json_text import dumps
from inspector.report.readable import plain, readable
from inspector.requirements.keras_inputs import declared_inputs
from inspector.terms.report import tensor_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import Signature, TensorInfo
    from inspector.terms.report import Report

LIST_LIMIT = 60  # names of a list in the table: the whole stands in the JSON form


def contents(report: Report, name: str) -> str:
    """The artifact's content as `table` or `json`."""
    return dumps(_as_dict(report)) if name == "json" else "\n".join(_lines(readable(report), report.artifact))


def _as_dict(report: Report) -> dict[str, Any]:
    """The JSON report without what needs a target, with the members."""
    full = report.to_dict()
    # Verdicts of a run without a target would be empty, and read as an answer.
    kept = {key: full[key] for key in ("schema_version", "artifact", "requirements", "signatures", "findings", "gaps")}
    inputs = {name: tensor_dict(info) for name, info in _inputs(report).items()}
    members = [{"name": member.name, "size": member.size} for member in report.artifact.members]
    return kept | {"inputs": inputs, "functions": function_dicts(report.artifact), "members": members}


def _inputs(report: Report) -> Mapping[str, TensorInfo]:
    """The inputs that a Keras config declares."""
    keras = report.artifact.keras
    return {} if keras is None else declared_inputs(keras.config)


def _lines(report: Report, whole: Artifact) -> Iterator[str]:
    """`report` is the copy that is safe to print, `whole` the artifact itself, with its configs."""
    artifact = report.artifact
    producer = artifact.producer
    made = [
        f"tensorflow {producer.tensorflow}" if producer.tensorflow else "",
        f"keras {producer.keras}" if producer.keras else "",
    ]
    # Where no reader got into it a single file has no list of members: it is one itself.
    files = len(artifact.members) or int(not artifact.is_directory)
    size = sum(member.size for member in artifact.members) if artifact.members else artifact.size
    many = "" if files == 1 else "s"
    yield f"{artifact.path}: {artifact.format.value}, {size:,} bytes in {files} file{many}"
    yield f"  producer   {', '.join(part for part in made if part) or 'not stated'}"
    yield from _list("ops", report.requirements.ops)
    yield from _list("classes", report.requirements.classes)
    yield from _list("packages", report.requirements.packages)
    for name, info in _inputs(report).items():
        yield f"  input      {plain(name)}: {_tensor(info)}"
    for name, signature in artifact.signatures.items():
        yield from _signature(name, signature)
    # From the artifact itself: the copy that is safe to print leaves configs out. What comes of them is escaped there.
    yield from function_lines(whole)
    for damage in artifact.damage:
        yield f"  damage     {damage.member}: {damage.kind.value}: {damage.reason}"
    for gap in artifact.gaps:
        yield f"  not read   {gap.location.member} {gap.location.pointer}: {gap.reason}"
    if report.findings:
        yield f"  findings   {len(report.findings)}: `inspect {report.artifact.path}` says which"


def _list(title: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - LIST_LIMIT} more" if len(names) > LIST_LIMIT else ""
        yield f"  {title:10} {', '.join(names[:LIST_LIMIT])}{more}"


def _signature(name: str, signature: Signature) -> Iterator[str]:
    yield f"  signature  {name}"
    for title, tensors in (("input", signature.inputs), ("output", signature.outputs)):
        for argument, info in tensors.items():
            yield f"    {title:7} {argument}: {_tensor(info)}"


def _tensor(info: TensorInfo) -> str:
    """`float32 (?, 10)`, or `float32 of any shape`."""
    if info.shape is None:
        return f"{info.dtype} of any shape"
    return f"{info.dtype} ({', '.join('?' if size < 0 else str(size) for size in info.shape)})"
