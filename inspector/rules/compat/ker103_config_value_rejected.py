"""A class refuses a value of its stored config."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER103",
    name="config-value-rejected",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} of {runtime} refuses {key}={value}",
    fix="load with the Keras that wrote the model, or change the value and save the model again",
    what="The constructor takes the key but not the value that is stored for it.",
    why=(
        "Releases write the same argument in different forms (a list for one axis, `auto` for a reduction), "
        "and not every release reads every form."
    ),
    example="a loss with `reduction='auto'` of Keras 2 in Keras 3",
    references=(),
)
