"""Keras does not know a class of the model."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

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
)
