"""Which loaders apply to which format, and which of them decide the verdict."""

from __future__ import annotations

from inspector.terms.artifact import Format
from inspector.terms.record import record


@record
class LoaderModel:
    """A loader model: its module, the loader that speaks for all it yields, and the parts of a runtime it judges by."""

    module: str
    loader: str
    needs: tuple[str, ...] = ("tensorflow",)


_KERAS = LoaderModel("inspector.loaders.keras_load_model", "keras.models.load_model", ("keras",))
_KERAS_OF_SAVED_MODEL = LoaderModel(_KERAS.module, _KERAS.loader, ("tensorflow", "keras"))
_SAVED_MODEL = LoaderModel("inspector.loaders.tf_saved_model", "tf.saved_model.load")
_V1 = LoaderModel("inspector.loaders.tf_v1_saved_model", "tf.compat.v1.saved_model.load")
_GRAPH_DEF = LoaderModel("inspector.loaders.tf_import_graph_def", "tf.import_graph_def")

# Loader models by format, in the order of the report.
MODELS: dict[Format, tuple[LoaderModel, ...]] = {
    Format.SAVED_MODEL: (_SAVED_MODEL, _KERAS_OF_SAVED_MODEL, _V1),
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
