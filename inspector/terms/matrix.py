"""One artifact against every release: a verdict for each TensorFlow with each Keras that answers beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.finding import Verdict
from inspector.terms.record import record
from inspector.terms.report import SCHEMA_VERSION, artifact_dict, finding_dict, outcome_dict

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Finding, Outcome
    from inspector.terms.runtime import Runtime


@record
class Cell:
    """One runtime with the outcomes of the required loaders in it."""

    runtime: Runtime
    outcomes: tuple[Outcome, ...]

    @property
    def verdict(self) -> Verdict:
        """That of the required loaders together: the worst of them; unknown where there is none."""
        # As of a report: a failing loader outweighs one that could not be judged.
        verdicts = {outcome.verdict for outcome in self.outcomes}
        if Verdict.FAILS in verdicts:
            return Verdict.FAILS
        return Verdict.LOADS if verdicts == {Verdict.LOADS} else Verdict.UNKNOWN

    @property
    def deciding(self) -> Outcome | None:
        """The first outcome that is as bad as the verdict; None without outcomes."""
        return next((outcome for outcome in self.outcomes if outcome.verdict is self.verdict), None)


@record
class Matrix:
    """The verdicts of one artifact over the catalog, TensorFlow by TensorFlow from the oldest on.

    `findings` say why nothing of it could be read; empty for a file that was.
    """

    artifact: Artifact
    required: tuple[str, ...]
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...] = ()

    def counts(self) -> dict[Verdict, int]:
        """How many runtimes have each verdict."""
        verdicts = [cell.verdict for cell in self.cells]
        return {verdict: verdicts.count(verdict) for verdict in Verdict}

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: every runtime with its verdict, and each required loader's verdict and error."""
        return {
            "schema_version": SCHEMA_VERSION,
            "artifact": artifact_dict(self.artifact),
            "required": list(self.required),
            "counts": {verdict.value: count for verdict, count in self.counts().items()},
            "runtimes": [_cell(cell) for cell in self.cells],
            **({"findings": [finding_dict(f, self.artifact.path) for f in self.findings]} if self.findings else {}),
        }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "tensorflow": cell.runtime.tensorflow,
        "keras": cell.runtime.keras,
        "keras_flavour": cell.runtime.keras_flavour.value,
        "python": cell.runtime.python,
        "verdict": cell.verdict.value,
        "verdicts": {outcome.loader: outcome_dict(outcome) for outcome in cell.outcomes},
    }
