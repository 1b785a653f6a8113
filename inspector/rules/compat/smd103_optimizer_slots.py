"""The model was saved with a Keras 2 optimizer that keeps slot variables."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD103",
    name="optimizer-slots",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the saved optimizer has {slots} slot variables (first: {slot}), which {runtime} cannot make",
    fix=(
        "install tf_keras and set TF_USE_LEGACY_KERAS=1, or save the model without its optimizer "
        "(include_optimizer=False)"
    ),
    what="The model was saved with a Keras 2 optimizer that keeps slot variables.",
    why=(
        "Slot variables are made by the optimizer's `add_slot`. Keras 3 registers no class for saved "
        "optimizers, so the optimizer becomes a plain object without that method. A model that was never "
        "trained, or whose optimizer is of the newer kind (Keras 2.11), has no slots."
    ),
    example="a model trained with `optimizers.legacy.Adam`, in TensorFlow 2.16 and later",
    references=(),
)
