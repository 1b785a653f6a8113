"""A lookup table of an old release finds no place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return case.released(f"tf.saved_model.load('{case.file}') opens the model as it is, with its tables")


RULE = Rule(
    code="KER209",
    name="table-not-restored",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} makes a lookup table for {subject} that the SavedModel does not fill",
    fix=(
        "load with the release that saved the model and save it again with the vocabulary in the config; "
        "tf.saved_model.load opens it"
    ),
    what=(
        "Lookup layers were rewritten in 2.6: the table that the new layer makes has another name than the saved one."
    ),
    why="A table that no saved value reaches would be empty, so that the load ends.",
    example=(
        "a StringLookup of 2.4 in 2.10: AssertionError: Found 1 Python objects that were not bound to "
        "checkpointed values"
    ),
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
