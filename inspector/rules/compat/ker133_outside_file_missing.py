"""The model names a file outside itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case

_ASSET = "save the SavedModel with the file as an asset (tf.saved_model.Asset)"


def advise(case: Case) -> str:
    """A layer can hold the list itself, a table can carry the file as an asset."""
    target = case.detail("target")
    if "/" in case.pointer and case.member.endswith((".h5", ".hdf5", ".keras")) and case.pointer.startswith("/model_w"):
        return f"copy the file again, with its data in it: {case.pointer} is only a link to {target}"
    saved = "save the layer with its vocabulary in the config" if "layer" in case.problem.details else _ASSET
    return f"put the file {target} there and check with --assume-file {target}, or {saved}"


RULE = Rule(
    code="KER133",
    name="outside-file-missing",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the model reads {target}, which lies outside it and counts as absent on the target",
    fix=(
        "save the layer with its vocabulary in the config (vocabulary as a list), or put the file there "
        "and check with --assume-file {target}"
    ),
    what="A lookup layer stores the path of its vocabulary, or the HDF5 file links to another file.",
    why=(
        "Paths belong to the machine that saved the model. From Keras 3.12 on vocabularies are stored "
        "inside .keras files."
    ),
    example=(
        "StringLookup(vocabulary='/home/me/vocab.txt') loaded elsewhere: ValueError: Vocabulary file ... "
        "does not exist."
    ),
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
