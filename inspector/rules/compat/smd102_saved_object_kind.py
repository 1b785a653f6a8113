"""The object graph holds a kind of object that came with a later release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return case.install or "use a newer TensorFlow"


RULE = Rule(
    code="SMD102",
    name="saved-object-kind",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the object graph holds an object of kind '{subject}', which {runtime} does not know",
    fix="use a newer TensorFlow",
    what="The object graph holds a kind of object that came with a later release.",
    why="Every object is made again when the model loads, whether it is used or not.",
    example="`captured_tensor`, from TensorFlow 2.7 on",
    references=(),
    advise=advise,
)
