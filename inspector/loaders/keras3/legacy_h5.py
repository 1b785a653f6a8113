"""`legacy_h5_format.load_model_from_hdf5`: the `.h5` loader of Keras 3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3 import legacy_weights
from inspector.loaders.keras3.compiling import compile_from_training_config
from inspector.loaders.keras3.legacy import decode, model_from_config
from inspector.loaders.keras_common.archives import decoding_exception
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.terms.keras import KerasModel


def load(session: Session) -> Thing | None:
    """The loaded model; LoadFailure as Keras raises it."""
    stored = session.artifact.keras
    # The order is that of `load_model_from_hdf5` in keras/src/legacy/saving/legacy_h5_format.py: open, config, model,
    # weights, and only then the training config, whose faults a weight mismatch hides.
    if session.artifact.hdf5_error is not None or session.artifact.weights is None:
        raise _not_opened(session)
    if stored is None or stored.hdf5 is None:
        raise _no_config(session)
    session.path = "legacy"
    session.member = stored.config_member
    # Up to 3.2.1 load_model passes neither compile nor custom_objects on to this loader.
    if session.release < (3, 3):
        session.custom_objects = False
        session.compile = True
    if stored.config_limit is not None:
        session.gap("", stored.config_limit)
        return None
    config = _model_config(session, stored)
    if session.release >= (3, 11, 3):
        # From 3.11.3 on saving_api passes `safe_mode` to this loader, which opens a `SafeModeScope`; before, an `.h5`
        # ran its lambdas whatever the caller had asked for.
        session.safe_scope = session.safe_mode
    else:
        session.safe_mode = True
    config = decode(config)
    if session.release < (3, 11) and isinstance(config, dict) and _has_ellipsis(config):
        # Up to 3.10 the whole config goes through JSON text once more before anything is looked up.
        text = "Object of type ellipsis is not JSON serializable"
        details = {"class": "model", "key": "config", "value": "..."}
        raise LoadFailure("TypeError", text, "KER103", "model", stored.config_pointer, details)
    model = model_from_config(session, config, stored.config_pointer)
    if isinstance(model, Thing):
        legacy_weights.load(session, model, stored.hdf5)
    # The scope closes before the training config is read, so custom losses in it are not under it.
    session.safe_scope = None
    # `null` is there, and nothing that can be compiled from.
    there = stored.compile_config is not None or "training_config" in stored.hdf5.attributes.get("/", {})
    if session.compile and there:
        if stored.compile_config_error is not None:
            raise LoadFailure("JSONDecodeError", stored.compile_config_error, "KER113", "config", "training_config")
        compile_from_training_config(session, decode(stored.compile_config), "training_config")
    return model if isinstance(model, Thing) else None


def _has_ellipsis(value: Any) -> bool:
    """Whether a decoded config holds `...`, as slices of Keras 2 do."""
    if isinstance(value, dict):
        return any(_has_ellipsis(one) for one in value.values())
    if isinstance(value, list | tuple):
        return any(_has_ellipsis(one) for one in value)
    return value is ...


def _not_opened(session: Session) -> LoadFailure:
    """h5py cannot open the file."""
    text = session.artifact.hdf5_error or "Unable to synchronously open file (file signature not found)"
    rule = "KER115" if session.artifact.is_zip else "KER107"
    return LoadFailure("OSError", text, rule, Path(session.artifact.path).name)


def _model_config(session: Session, stored: KerasModel) -> Any:
    """The config in the attribute `model_config`."""
    if stored.config_error is not None and stored.raw_config is not None:
        raise broken_json(stored)
    if stored.config is None:
        raise _no_config(session)
    return stored.config


def _no_config(session: Session) -> LoadFailure:
    text = f"No model config found in the file at {session.artifact.path}."
    return LoadFailure("ValueError", text, "KER112", "model_config", "/", {"what": "the attribute model_config"})


def broken_json(stored: KerasModel) -> LoadFailure:
    """What Python's json raises for that text."""
    text = stored.config_error or ""
    if stored.raw_config is None:
        return LoadFailure(decoding_exception(text), text, "KER113", "config", stored.config_pointer)
    try:
        json.loads(stored.raw_config)
    except json.JSONDecodeError as error:
        text = str(error)
    except RecursionError as error:
        return LoadFailure("RecursionError", str(error), "KER113", "config", stored.config_pointer)
    return LoadFailure("JSONDecodeError", text, "KER113", "config", stored.config_pointer)
