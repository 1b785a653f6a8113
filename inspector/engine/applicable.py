"""Which loaders apply to which format, and which of them decide the verdict."""

from __future__ import annotations

from inspector.terms.artifact import Format

_KERAS = "inspector.loaders.keras_load_model"
_SAVED_MODEL = "inspector.loaders.tf_saved_model"
_V1 = "inspector.loaders.tf_v1_saved_model"
_GRAPH_DEF = "inspector.loaders.tf_import_graph_def"

# Loader modules by format, in the order of the report.
MODULES: dict[Format, tuple[str, ...]] = {
    Format.SAVED_MODEL: (_SAVED_MODEL, _KERAS, _V1),
    Format.KERAS: (_KERAS,),
    Format.KERAS_H5: (_KERAS,),
    Format.WEIGHTS_H5: (_KERAS,),
    Format.GRAPH_DEF: (_GRAPH_DEF,),
}

# The format's own loader: what decides the verdict where no --loader is given (public contract).
REQUIRED: dict[Format, tuple[str, ...]] = {
    Format.SAVED_MODEL: ("tf.saved_model.load",),
    Format.KERAS: ("keras.models.load_model",),
    Format.KERAS_H5: ("keras.models.load_model",),
    Format.WEIGHTS_H5: ("model.load_weights",),
    Format.CHECKPOINT: ("tf.train.Checkpoint.restore",),
    Format.GRAPH_DEF: ("tf.import_graph_def",),
}
