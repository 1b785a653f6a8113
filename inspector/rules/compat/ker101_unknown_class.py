"""Keras does not know a class of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """A class that the writer's own release has is no custom class: that release is the fix."""
    if not case.same_release and case.writer.knows(case.subject):
        return case.install
    package, _, name = case.subject.rpartition(">")
    registered = f", registered with package='{package}'," if package else ""
    passed = (
        f"pass custom_objects={{'{case.subject}': {name}}}{registered} (`inspect stubs {case.file}` writes a skeleton)"
    )
    if case.compiled:
        return f"{COMPILE}, or {passed}"
    # A dtype policy of one's own is as good as unheard of, and no skeleton stands in for one. A class that the same
    # release has under another module is not missing either: what was changed is the module.
    policy = case.pointer.endswith(("/dtype", "/dtype_policy"))
    foreign = policy or case.writer.knows(case.subject) or _said_to_be_keras(case)
    return f"{passed}; if you have no such class, {case.undo()}" if foreign else passed


def _said_to_be_keras(case: Case) -> bool:
    """Whether the error shows a module of Keras for the class: Keras asks that module, which no release has it in."""
    before, _, shown = case.problem.error.message.partition(f"', 'class_name': '{case.subject}'")
    return bool(shown) and before.rpartition("'module': '")[2].startswith("keras")


RULE = Rule(
    code="KER101",
    name="unknown-class",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} does not know the class '{subject}'",
    fix=(
        "pass custom_objects={{'{subject}': {subject}}}, or register the class; then check with --custom-"
        "objects layers.py"
    ),
    what=("The config names a class that is neither a built-in of the runtime's Keras nor given as a custom object."),
    why=(
        "Registration is not stored in the file: only code that is imported before the load can register a "
        "class. Classes that a Keras release dropped or does not have yet read the same."
    ),
    example=(
        "a functional model with `class MyLayer(keras.layers.Layer)`, loaded in a process that does not import it"
    ),
    references=("https://keras.io/guides/serialization_and_saving/#custom-objects",),
    advise=advise,
)
