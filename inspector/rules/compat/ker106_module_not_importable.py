"""The module that the config names is not there."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER106",
    name="module-not-importable",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} should come from {module}, which {runtime} does not have",
    fix=(
        "load with the Keras that wrote the model; a .keras file of Keras 2 opens with tf_keras and "
        "TF_USE_LEGACY_KERAS=1"
    ),
    what=(
        "Every object in a .keras file says which module it comes from, and this one cannot be imported or "
        "may not be used."
    ),
    why=(
        "Internal modules moved between releases: functional models of Keras 2.13 to 2.15 name "
        "keras.src.engine.functional, which Keras 3 does not have."
    ),
    example="a functional .keras of Keras 2.15 in Keras 3",
    references=("https://keras.io/api/models/model_saving_apis/model_saving_and_loading/",),
)
