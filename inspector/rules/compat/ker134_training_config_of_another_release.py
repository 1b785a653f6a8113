"""The model cannot be compiled from its training config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What compile() stored can be left out."""
    folder = case.artifact is not None and case.artifact.saved_model is not None
    return f"{COMPILE}, or tf.saved_model.load('{case.file}') opens it" if folder else COMPILE


RULE = Rule(
    code="KER134",
    name="training-config-of-another-release",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} cannot compile the model from its training config ({subject})",
    fix="load with compile=False and compile again",
    what="The stored training config lacks something that this release reads, or holds what it does not understand.",
    why=(
        "TensorFlow 2.2 stopped to write sample_weight_mode, which releases up to 2.2 still read; "
        "TensorFlow 1.15 and 2.0 name the outputs of revived models anew, so that losses by output name "
        "do not fit."
    ),
    example="a model of TensorFlow 2.4 in 1.15: KeyError: 'sample_weight_mode'",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
