"""The runtime's Python cannot read the stored bytecode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case

_PYTHON = "load with the TensorFlow and the Python minor version that saved the model"


def advise(case: Case) -> str:
    """The writer's release comes with the Pythons that it had wheels for."""
    under = f"{case.install}, under the Python minor version that saved it" if case.install else _PYTHON
    return f"{under}; or rebuild the layer in code and load only the weights: bytecode of one Python runs in no other"


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
    advise=advise,
)
