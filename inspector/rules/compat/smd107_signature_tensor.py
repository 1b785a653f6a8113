"""A signature names a tensor that the graph does not have, or lies about its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return (
        f"tf.saved_model.load('{case.file}') calls the function itself and does not need the signature's names; in a "
        "session, export it again"
    )


RULE = Rule(
    code="SMD107",
    name="signature-tensor",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="signature '{signature}' does not fit the graph: {subject}",
    fix="export the signature again",
    what="A signature names a tensor that the graph does not have, or lies about its shape.",
    why=(
        "The session run feeds and fetches tensors by the names of the SignatureDef. The object loader uses "
        "the functions instead and never notices."
    ),
    example="",
    references=(),
    advise=advise,
)
