"""The target of a verdict: an environment, and what the user's own code adds to it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.finding import Gap


class KerasFlavour(StrEnum):
    """Which Keras answers `keras.models.load_model` in an environment."""

    BUNDLED = "bundled"  # tensorflow <= 2.5: tensorflow.python.keras
    KERAS2 = "keras2"  # the `keras` distribution 2.6 to 2.15 behind tf.keras
    KERAS3 = "keras3"
    TF_KERAS = "tf_keras"  # TF_USE_LEGACY_KERAS=1 with the `tf_keras` distribution
    NONE = "none"


@record
class CustomObject:
    """A class or function of the user's. `registered_name` as `package>name` where a decorator registers it, else None.

    `parameters` is None where only the name is known; `has_kwargs` says that the constructor takes any keyword.
    `passed` says that the loader gets it in `custom_objects` under its own name; else it is only registered.
    """

    name: str
    registered_name: str | None = None
    parameters: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()
    has_kwargs: bool = True
    is_class: bool | None = None
    source: str = ""
    passed: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        """The names under which a loader finds it."""
        return tuple(key for key in (self.name if self.passed else None, self.registered_name) if key)


@record
class Runtime:
    """A target as resolved. `label` is what the user named; `packages` maps canonical distribution names to versions.

    `tensorflow` is the version of TensorFlow under whatever distribution name it is pinned (None: not there);
    `keras` that of the Keras that answers, of `keras_flavour`. `snapshot` is the recorder's output where the target
    was recorded, else None. `assumed_files` count as present on the target.
    """

    label: str
    python: str | None
    packages: Mapping[str, str]
    tensorflow: str | None
    keras: str | None
    keras_flavour: KerasFlavour
    env: Mapping[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    custom_objects: tuple[CustomObject, ...] = ()
    assumed_files: tuple[str, ...] = ()
    platform: str | None = None
    snapshot: Mapping[str, object] | None = None
    gaps: tuple[Gap, ...] = ()
