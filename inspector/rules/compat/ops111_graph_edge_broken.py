"""A node takes an input that no node provides, or one of another dtype."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return case.undo("name a node that the graph has")


RULE = Rule(
    code="OPS111",
    name="graph-edge-broken",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the graph does not fit together at {pointer}: {subject}",
    fix="save or convert the graph again",
    what="A node takes an input that no node provides, or one of another dtype.",
    why="Cutting a graph down by hand or with an old tool leaves such ends.",
    example="",
    references=(),
    advise=advise,
)
