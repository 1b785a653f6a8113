"""An op gets a tensor of a dtype that the target's op does not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return case.released(case.undo(f"give the node the dtype {case.detail('stored')}"))


RULE = Rule(
    code="OPS112",
    name="edge-dtype",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="input '{argument}' of op '{op}' is {stored} in the model, but {wanted} in {runtime}",
    fix="use a release whose '{op}' takes {stored}, or save the model with another dtype",
    what="A tensor flows into an op whose input has another dtype in the target's TensorFlow.",
    why=(
        "Some ops gained an attribute for the dtype of an input that was fixed before. Releases that ignore "
        "unknown attributes then take the fixed dtype, and the edge does not fit."
    ),
    example="a `TopKV2` with an int64 `k` (attribute `Tk`, TensorFlow 2.12), in TensorFlow 2.10",
    references=(),
    advise=advise,
)
