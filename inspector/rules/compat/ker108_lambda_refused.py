"""Safe mode refuses Python code in the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What compile() stored need not be read at all."""
    refused = "if you trust the file, load with safe_mode=False"
    return f"{COMPILE}, or {refused}" if case.compiled else f"{refused}; better, replace it by a class of your own"


RULE = Rule(
    code="KER108",
    name="lambda-refused",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} refuses to load the Python code in {subject}",
    fix=("if you trust the file, load with safe_mode=False; better, replace the Lambda by a layer class of your own"),
    what="The model stores the bytecode of a Python lambda, and loading it would run code from the file.",
    why=(
        "A Lambda can do anything that Python can. Safe mode is on by default for .keras files, and for .h5 "
        "files since Keras 3.11.3."
    ),
    example="keras.layers.Lambda(lambda x: x * 2)",
    references=("https://keras.io/api/layers/core_layers/lambda/",),
    advise=advise,
)
