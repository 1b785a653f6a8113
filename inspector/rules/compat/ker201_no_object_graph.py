"""The SavedModel holds no objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return f"tf.saved_model.load('{case.file}') opens it, and so does tf.compat.v1.saved_model.load: call a signature"


RULE = Rule(
    code="KER201",
    name="no-object-graph",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} revives objects, and this SavedModel has none",
    fix="load with tf.saved_model.load, or tf.compat.v1.saved_model.load, and call a signature",
    what=(
        "load_model takes the first MetaGraph and the root of its object graph without looking whether they are there."
    ),
    why=(
        "SavedModels of TensorFlow 1 (SavedModelBuilder, Estimator exports, frozen graphs wrapped by "
        "tools) hold graphs and signatures only."
    ),
    example="a TensorFlow 1 export: IndexError: list index out of range",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
