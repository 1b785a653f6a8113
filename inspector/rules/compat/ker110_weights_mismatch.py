"""The stored weights do not fit the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """Layouts of weights changed between releases; within one release the file was changed."""
    return case.released(case.undo("take the weights and the config from the same save"))


RULE = Rule(
    code="KER110",
    name="weights-mismatch",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the weights of {subject} do not fit: expected {expected}, found {found}",
    fix="take the weights and the config from the same save; copy the file again if it was cut",
    what=(
        "Weights are found by order in .h5 files and by place in .keras files; their number or shapes differ "
        "from what the config builds, or they are missing or may not be read."
    ),
    why=(
        "Layers edited in the config, files cut or edited by hand, and layouts that changed between releases "
        "read alike here."
    ),
    example="units changed from 3 to 5 in config.json",
    references=(),
    advise=advise,
)
