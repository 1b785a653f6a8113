"""The model holds a table that saves itself with a function of its own."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD106",
    name="save-function-call",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} cannot call the saved save-function '{subject}' of a table",
    fix="install tensorflow~=2.10.0, or install tensorflow>=2.14: 2.13 still fails with what 2.3 and older saved",
    what="The model holds a table that saves itself with a function of its own.",
    why=(
        "TensorFlow 2.11 and 2.12 (2.13 for functions without a spec) call each such function with an empty "
        "string when the model loads, and the "
        "function only takes tensors."
    ),
    example="a `TextVectorization` layer saved by TensorFlow 2.15, in TensorFlow 2.12",
    references=(),
)
