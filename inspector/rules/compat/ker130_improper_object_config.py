"""A config does not say which class it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """Releases differ in what they take for an object; most such configs were edited."""
    return COMPILE if case.compiled else case.released(case.undo())


RULE = Rule(
    code="KER130",
    name="improper-object-config",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="a {subject} config of the model is not of the form that {runtime} reads",
    fix=(
        "save the model again with the Keras that wrote it; a hand-written config needs class_name and "
        "config for each object"
    ),
    what=(
        "An object stands in the config without its `class_name` or its `config`, or as something that is"
        " neither a name nor an object."
    ),
    why=(
        "Every layer, loss or initializer is stored as a name with a config, and Keras looks the name up "
        "before anything else."
    ),
    example="a layer of an edited model_config whose `class_name` was deleted",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
