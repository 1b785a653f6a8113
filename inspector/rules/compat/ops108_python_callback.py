"""The graph calls back into Python."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS108",
    name="python-callback",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{subject}' calls Python code that is not in the model",
    fix=("no other process can call it: replace tf.py_function / tf.numpy_function by TensorFlow ops and save again"),
    what="The graph calls back into Python.",
    why=(
        "`tf.py_function` and `tf.numpy_function` leave only a token in the graph; the function itself lives "
        "in the process that made it. The model loads and every call of it fails."
    ),
    example="",
    references=("https://www.tensorflow.org/api_docs/python/tf/py_function",),
)
