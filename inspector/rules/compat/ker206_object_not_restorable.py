"""A custom object that Keras cannot rebuild from saved functions."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

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
)
