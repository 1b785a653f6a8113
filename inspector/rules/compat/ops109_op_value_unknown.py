"""An input that selects an algorithm holds a value that the target's kernel does not implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case

_NEWER = "use a newer TensorFlow, or save the model with a value that the older one knows"


def advise(case: Case) -> str:
    """What helps in this case."""
    return (
        f"{case.install}, or save the model with a value that {case.runtime.tensorflow} knows"
        if case.install
        else _NEWER
    )


RULE = Rule(
    code="OPS109",
    name="op-value-unknown",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{op}' gets the value {subject}, which {runtime} does not know",
    fix="use a newer TensorFlow, or save the model with a value that the older one knows",
    what="An input that selects an algorithm holds a value that the target's kernel does not implement.",
    why="Such values are no attributes: nothing checks them before the kernel runs.",
    example="`Unsupported algorithm id: 3` (RNG_ALG_AUTO_SELECT) in TensorFlow 2.6",
    references=(),
    advise=advise,
)
