"""The TFSMLayer: it loads a SavedModel that lies outside the file, unless safe mode forbids it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts

NAME = "TFSMLayer"


def from_config(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    """`TFSMLayer.from_config`, and the constructor's load of the SavedModel."""
    # keras/src/export/tfsm_layer.py: before the guard a `.keras` could run any graph on the machine that loads it.
    guarded = _is_guarded(session.release)
    if guarded and session.safe_scope is not False:
        raise LoadFailure("ValueError", _REFUSAL, "KER108", NAME, pointer, {"class": NAME})
    path = config.get("filepath")
    if isinstance(path, str) and path not in session.runtime.assumed_files:
        text = f"SavedModel file does not exist at: {path}/{{saved_model.pbtxt|saved_model.pb}}"
        details = {"class": NAME, "key": "filepath", "value": repr(path), "target": path}
        failure = LoadFailure("OSError", text, "KER133", NAME, f"{pointer}/filepath", details)
        # The layer's own from_config, which brought the guard, no longer rewords what its constructor raises.
        raise failure if guarded else failure.reworded("TypeError", _REWORDED.format(config=config, text=text))
    session.gap(pointer, "a SavedModel outside the file, which is not read here")
    return Thing(cls.name, config, cls)


def _is_guarded(release: tuple[int, ...]) -> bool:
    """From 3.12.1 and 3.13.2 on."""
    return (3, 12, 1) <= release < (3, 13) or release >= (3, 13, 2)


_REWORDED = "Error when deserializing class 'TFSMLayer' using config={config}.\n\nException encountered: {text}"
_REFUSAL = (
    "Requested the deserialization of a `TFSMLayer`, which loads an external SavedModel. This carries a potential risk "
    "of arbitrary code execution and thus it is disallowed by default. If you trust the source of the artifact, you "
    "can override this error by passing `safe_mode=False` to the loading function, or calling "
    "`keras.config.enable_unsafe_deserialization()."
)
