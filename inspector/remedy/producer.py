"""The environment that a model was made in, as far as the file says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.runtime.distributions import release
from inspector.runtime.keras_facts import recorded_releases
from inspector.runtime.releases import releases
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact

# What TensorFlow's own Keras calls itself: `2.2.4-tf`, `2.3.0-tf`, `2.4.0`.
_BUNDLED: dict[tuple[int, ...], str] = {(2, 2): "2.0.4", (2, 3): "2.3.4", (2, 4): "2.4.4", (2, 5): "2.5.3"}


def producer_target(artifact: Artifact) -> str:
    """A pin for the producer's release; the newest recorded one where the file does not say it."""
    made = artifact.producer
    if made.tensorflow and made.tensorflow in releases("tensorflow"):
        return f"tensorflow=={made.tensorflow}"
    keras = release(made.keras or "")
    if keras[:2] in _BUNDLED:
        return f"tensorflow=={_BUNDLED[keras[:2]]}"
    # From 2.6 on Keras 2 bears the number of its TensorFlow's minor version; its patches are its own.
    if (2, 6) <= keras < (3,):
        return f"tensorflow~={keras[0]}.{keras[1]}.0"
    newest = recorded_releases()[KerasFlavour.KERAS3][-1]
    known = releases("keras")
    return f"keras=={made.keras if made.keras in known and keras >= (3,) else newest}"
