"""How the variables of a model and the values in a weights file stand to each other."""

from __future__ import annotations

from enum import StrEnum

from inspector.terms.record import record

Shape = tuple[int | None, ...] | None


class Standing(StrEnum):
    """How one variable stands; the values are part of the JSON report."""

    SAME = "same"
    MISSING = "missing"  # the model has it, the file does not
    EXTRA = "extra"  # the file has it, the model does not
    SHAPE = "shape"
    ORDER = "order"  # both have a layer of that name, at another place in the order by which values are assigned
    UNKNOWN = "unknown"  # the model's variables, or their shapes, do not follow from its config


@record
class FitRow:
    """One variable: its name in the model and in the file ("" where it is not there), with both shapes."""

    standing: Standing
    in_model: str
    model_shape: Shape
    in_file: str
    file_shape: Shape


@record
class Fit:
    """A weights file held against a model: by order of layers, by object path, or by checkpoint key (`matched_by`)."""

    model_path: str
    matched_by: str
    rows: tuple[FitRow, ...]

    @property
    def differing(self) -> tuple[FitRow, ...]:
        """The rows that are not the same on both sides."""
        # What is not known is among them: it may differ.
        return tuple(row for row in self.rows if row.standing is not Standing.SAME)

    def count(self, standing: Standing) -> int:
        """How many rows stand so."""
        return sum(row.standing is standing for row in self.rows)
