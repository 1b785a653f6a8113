"""A nested model of an old release is put together twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return f"tf.saved_model.load('{case.file}') opens it; {case.install or 'TensorFlow 2.3'} has the Keras model"


RULE = Rule(
    code="KER208",
    name="model-part-tracked-twice",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} tracks {subject} of a nested model twice",
    fix="load with TensorFlow 2.3 and save the model again, or use tf.saved_model.load",
    what=(
        "Models of TensorFlow 1.15 and 2.0 do not say that they are functional, so that from 2.4 on a "
        "nested one is rebuilt from its config and then filled in from the object graph as well."
    ),
    why="Both ways register the same part under the same name, which is refused.",
    example="a functional model with another model as a layer, saved by 1.15, in 2.10",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
