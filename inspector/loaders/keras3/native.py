"""`saving_lib.load_model`: the loader of `.keras` archives, and of their unpacked folders since 3.4."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3 import native_weights
from inspector.loaders.keras3.deserialize import deserialize
from inspector.loaders.keras3.extraction import refuse_extraction
from inspector.loaders.keras3.legacy_h5 import broken_json
from inspector.loaders.keras_common.archives import exception_of, unopened
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session

CONFIG = "config.json"
WEIGHTS = ("model.weights.h5", "model.weights.npz")


def load(session: Session) -> Thing | None:
    """The loaded model; LoadFailure as Keras raises it."""
    session.member = CONFIG
    # The order of `_load_model_from_fileobj` in keras/src/saving/saving_lib.py: archive, config, model, weights member,
    # assets. A file without weights fails only after its whole config was deserialized.
    broken = unopened(session.artifact)
    if broken is not None:
        raise LoadFailure("BadZipFile", broken, "KER113", CONFIG)
    if not session.artifact.has_member(CONFIG):
        text = "\"There is no item named 'config.json' in the archive\""
        raise LoadFailure("KeyError", text, "KER112", CONFIG, "", {"what": CONFIG})
    stored = session.artifact.keras
    if stored is None:
        session.gap("", "the config could not be read")
        return None
    if stored.config_error is not None:
        raise broken_json(stored)
    if stored.config_limit is not None:
        session.gap("", stored.config_limit)
        return None
    # `functional_from_config` and `from_config` of many classes pop keys, as Keras does; the same artifact is judged
    # again for other calls and releases.
    config = deepcopy(stored.config)
    if not session.compile:
        config = _without_compiling(config)
    model = deserialize(session, config, "")
    _weights(session, model)
    return model if isinstance(model, Thing) else None


def _without_compiling(config: Any) -> Any:
    """`config["compile_config"] = None`, which only a dict takes."""
    if isinstance(config, dict):
        return {**config, "compile_config": None}
    text = f"'{type(config).__name__}' object does not support item assignment"
    if isinstance(config, list):
        text = "list indices must be integers or slices, not str"
    raise LoadFailure("TypeError", text, "KER103", "model", "", {"class": "model", "key": "config", "value": ""})


def _weights(session: Session, model: object) -> None:
    """The weights member: there, readable, and fitting the model."""
    # HDF5 is asked for first where an archive has both.
    member = next((name for name in WEIGHTS if session.artifact.has_member(name)), None)
    if member is None:
        text = "Expected a model.weights.h5 or model.weights.npz file."
        raise _no_store(
            session, LoadFailure("ValueError", text, "KER112", WEIGHTS[0], "", {"what": WEIGHTS[0]}, WEIGHTS[0])
        )
    if member != WEIGHTS[0] and isinstance(model, Thing):
        native_weights.load_npz(session, model, member)
    stored = session.artifact.keras
    if stored is None or member != WEIGHTS[0]:
        session.gap("", "the weights could not be read")
        return
    if stored.hdf5 is None:
        text = stored.hdf5_error or "Unable to synchronously open file (file signature not found)"
        raise _no_store(session, LoadFailure(exception_of(text) or "OSError", text, "KER110", member, "", {}, member))
    # `DiskIOStore` is made after the weights store and before any weight is read.
    refuse_extraction(session)
    if not isinstance(model, Thing):
        raise _not_saveable(session, model)
    native_weights.load(session, model, stored.hdf5)


def _no_store(session: Session, failure: LoadFailure) -> LoadFailure:
    """What keeps the weights from being opened: 3.4.0 closes them all the same, and fails over that."""
    if session.release != (3, 4, 0):
        return failure
    text = "cannot access local variable 'weights_store' where it is not associated with a value"
    return failure.reworded("UnboundLocalError", text)


def _not_saveable(session: Session, model: object) -> LoadFailure:
    """What walking over something that is no model raises: up to 3.3.2 the message itself fails."""
    details = {"class": "model", "key": "config", "value": repr(model)}
    if session.release < (3, 3, 3):
        text = "cannot access local variable 'obj_type' where it is not associated with a value"
        return LoadFailure("UnboundLocalError", text, "KER103", "model", "", details)
    text = f"Expected object to be an instance of `KerasSaveable`, but got {model} of type {type(model)}"
    return LoadFailure("ValueError", text, "KER103", "model", "", details)
