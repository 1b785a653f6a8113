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
    `bases` are the bases outside the sources as they are written there; `hands_on` says that keywords which the
    constructor does not name reach the base's, `revives` that the class has a `from_config` of its own, which hands
    the values of the keys `deserialized` to Keras. `methods` are those of the class and of its bases in the sources;
    `variables` counts the `tf.Variable`s that it keeps as attributes.
    """

    name: str
    registered_name: str | None = None
    parameters: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()
    has_kwargs: bool = True
    is_class: bool | None = None
    source: str = ""
    passed: bool = True
    bases: tuple[str, ...] = ()
    hands_on: bool = False
    revives: bool = False
    deserialized: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    variables: int = 0

    @property
    def is_function(self) -> bool:
        """Whether it is a function; where only its name is known, Python's custom of writing names decides."""
        # PEP 8: classes in CapWords, functions in lower case.
        return self.name.rpartition(">")[2][:1].islower() if self.is_class is None else not self.is_class

    @property
    def keras_base(self) -> str:
        """The public name of its only base, `keras.layers.Dense`; empty where there are several or others."""
        # `tf.keras.layers.Dense` and `keras.layers.Dense` are one: the public name begins behind `keras.`.
        public = self.bases[0].partition("keras.")[2] if len(self.bases) == 1 else ""
        return f"keras.{public}" if public else ""

    @property
    def is_layer(self) -> bool:
        """Whether it is known to be a layer of Keras by a base such as `keras.layers.Layer`."""
        return any(base.endswith("Layer") or ".layers." in f".{base}" for base in self.bases)

    def refused_by_base(self, config: Mapping[str, object], taken: frozenset[str]) -> list[str]:
        """The keys of a config that only the base's constructor can take, and that are not among those it does."""
        # Only of Layer itself is it known which keywords it takes: another base may take any.
        plain = any(base.rpartition(".")[2] == "Layer" for base in self.bases)
        if self.parameters is None or not plain or not (self.hands_on and self.has_kwargs):
            return []
        return [key for key in config if key not in self.parameters and key not in taken]

    def for_base(self, config: Mapping[str, object], defaults: Mapping[str, object] | None) -> dict[str, object]:
        """The config as the base's constructor gets it; of what the class passes itself, the base's own values."""
        if self.parameters is None:
            return dict(config)
        # What the class names in its own constructor it need not hand on.
        handed = {key: value for key, value in config.items() if key not in self.parameters}
        return {**(defaults or {}), **handed}

    @property
    def keys(self) -> tuple[str, ...]:
        """The names under which a loader finds it."""
        return tuple(key for key in (self.name if self.passed else None, self.registered_name) if key)


@record
class Runtime:
    """A target as resolved. `label` is what the user named; `packages` maps canonical distribution names to versions.

    `tensorflow` is the version of TensorFlow under whatever distribution name it is pinned (None: not there);
    `keras` that of the Keras that answers, of `keras_flavour`. `snapshot` is the recorder's output where the target
    was recorded, else None. `assumed_files` count as present on the target. `unknown_imports` are those of the imports
    of which it is not known what they register. `notes` are for the reader of a report: they decide nothing.
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
    unknown_imports: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
