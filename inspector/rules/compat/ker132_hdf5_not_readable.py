"""h5py cannot open the file or something in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What is cut off or gone is in no other place of the file."""
    return f"copy the file again from where it was saved: nothing else brings back {case.subject}"


RULE = Rule(
    code="KER132",
    name="hdf5-not-readable",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="h5py cannot open {subject}: {text}",
    fix="copy or save the file again: it was cut, is no HDF5 file, or lacks what its own tables list",
    what="The HDF5 library cannot open the file, or a group or dataset that the file itself names is not in it.",
    why="Cut downloads keep a valid beginning, and tools that rewrite HDF5 files may drop objects.",
    example=(
        "an .h5 whose last kilobytes are missing: Unable to open file (truncated file: eof = ..., stored_eof = ...)"
    ),
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
