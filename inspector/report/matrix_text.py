"""The matrix for people: a row for each TensorFlow, a column for each Keras, reasons below where they first appear."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from inspector.report.readable import readable
from inspector.report.style import Style, style
from inspector.terms.finding import Verdict
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.terms.matrix import Cell, Matrix

_COLORS = {Verdict.LOADS: "green", Verdict.FAILS: "red", Verdict.UNKNOWN: "yellow"}
_NO_PAIR = "-"
TEXT_LIMIT = 160  # characters of a reason: the whole stands in the JSON form
# What a column is headed: TensorFlow's own Keras of that release, which needs no version of its own.
_OWN = "own Keras"
_LEGACY = "tf_keras"

# A row: the TensorFlow releases that share it, and the mark of each column.
Row = tuple[list[str], tuple[str, ...]]


def render(matrix: Matrix, *, color: bool = False) -> str:
    """The answer, the table and the reasons as text."""
    from tabulate import tabulate  # noqa: PLC0415 - cold start: few commands print so large a table

    marks, safe = _Marks(style(allowed=color)), readable(matrix)
    columns, rows = _merged_columns(_columns(safe.cells), _rows(safe.cells, marks))
    body = [(_span(names), *cells) for names, cells in _merged_rows(rows)]
    # Numbers are not parsed: `2.10` would be printed as 2.1.
    table = tabulate(body, headers=("tensorflow", *columns), tablefmt="simple", disable_numparse=True)
    return "\n".join([_answer(safe), "", table, *marks.legend()])


def _answer(matrix: Matrix) -> str:
    counts = matrix.counts()
    said = ", ".join(f"{verdict.value} in {count}" for verdict, count in counts.items() if count)
    loader = ", ".join(matrix.required) or "no loader"
    return f"{matrix.artifact.path}: {loader} {said} of {len(matrix.cells)} pairs of releases"


class _Marks:
    """Writes a cell as a word, with the number of its reason: the same reason has the same number all over."""

    def __init__(self, paint: Style) -> None:
        self._paint = paint
        self._numbers: dict[tuple[str, ...], int] = {}
        self._texts: list[str] = []

    def of(self, cell: Cell) -> str:
        word, number = cell.verdict.value, self._number(cell)
        return self._paint.paint(f"{word} {number}" if number else word, _COLORS[cell.verdict])

    def legend(self) -> list[str]:
        return ["", *(f"{number}  {text}" for number, text in enumerate(self._texts, 1))] if self._texts else []

    def _number(self, cell: Cell) -> int:
        if cell.verdict is Verdict.LOADS:
            return 0
        # By rule and class, not by text: releases word the same refusal differently.
        key, text = _reason(cell)
        if key not in self._numbers:
            self._texts.append(_shorten(text))
            self._numbers[key] = len(self._texts)
        return self._numbers[key]


def _reason(cell: Cell) -> tuple[tuple[str, ...], str]:
    """What makes two reasons the same, and the words of this one: the rules and the exception, or the gap."""
    outcome = cell.deciding
    if outcome is None or outcome.error is None:
        gap = outcome.gaps[0].reason if outcome is not None and outcome.gaps else "no such loader there"
        return ("gap", gap), gap
    codes = tuple(dict.fromkeys(problem.rule for problem in outcome.problems))
    subjects = tuple(dict.fromkeys(problem.subject for problem in outcome.problems))
    return (*codes, *subjects, outcome.error.type), f"{' '.join(codes)} {outcome.error.type}: {outcome.error.message}"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TEXT_LIMIT else f"{line[:TEXT_LIMIT]} ..."


def _column(cell: Cell) -> str:
    flavour = cell.runtime.keras_flavour
    if flavour in {KerasFlavour.BUNDLED, KerasFlavour.KERAS2}:
        return _OWN
    return _LEGACY if flavour is KerasFlavour.TF_KERAS else str(cell.runtime.keras)


def _columns(cells: Iterable[Cell]) -> list[str]:
    """TensorFlow's own Keras, tf_keras, then every Keras 3 in the order of the catalog."""
    found = dict.fromkeys(_column(cell) for cell in cells)
    ordered = sorted(cell for cell in found if cell not in {_OWN, _LEGACY})
    # By their numbers: as texts 3.10 would stand before 3.2.
    ordered.sort(key=lambda version: [int(part) for part in version.split(".") if part.isdecimal()])
    return [name for name in (_OWN, _LEGACY) if name in found] + ordered


def _rows(cells: Sequence[Cell], marks: _Marks) -> list[Row]:
    columns = _columns(cells)
    rows: list[Row] = []
    for tensorflow, group in groupby(cells, key=lambda cell: cell.runtime.tensorflow):
        marked = {_column(cell): marks.of(cell) for cell in group}
        rows.append(([str(tensorflow)], tuple(marked.get(column, _NO_PAIR) for column in columns)))
    return rows


def _merged_columns(columns: list[str], rows: list[Row]) -> tuple[list[str], list[Row]]:
    """Neighbouring Keras 3 releases that agree in every row where both are there become one column."""
    spans: list[tuple[list[str], list[str]]] = []
    for place, name in enumerate(columns):
        cells = [row[1][place] for row in rows]
        if (
            spans
            and name not in {_OWN, _LEGACY}
            and spans[-1][0][-1] not in {_OWN, _LEGACY}
            and _agree(spans[-1][1], cells)
        ):
            known = spans[-1][1]
            spans[-1] = ([*spans[-1][0], name], [b if a == _NO_PAIR else a for a, b in zip(known, cells, strict=True)])
        else:
            spans.append(([name], cells))
    heads = [names[0] if names[0] in {_OWN, _LEGACY} else f"keras {_span(names)}" for names, _ in spans]
    return heads, [(row[0], tuple(cells[at] for _, cells in spans)) for at, row in enumerate(rows)]


def _agree(known: list[str], cells: list[str]) -> bool:
    # A pair that pip never makes contradicts nothing.
    return all(a == b or _NO_PAIR in (a, b) for a, b in zip(known, cells, strict=True))


def _merged_rows(rows: list[Row]) -> list[Row]:
    """Neighbouring TensorFlow releases with the same marks become one row: a new row is where something changes."""
    merged: list[Row] = []
    for names, cells in rows:
        if merged and merged[-1][1] == cells:
            merged[-1][0].extend(names)
        else:
            merged.append((list(names), cells))
    return merged


def _span(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} - {names[-1]}"
