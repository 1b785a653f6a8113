"""The report: the answer for one artifact and one runtime, and its published JSON form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.finding import Severity, Verdict
from inspector.terms.fingerprint import fingerprint
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Finding, Gap, Outcome, Suppressed
    from inspector.terms.fit import Fit
    from inspector.terms.graph import Signature, TensorInfo
    from inspector.terms.runtime import Runtime

SCHEMA_VERSION = "1.0"


@record
class Requirements:
    """What the artifact needs, with no target in sight: op names, class names, packages known to provide them."""

    ops: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


@record
class Report:
    """Everything that is said of an artifact in a runtime (None: audit only).

    `outcomes` has one entry per loader that applies to the format; `required` names those that decide `verdict`.
    `timings` are seconds by step.
    """

    artifact: Artifact
    runtime: Runtime | None
    outcomes: tuple[Outcome, ...]
    required: tuple[str, ...]
    findings: tuple[Finding, ...]
    requirements: Requirements
    gaps: tuple[Gap, ...]
    timings: Mapping[str, float] = field(default_factory=dict)
    # How weights stand to the model that they were judged with; None for anything else.
    fit: Fit | None = None
    # What the configuration leaves out of `findings`, and what it has to say itself (an unused or expired suppression).
    suppressed: tuple[Suppressed, ...] = ()
    notes: tuple[str, ...] = ()
    # What the command ends with; None where no command was run.
    exit_status: int | None = None

    @property
    def verdict(self) -> Verdict:
        """That of the required loaders together: the worst of them; unknown where there is none or no runtime."""
        # Outcomes of loaders that do not decide are told as well, and count for nothing here.
        verdicts = {o.verdict for o in self.outcomes if o.loader in self.required}
        if Verdict.FAILS in verdicts:
            return Verdict.FAILS
        return Verdict.LOADS if verdicts == {Verdict.LOADS} else Verdict.UNKNOWN

    @property
    def worst(self) -> Severity | None:
        """The highest severity among the findings; None without findings."""
        seen = {finding.severity for finding in self.findings}
        return next((s for s in (Severity.ERROR, Severity.WARNING, Severity.NOTE) if s in seen), None)

    def to_dict(self) -> dict[str, Any]:
        """The JSON report, schema version 1.0: a field is never renamed or removed within a major version."""
        return {
            "schema_version": SCHEMA_VERSION,
            "artifact": artifact_dict(self.artifact),
            "runtime": None if self.runtime is None else _runtime(self.runtime),
            "verdict": self.verdict.value,
            "required": list(self.required),
            "verdicts": {outcome.loader: outcome_dict(outcome) for outcome in self.outcomes},
            "findings": [finding_dict(finding, self.artifact.path) for finding in self.findings],
            "requirements": {
                "ops": list(self.requirements.ops),
                "classes": list(self.requirements.classes),
                "packages": list(self.requirements.packages),
            },
            "signatures": {name: _signature(s) for name, s in self.artifact.signatures.items()},
            "gaps": [_gap(gap) for gap in self.gaps],
            "timings": dict(self.timings),
            # Fields that few reports have are left out, not null: the schema calls them optional.
            **({} if self.fit is None else {"fit": _fit(self.fit)}),
            "suppressed": [_suppressed(entry, self.artifact.path) for entry in self.suppressed],
            "notes": list(self.notes),
        }


def artifact_dict(artifact: Artifact) -> dict[str, Any]:
    """Path, format and producer."""
    producer = {"tensorflow": artifact.producer.tensorflow, "keras": artifact.producer.keras}
    return {"path": artifact.path, "format": artifact.format.value, "producer": producer}


def _runtime(runtime: Runtime) -> dict[str, Any]:
    """Versions as they answer: `tensorflow` under whatever name it is pinned, the Keras that loads under `keras`."""
    # A lock may pin `tensorflow-cpu` or `intel-tensorflow`: readers of the report look for one name.
    packages = dict(runtime.packages)
    if runtime.tensorflow:
        packages["tensorflow"] = runtime.tensorflow
    if runtime.keras and runtime.keras_flavour != "tf_keras":
        packages["keras"] = runtime.keras
    return {
        "label": runtime.label,
        "python": runtime.python,
        "keras_flavour": runtime.keras_flavour.value,
        "packages": packages,
    }


def outcome_dict(outcome: Outcome) -> dict[str, Any]:
    """Verdict, error, and what was found on the way of one loader."""
    error = outcome.error
    return {
        "verdict": outcome.verdict.value,
        "error": None if error is None else {"type": error.type, "message": error.message},
        "findings": list(dict.fromkeys(problem.rule for problem in outcome.problems)),
        "gaps": [_gap(gap) for gap in outcome.gaps],
    }


def finding_dict(finding: Finding, path: str) -> dict[str, Any]:
    """A finding of the artifact at that path."""
    predicts = finding.predicts
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "category": finding.category.value,
        "message": finding.message,
        "locations": [{"member": place.member, "pointer": place.pointer} for place in finding.locations],
        "fix": finding.fix,
        "blocks": list(finding.blocks),
        "predicts": None if predicts is None else {"type": predicts.type, "message": predicts.message},
        "fingerprint": fingerprint(finding, path),
        **({} if finding.risk is None else _security(finding)),
        **({"baseline": finding.standing} if finding.standing else {}),
        **({"note": finding.note} if finding.note else {}),
    }


def _suppressed(entry: Suppressed, path: str) -> dict[str, Any]:
    words = {"by": entry.by, "reason": entry.reason, "expires": entry.expires or None}
    return {**finding_dict(entry.finding, path), **words}


def _security(finding: Finding) -> dict[str, Any]:
    return {
        "risk": finding.risk,
        "confidence": finding.confidence,
        "moment": finding.moment,
        "exposure": {"state": finding.exposure, "text": finding.exposure_text},
    }


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "model": fit.model_path,
        "matched_by": fit.matched_by,
        "variables": [
            {
                "standing": row.standing.value,
                "in_model": row.in_model or None,
                "model_shape": _shape(row.model_shape),
                "in_file": row.in_file or None,
                "file_shape": _shape(row.file_shape),
            }
            for row in fit.rows
        ],
    }


def _shape(shape: tuple[int | None, ...] | None) -> list[int | None] | None:
    return None if shape is None else list(shape)


def _gap(gap: Gap) -> dict[str, Any]:
    return {"member": gap.location.member, "pointer": gap.location.pointer, "reason": gap.reason}


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "inputs": {name: tensor_dict(info) for name, info in signature.inputs.items()},
        "outputs": {name: tensor_dict(info) for name, info in signature.outputs.items()},
    }


def tensor_dict(info: TensorInfo) -> dict[str, Any]:
    """Shape with null for an unknown dimension; null for an unknown rank."""
    # -1 is how protobuf spells an unknown size; in JSON it would look like a size.
    shape = None if info.shape is None else [None if size < 0 else size for size in info.shape]
    return {"dtype": info.dtype, "shape": shape}
