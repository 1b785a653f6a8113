"""The stored optimizer does not fit this Keras."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER114",
    name="optimizer-config",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} cannot restore the optimizer {subject}",
    fix="load with compile=False and compile again",
    what="The optimizer's stored config or state is of a form that this Keras does not read.",
    why=(
        "Optimizers were rewritten in Keras 2.11 and again in Keras 3; a model that is only used for "
        "inference does not need one."
    ),
    example="a legacy Adam saved by Keras 2.10",
    references=("https://keras.io/api/optimizers/",),
)
