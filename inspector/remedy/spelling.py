"""How the source of a skeleton is spelled for the Keras of its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.remedy.names import quoted
from inspector.terms.record import record
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from inspector.remedy.missing import Missing
    from inspector.runtime.facts import KerasFacts

_SAVING, _UTILS = "keras.saving.register_keras_serializable", "keras.utils.register_keras_serializable"
_TITLES = {KerasFlavour.KERAS3: "Keras", KerasFlavour.TF_KERAS: "tf_keras"}


@record
class Spelling:
    """Import lines, the registering decorator, and whether layers must put out a tensor while the model is built.

    Keras 3 asks a layer's `compute_output_shape`; every Keras before calls it (`_infer_output_signature`).
    """

    title: str
    imports: tuple[str, ...]
    register: str
    calls_layers: bool

    def decorator(self, missing: Missing, identifier: str) -> list[str]:
        """The line that registers an object as it was registered when the model was saved; none if it was not."""
        if missing.registration is None:
            return []
        package, name = missing.registration
        # The class may bear another name here (two of one name, or none that Python takes): it is registered under the
        # old one.
        own = "" if name == identifier else f", name={quoted(name)}"
        return [f"@{self.register}(package={quoted(package)}{own})"]


def spelling_of(facts: KerasFacts) -> Spelling:
    """The spelling for a recorded Keras."""
    # `keras.saving` is public from Keras 2.12 on; before that the decorator stood in `keras.utils` alone.
    register = _SAVING if facts.exported(_SAVING) is not None else _UTILS
    title = f"{_TITLES.get(facts.flavour, 'tf.keras')} {facts.version}"
    if facts.flavour is KerasFlavour.KERAS3:
        return Spelling(title, ("import keras",), register, calls_layers=False)
    source = "import tf_keras as keras" if facts.flavour is KerasFlavour.TF_KERAS else "keras = tf.keras"
    # `import keras` would be another Keras there: up to 2.5 it is not TensorFlow's own.
    lines = ("import tensorflow as tf", source) if "import" in source else ("import tensorflow as tf", "", source)
    return Spelling(title, lines, register, calls_layers=True)
