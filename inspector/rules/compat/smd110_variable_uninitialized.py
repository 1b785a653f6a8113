"""The graph reads a variable that its saver does not restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return (
        f"tf.saved_model.load('{case.file}') restores it: call its signature there; in a session, export again with "
        "variables that the exported object tracks"
    )


RULE = Rule(
    code="SMD110",
    name="variable-uninitialized",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="variable '{subject}' is never restored in a session",
    fix="use tf.saved_model.load, or export again with variables that the exported object tracks",
    what="The graph reads a variable that its saver does not restore.",
    why=(
        "The session loader restores what the saver lists. A variable outside it stays uninitialised and the "
        "first run that reads it fails."
    ),
    example="",
    references=(),
    advise=advise,
)
