"""A part of the object graph cannot be made again as it is written."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD113",
    name="object-graph-broken",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{pointer} cannot be made again ({subject}): {reason}",
    fix="copy the model again from the source: no release of TensorFlow writes such a graph",
    what="A structure, a signature, a captured object, a constant or a variable of the object graph is inconsistent.",
    why="`tf.saved_model.load` makes every object again, whether it is used or not, and stops at the first that fails.",
    example="a function whose arguments are written as an empty structure, after a file was damaged or edited",
    references=(),
)
