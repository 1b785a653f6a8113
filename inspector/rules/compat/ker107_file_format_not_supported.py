"""The loader does not open this kind of file under this name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.rules.writer import LEGACY
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case

_FIRST_KERAS3 = "3.0.0"


def _saved_model(case: Case) -> str:
    """TFSMLayer asks for the name of a signature; a SavedModel of Keras opens with tf_keras as a Keras model."""
    model = case.artifact.signatures if case.artifact is not None else {}
    names = [name for name in model if not name.startswith("__")]
    opens = f"tf.saved_model.load('{case.file}') opens it"
    layer = f", keras.layers.TFSMLayer('{case.file}', call_endpoint='{names[0]}') makes it a layer" if names else ""
    return f"{opens}{layer}; to have a Keras model again, {LEGACY}"


def _version(case: Case) -> str:
    return case.writer.name.partition(" ")[2] if case.writer.is_keras3 else _FIRST_KERAS3


def advise(case: Case) -> str:
    """A SavedModel opens with TensorFlow itself, a zip with the releases that know zips."""
    if case.artifact is not None and case.artifact.saved_model is not None:
        return _saved_model(case)
    if case.artifact is not None and case.artifact.is_zip:
        known = case.writer.is_keras3 or not case.install
        return f"install tensorflow>=2.16 with keras=={_version(case)} or newer" if known else case.install
    return case.undo("give it the name of what it holds (.keras for a zip, .h5 for HDF5)")


RULE = Rule(
    code="KER107",
    name="file-format-not-supported",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} does not open {subject} as a model",
    fix=(
        "save the model as .keras, or use keras.layers.TFSMLayer(path, call_endpoint='serving_default') for a"
        " SavedModel in Keras 3"
    ),
    what="load_model chooses by the path's suffix and the first bytes; nothing that it knows fits here.",
    why=(
        "Keras 3 opens zip files named .keras and HDF5 files named .h5 or .hdf5, and no SavedModel; Keras 2 "
        "before 2.13 writes HDF5 whatever the suffix."
    ),
    example="a SavedModel folder given to load_model of Keras 3",
    references=("https://keras.io/api/layers/backend_specific_layers/tfsm_layer/",),
    advise=advise,
)
