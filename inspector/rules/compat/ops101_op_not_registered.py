"""A node uses an op that the target's TensorFlow does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.rules.writer import Standing
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


_COPY = "copy the model again from where it was saved"


def advise(case: Case) -> str:
    """The release that wrote the model has all its ops."""
    remedy = case.detail("remedy")
    if remedy.startswith("load the library"):
        return f"{remedy}: without that library nothing loads the model, so if the op was never there, {_COPY}"
    own = f", or {case.install}" if case.writer.standing is Standing.NEWER and case.install else ""
    return f"{remedy}{own}"


RULE = Rule(
    code="OPS101",
    name="op-not-registered",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{subject}' is not registered in {runtime}: {origin}",
    fix="{remedy}",
    what="A node uses an op that the target's TensorFlow does not know.",
    why=(
        "An op enters the registry with the release that adds it, or with the package that brings it. The "
        "object loader imports every function of the library, also those that nobody calls, such as the "
        "functions that save the model; so one new op in a save function stops the load."
    ),
    example=(
        "`DisableCopyOnRead`, written by TensorFlow 2.11 and later into every SavedModel with variables, in "
        "TensorFlow 2.8"
    ),
    references=("https://www.tensorflow.org/guide/versions",),
    advise=advise,
)
