"""The loader does not open this kind of file under this name."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

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
)
