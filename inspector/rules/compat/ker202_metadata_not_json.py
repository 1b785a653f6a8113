"""The metadata of a Keras object cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """TensorFlow 2.5 moved the metadata into keras_metadata.pb; the releases before read another place."""
    opens = f"tf.saved_model.load('{case.file}') opens the model without it"
    return case.released(f"{opens}; to have the Keras model, copy the folder again")


RULE = Rule(
    code="KER202",
    name="metadata-not-json",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the metadata of a {subject} object is no JSON for {runtime}",
    fix=(
        "load with TensorFlow 2.5 or later, which reads keras_metadata.pb; with tf.saved_model.load the "
        "model opens without it"
    ),
    what=(
        "TensorFlow up to 2.4 looks for each object's metadata in saved_model.pb, where releases from 2.5"
        " on leave it empty; or the metadata is damaged."
    ),
    why=(
        "The metadata moved to keras_metadata.pb in TensorFlow 2.5, so that older releases find empty "
        "text where JSON should be."
    ),
    example="a model of TensorFlow 2.8 in 2.4: JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
