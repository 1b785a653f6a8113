"""The TorchModuleWrapper: PyTorch must be there, then safe mode is asked for, then its pickle would be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts

NAME = "TorchModuleWrapper"
_DETAILS = {"class": NAME, "key": "module"}


def from_config(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> Thing:
    """`TorchModuleWrapper.from_config`; what the pickle holds is not looked at."""
    # keras/src/utils/torch_utils.py `from_config` begins with `import torch`, before safe mode is asked for.
    if "torch" not in session.runtime.packages:
        raise LoadFailure("ModuleNotFoundError", "No module named 'torch'", "KER106", NAME, pointer, _DETAILS)
    if "module" in config:
        _unpickle(session, config, pointer)
    return Thing(cls.name, config, cls)


def _unpickle(session: Session, config: dict[str, Any], pointer: str) -> None:
    if _refused(session):
        raise LoadFailure("ValueError", _REFUSAL, "KER108", NAME, pointer, _DETAILS)
    if session.release < (3, 11) and isinstance(config["module"], str):
        # The bytes of the pickle were taken from JSON as they are, which has none, until 3.11.0 wrote base64.
        text = "a bytes-like object is required, not 'str'"
        raise LoadFailure("TypeError", text, "KER103", NAME, f"{pointer}/module", {**_DETAILS, "value": "a text"})
    session.gap(pointer, "a pickle of PyTorch, which is not read here")


def _refused(session: Session) -> bool:
    """Safe mode is looked at from 3.11.3 on, and an unset one counts as safe where Lambda's does."""
    if session.hardened:
        return session.safe_scope is not False
    return session.release >= (3, 11, 3) and bool(session.safe_scope)


_REFUSAL = (
    "Requested the deserialization of a `torch.nn.Module` object via `torch.load()`. This carries a potential risk of "
    "arbitrary code execution and thus it is disallowed by default. If you trust the source of the artifact, you can "
    "override this error by passing `safe_mode=False` to the loading function, or calling "
    "`keras.config.enable_unsafe_deserialization()."
)
