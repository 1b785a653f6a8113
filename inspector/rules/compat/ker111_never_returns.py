"""The model's graph cannot be rebuilt, and most releases never stop trying."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

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
)
