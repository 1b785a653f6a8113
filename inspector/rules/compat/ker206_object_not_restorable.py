"""A custom object that Keras cannot rebuild from saved functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.case import COMPILE
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """Metrics are left out by compile=False."""
    opens = f"tf.saved_model.load('{case.file}') opens the model as it is"
    if case.compiled or "metric" in case.pointer.lower() or "Metric" in case.subject:
        return f"{COMPILE}, or {opens}"
    return case.released(f"{opens}; to have the Keras model, pass custom_objects={{'{case.subject}': ...}}")


RULE = Rule(
    code="KER206",
    name="object-not-restorable",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} cannot rebuild {subject} from the SavedModel alone",
    fix="pass custom_objects={{'{subject}': ...}}, or load with compile=False where it is a metric",
    what="Layers and models come back from their saved functions; metrics, and recurrent layers, need their class.",
    why="The training config and the metrics of a compiled model are revived with it.",
    example="a model compiled with a metric function of the user's",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
