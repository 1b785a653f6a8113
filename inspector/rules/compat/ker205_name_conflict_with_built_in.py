"""A saved layer does not fit the built-in class of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """A class that changed its arguments between releases looks like the user's own of that name."""
    own = f"register your own class {case.subject}, if it is one"
    return case.released(f"tf.saved_model.load('{case.file}') opens the model as it is; to have the Keras model, {own}")


RULE = Rule(
    code="KER205",
    name="name-conflict-with-built-in",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the saved {subject} is not what {runtime} knows as {subject}",
    fix=(
        "load with the release that saved the model, or register your own class of that name; "
        "tf.saved_model.load opens the model as it is"
    ),
    what="The layer has the name of a built-in class whose constructor refuses the saved config.",
    why=(
        "Releases 2.7 to 2.11 take that for a class of the user's with the same name; mostly it is a "
        "config of a newer release. Later releases fall back to the saved functions."
    ),
    example=(
        "a TextVectorization of 2.15 in 2.10: RuntimeError: Unable to restore object of class "
        "'TextVectorization' likely due to name conflict"
    ),
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
