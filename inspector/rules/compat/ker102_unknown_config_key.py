"""A class does not take a key of its stored config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """The writer's release takes what it wrote; where that one refuses the key, the config was edited."""
    keys = case.detail("keys")
    delete = f"delete {keys} from the config of {case.subject} in {case.member} and save the file again"
    if case.compiled:
        return f"{COMPILE}, or {delete}"
    if case.same_release or not case.install:
        return f"no release that is known to have written the file takes it: {delete}" if case.install else delete
    return f"{case.install}, or {delete}"


RULE = Rule(
    code="KER102",
    name="unknown-config-key",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} of {runtime} does not take {keys}",
    fix=(
        "load with the Keras that wrote the model or a later release of the same major, or delete {keys} from"
        " the config and save it again"
    ),
    what="The stored config holds keys that the constructor of the class does not take.",
    why=(
        "Each release writes every argument that its constructors have, also those left at their defaults, so"
        " a model of a newer Keras often names arguments that an older one does not have, and Keras 3 dropped"
        " arguments that Keras 2 wrote."
    ),
    example="a Dense of Keras 3.13 stores `quantization_config`, which 3.12 refuses",
    references=("https://github.com/keras-team/keras/blob/master/keras/src/layers/layer.py",),
    advise=advise,
)
