"""A node uses an op that the target's TensorFlow does not know."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS101",
    name="op-not-registered",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{subject}' is not registered in {runtime}: {origin}",
    fix="{remedy}",
    what="A node uses an op that the target's TensorFlow does not know.",
    why=(
        "An op enters the registry with the release that adds it, or with the package that brings it. The "
        "object loader imports every function of the library, also those that nobody calls, such as the "
        "functions that save the model; so one new op in a save function stops the load."
    ),
    example=(
        "`DisableCopyOnRead`, written by TensorFlow 2.11 and later into every SavedModel with variables, in "
        "TensorFlow 2.8"
    ),
    references=("https://www.tensorflow.org/guide/versions",),
)
