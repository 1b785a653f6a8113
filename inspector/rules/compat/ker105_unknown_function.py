"""Keras does not know a loss, metric, activation or other function by that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case

_REBUILD = "build the model again in code with a named function there and load only the weights"


def advise(case: Case) -> str:
    """What compile() stored can be left out; of the rest, built-ins of another release are no custom objects."""
    passed = f"pass custom_objects={{'{case.subject}': {case.subject.rpartition('>')[2]}}}"
    if case.compiled:
        return f"{COMPILE}, or {passed}" if _is_name(case.subject) else COMPILE
    if not _is_name(case.subject):
        return _nameless(case)
    if not case.same_release and case.writer.knows(case.subject):
        return case.install
    return f"{passed} (`inspect stubs {case.file}` writes a skeleton)"


def _is_name(text: str) -> bool:
    return text.replace(">", "").isidentifier()


def _nameless(case: Case) -> str:
    """A Python lambda: Keras 2 stores its name, Keras 3 also its code (`{'value': [...]}`), which no Keras reads."""
    if case.subject == "<lambda>":
        return "pass custom_objects={'<lambda>': the function itself}: the file holds only what every lambda is called"
    return (
        f"no release reads the file as it is: {case.place} names no function. A lambda is stored so: {_REBUILD}; "
        "what was no lambda was changed: copy the model again from where it was saved"
    )


RULE = Rule(
    code="KER105",
    name="unknown-function",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} does not know {kind} '{subject}'",
    fix=(
        "pass custom_objects={{'{subject}': {subject}}}, load with compile=False if it is a loss, a metric or"
        " an optimizer, or use the full name of the built-in"
    ),
    what=("A string or function in the config names something that is neither built in nor given as a custom object."),
    why=(
        "Short names are not equal to full ones everywhere: the `.h5` loader of Keras 3 fails on the loss "
        "'mse' and takes 'mean_squared_error'."
    ),
    example="compile(loss='mse') saved to .h5 and loaded by Keras 3",
    references=("https://keras.io/api/losses/",),
    advise=advise,
)
