"""The runtime's Python cannot read the stored bytecode."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER109",
    name="lambda-bytecode",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{python} cannot read the bytecode that {subject} stores",
    fix=(
        "load with the Python minor version that saved the model, or rebuild the layer in code and load only "
        "the weights"
    ),
    what="A Lambda is stored as marshalled bytecode, whose form changes with the minor version of Python.",
    why="The same TensorFlow under another Python fails, or crashes when the code is called.",
    example="a Lambda saved under Python 3.7 and loaded under 3.11",
    references=("https://docs.python.org/3/library/marshal.html",),
)
