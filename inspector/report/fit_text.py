"""How weights fit a model, for people: the answer, and a table with the names of both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import Verdict
from inspector.terms.fit import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.report.style import Style
    from inspector.terms.fit import Fit, FitRow, Shape
    from inspector.terms.report import Report

_WORDS = {
    Standing.MISSING: "not in the file",
    Standing.EXTRA: "not in the model",
    Standing.SHAPE: "of another shape",
    Standing.ORDER: "in another order",
    Standing.UNKNOWN: "not known",
}
# The whole list stands in the JSON report.
_MOST_ROWS = 60


def answer(fit: Fit, report: Report, paint: Style) -> str:
    """The first line."""
    if report.runtime is None:
        differs = any(fit.count(standing) for standing in _WORDS if standing is not Standing.UNKNOWN)
        unknown = bool(fit.count(Standing.UNKNOWN) or report.gaps)
        # Without a runtime nothing is loaded: the words say what the files say of each other.
        word, color = ("MAY FIT", "yellow") if unknown else ("FITS", "green")
        if differs:
            word, color = "DOES NOT FIT", "red"
        return f"{paint.paint(word, color, 'bold')}: {report.artifact.path} with {fit.model_path}: {_summary(fit)}"
    color = {Verdict.LOADS: "green", Verdict.FAILS: "red", Verdict.UNKNOWN: "yellow"}[report.verdict]
    word = paint.paint(report.verdict.name, color, "bold")
    with_model = f"{report.artifact.path} with {fit.model_path}"
    return f"{word} in {report.runtime.label}: {', '.join(report.required)} of {with_model}: {_summary(fit)}"


def _summary(fit: Fit) -> str:
    parts = [f"{fit.count(standing)} {words}" for standing, words in _WORDS.items() if fit.count(standing)]
    same = f"{fit.count(Standing.SAME)} of {len(fit.rows)} variables are the same"
    return ", ".join([*parts, same])


def table(fit: Fit) -> Iterator[str]:
    """What differs, with the names and shapes of both sides; nothing where all is the same."""
    rows = fit.differing
    if not rows:
        return
    from tabulate import tabulate  # noqa: PLC0415 - cold start: only tables need it

    yield ""
    yield f"matched by {fit.matched_by}:"
    shown = [_cells(row) for row in rows[:_MOST_ROWS]]
    # Only where something differs: tabulate is slow to import, and most weights fit.
    yield tabulate(shown, headers=("in the model", "shape", "in the file", "shape", ""), tablefmt="simple")
    if len(rows) > _MOST_ROWS:
        yield f"... and {len(rows) - _MOST_ROWS} more (see --format json)"


def _cells(row: FitRow) -> tuple[str, str, str, str, str]:
    return (
        row.in_model or "-",
        _shape(row.model_shape),
        row.in_file or "-",
        _shape(row.file_shape),
        _WORDS[row.standing],
    )


def _shape(shape: Shape) -> str:
    if shape is None:
        return ""
    return "(" + ", ".join("?" if size is None else str(size) for size in shape) + ")"
