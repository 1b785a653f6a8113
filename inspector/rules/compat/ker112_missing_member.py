"""The file lacks a part that every model has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def _top_folder(case: Case) -> str:
    """The folder of the archive that the missing member is in; empty where it is in none."""
    members = case.artifact.members if case.artifact is not None else ()
    found = (m.name for m in members if m.name.rpartition("/")[2] == case.subject)
    return next(found, "").rpartition("/")[0]


def advise(case: Case) -> str:
    """An archive zipped by hand often has a folder too many; what is really missing, no release makes up."""
    top = _top_folder(case)
    if top:
        return f"zip the content of {top}/ again, so that {case.subject} stands at the top of the archive"
    if case.artifact is not None and case.artifact.is_directory:
        return f"zip the content of the folder again as {case.file}; then: {case.install or 'load it with Keras 3'}"
    copied = f"copy the file again from where it was saved: nothing in it replaces {case.subject}"
    return f"{copied}; weights alone go into a model built in code, by load_weights('{case.file}')"


RULE = Rule(
    code="KER112",
    name="missing-member",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} is missing",
    fix="save the model again with model.save(); a file with weights alone belongs to load_weights",
    what="The archive or HDF5 file does not hold the config or the weights.",
    why=("Weights files are often taken for models, and archives zipped by hand often have a folder level too many."),
    example="load_model on the file that save_weights wrote",
    references=(),
    advise=advise,
)
