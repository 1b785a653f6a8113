"""Keras objects without Keras' metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return (
        f"tf.saved_model.load('{case.file}') opens it; a Keras model again is what model.save() writes: copy "
        "keras_metadata.pb along with saved_model.pb if it was left behind"
    )


RULE = Rule(
    code="KER204",
    name="not-saved-by-keras",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the SavedModel holds a {subject} object and none of its metadata",
    fix=(
        "load with tf.saved_model.load, or save again with model.save(); copy keras_metadata.pb along "
        "with saved_model.pb"
    ),
    what=(
        "The object graph marks Keras objects, and neither the graph nor keras_metadata.pb says how to rebuild them."
    ),
    why=(
        "tf.saved_model.save(model) writes no metadata, and a copy that leaves keras_metadata.pb behind reads the same."
    ),
    example="tf.saved_model.save(keras_model, path), then load_model(path)",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
