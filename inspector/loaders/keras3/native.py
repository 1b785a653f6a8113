"""`saving_lib.load_model`: the loader of `.keras` archives, and of their unpacked folders since 3.4."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from inspector.loaders.keras3 import native_weights
from inspector.loaders.keras3.deserialize import deserialize
from inspector.loaders.keras3.legacy_h5 import broken_json
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session

CONFIG = "config.json"
WEIGHTS = ("model.weights.h5", "model.weights.npz")


def load(session: Session) -> Thing | None:
    """The loaded model; LoadFailure as Keras raises it."""
    session.member = CONFIG
    if not session.artifact.has_member(CONFIG):
        text = "\"There is no item named 'config.json' in the archive\""
        raise LoadFailure("KeyError", text, "KER112", CONFIG, "", {"what": CONFIG})
    stored = session.artifact.keras
    if stored is None:
        session.gap("", "the config could not be read")
        return None
    if stored.config_error is not None:
        raise broken_json(stored)
    config = deepcopy(stored.config)
    if isinstance(config, dict) and not session.compile:
        config = {**config, "compile_config": None}
    model = deserialize(session, config, "")
    _weights(session, model)
    return model if isinstance(model, Thing) else None


def _weights(session: Session, model: object) -> None:
    """The weights member: there, readable, and fitting the model."""
    member = next((name for name in WEIGHTS if session.artifact.has_member(name)), None)
    if member is None:
        text = "Expected a model.weights.h5 or model.weights.npz file."
        raise LoadFailure("ValueError", text, "KER112", WEIGHTS[0], "", {"what": WEIGHTS[0]}, WEIGHTS[0])
    stored = session.artifact.keras
    if member != WEIGHTS[0] or stored is None:
        session.gap("", "weights in .npz form are not judged")
        return
    if stored.hdf5 is None:
        text = stored.hdf5_error or "Unable to synchronously open file (file signature not found)"
        raise LoadFailure("OSError", text, "KER110", member, "", {}, member)
    if isinstance(model, Thing):
        native_weights.load(session, model, stored.hdf5)
