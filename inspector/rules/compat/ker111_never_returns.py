"""The model's graph cannot be rebuilt, and most releases never stop trying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """Keras 2 counts the calls of a nested model from 1, and Keras 2 still reads it."""
    return case.released(case.undo("undo what was changed in its inbound_nodes"))


RULE = Rule(
    code="KER111",
    name="never-returns",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} waits for a layer call that never comes, and {runtime} does not stop waiting",
    fix=(
        "load with Keras 2 (tf_keras with TF_USE_LEGACY_KERAS=1) and save again as .keras, or rebuild the "
        "model in code and load the weights"
    ),
    what="A layer's call names the output of a call that the loader never makes.",
    why=(
        "A model of Keras 2 that contains another model counts that model's calls from 1, Keras 3 from 0. "
        "Releases before 3.12.4, and 3.13 and 3.14, loop for ever; the others raise."
    ),
    example="a Sequential inside a functional model, saved to .h5 by TF 2.15",
    references=("https://github.com/keras-team/keras/pull/19669",),
    advise=advise,
)
