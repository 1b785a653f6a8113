"""The model holds a table that saves itself with a function of its own."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD106",
    name="save-function-call",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} cannot call the saved save-function '{subject}' of a table",
    fix="use TensorFlow 2.10 or older, or 2.13 or newer",
    what="The model holds a table that saves itself with a function of its own.",
    why=(
        "TensorFlow 2.11 and 2.12 call each such function with an empty string when the model loads, and the "
        "function only takes tensors."
    ),
    example="a `TextVectorization` layer saved by TensorFlow 2.15, in TensorFlow 2.12",
    references=(),
)
