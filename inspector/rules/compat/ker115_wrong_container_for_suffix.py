"""The file's content does not go with its suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """The content says which name it needs."""
    artifact = case.artifact
    if artifact is None or artifact.saved_model is not None:
        return f"tf.saved_model.load('{case.file}') opens it: it is a SavedModel"
    if artifact.is_directory:
        return f"zip the content of the folder again as {case.stem}.keras"
    kind, ending = ("a zip", ".keras") if artifact.is_zip else ("HDF5", ".h5")
    own = f"; {case.install} and opens it under its own name" if case.install else ""
    return f"rename it to {case.stem}{ending}: it is {kind}{own}"


RULE = Rule(
    code="KER115",
    name="wrong-container-for-suffix",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} is not the kind of file that its suffix promises",
    fix="rename the file to fit its content (.keras for a zip, .h5 for HDF5), or zip the folder's content",
    what="The suffix sends the path to one loader and the content belongs to another.",
    why="Keras 2 before 2.13 writes HDF5 also to a path that ends in .keras; Keras 3 asks for a zip there.",
    example="model.save('m.keras') under TensorFlow 2.10, opened by Keras 3",
    references=(),
    advise=advise,
)
