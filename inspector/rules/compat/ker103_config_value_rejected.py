"""A class refuses a value of its stored config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """A vocabulary is a file's path or a list; other values are what some release wrote, or somebody's edit."""
    key, value = case.detail("key"), case.detail("value").strip("'")
    if case.compiled:
        return COMPILE
    if key == "vocabulary" and "/" in value:
        return (
            f"put the file {value} there and check with --assume-file {value}, or save the layer with the list itself"
        )
    return case.released(case.undo())


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
    advise=advise,
)
