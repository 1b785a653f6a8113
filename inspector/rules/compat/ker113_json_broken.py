"""The stored config is no JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """No release parses it."""
    return case.undo()


RULE = Rule(
    code="KER113",
    name="json-broken",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} cannot be parsed as JSON",
    fix="copy or save the model again; if the config was edited, undo the edit",
    what="The text of the config ends early or was edited by hand.",
    why="Nothing of the model is left when its config cannot be read.",
    example="a config.json cut in half",
    references=(),
    advise=advise,
)
