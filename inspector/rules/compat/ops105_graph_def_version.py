"""The graph says which readers it is meant for, and the target is not one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case

# Far above any GraphDef version that TensorFlow will have in years: they count days since 2015.
_NEWEST = 10_000


def advise(case: Case) -> str:
    """A version that no release has reached was written by nobody."""
    if int(case.subject) > _NEWEST:
        return case.undo(f"set {case.pointer} to what its TensorFlow writes")
    return case.install or "use a newer TensorFlow"


RULE = Rule(
    code="OPS105",
    name="graph-def-version",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the GraphDef's versions exclude {runtime}: {pointer} is {subject}",
    fix="use a newer TensorFlow",
    what="The graph says which readers it is meant for, and the target is not one of them.",
    why=(
        "`min_consumer` and `bad_consumers` are checked where a whole graph is imported: by the session "
        "loader and by `tf.import_graph_def`. The object loader ignores them."
    ),
    example="",
    references=("https://www.tensorflow.org/guide/versions",),
    advise=advise,
)
