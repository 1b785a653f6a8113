"""keras_metadata.pb cannot be parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return (
        f"copy {case.member} again (git lfs pull where it is a pointer); tf.saved_model.load('{case.file}') opens the "
        "model without it"
    )


RULE = Rule(
    code="KER203",
    name="metadata-file-not-readable",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{subject} does not parse",
    fix=(
        "copy the folder again; git lfs pull where it is a pointer. tf.saved_model.load opens the model "
        "without that file"
    ),
    what="The file with Keras' metadata is damaged or is another file.",
    why="It is small, so that copies that cut large files and Git LFS pointers are the usual causes.",
    example="a Git LFS pointer in place of keras_metadata.pb",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
