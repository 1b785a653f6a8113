"""A stored config lacks a key that the class needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """A release that needs more keys than another wrote, or a key that somebody deleted."""
    if case.compiled:
        return COMPILE
    return case.released(case.undo(f"add {case.detail('keys')} at {case.place}"))


RULE = Rule(
    code="KER104",
    name="missing-config-key",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the config of {subject} lacks {keys}",
    fix="write the config with get_config() of the class, or add the key by hand",
    what="The constructor, or the class's own from_config, needs a key that the config does not have.",
    why=(
        "Hand-edited configs and custom classes with an incomplete get_config() are the usual causes; newer "
        "releases also need keys that older ones did not write."
    ),
    example="a Dense without `units`",
    references=(),
    advise=advise,
)
