"""The model's own file does not load in the runtime."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT114",
    name="model-file-does-not-load",
    category=Category.COMPAT,
    severity=Severity.WARNING,
    message="{subject} itself does not load in {runtime} ({error}): the weights are judged for the model built by code",
    fix="build the model by its code there, then load the weights; `inspect {subject} --against ...` says what fails",
    what="The file that describes the model is not read by the runtime that the weights should be loaded in.",
    why="Weights of old releases often load where the file of the whole model does not.",
    example="a .keras of Keras 3 with weights for TensorFlow 2.15",
)
