"""Environments that the catalog can judge, and the packages that make each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from inspector.engine.matrix import catalogued, shared
from inspector.runtime import keras_facts, tensorflow_facts
from inspector.runtime.distributions import KERAS, NIGHTLY, TENSORFLOW, release
from inspector.runtime.releases import releases
from inspector.runtime.resolve import resolve
from inspector.terms.record import field, record, replace
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.runtime import CustomObject, Runtime

LEGACY = {"TF_USE_LEGACY_KERAS": "1"}
_FIRST_KERAS3 = (2, 16)  # the first TensorFlow whose tf.keras is Keras 3


@record
class Environment:
    """A TensorFlow with the Keras beside it (None: its own); `legacy` with tf_keras and TF_USE_LEGACY_KERAS=1.

    Keras 3 on another backend has an empty `tensorflow`.
    """

    tensorflow: str
    keras: str | None = None
    legacy: bool = False

    @property
    def pins(self) -> dict[str, str]:
        """Distribution names with versions."""
        beside = {} if self.keras is None else {"tf-keras" if self.legacy else "keras": self.keras}
        return {"tensorflow": self.tensorflow, **beside} if self.tensorflow else beside

    @property
    def env(self) -> Mapping[str, str]:
        """Environment variables that it needs."""
        return LEGACY if self.legacy else {}

    @property
    def pythons(self) -> tuple[str, ...]:
        """The Pythons that every part has wheels for."""
        listed = [releases(name).get(version, {}).get("python", []) for name, version in self.pins.items()]
        # A pin without wheels for a Python cannot be installed there, whatever the model needs.
        return tuple(python for python in listed[0] if all(python in other for other in listed[1:]))


@record
class Process:
    """What the process adds: modules it imports first, the user's own objects, packages beside TensorFlow."""

    imports: tuple[str, ...] = ()
    custom_objects: tuple[CustomObject, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None


def runtime_of(environment: Environment, process: Process) -> Runtime:
    """The environment as a target, with what the process adds."""
    pin = ",".join(f"{name}=={version}" for name, version in environment.pins.items())
    env = {**process.env, **environment.env}
    target = resolve(pin, imports=process.imports, env=env, python=process.python)
    # The environment's own pins rule: of what the user has, only the packages beside TensorFlow and Keras stay.
    kept = {n: v for n, v in process.packages.items() if n not in KERAS | TENSORFLOW | NIGHTLY}
    return replace(target, packages={**kept, **target.packages}, custom_objects=process.custom_objects)


@cache
def environments() -> tuple[Environment, ...]:
    """Those of the matrix, with the newest recorded patch of every TensorFlow minor, oldest first."""
    # Recorded oldest first, so that the last patch of a minor version is the one that stays.
    newest = {release(version)[:2]: version for version in tensorflow_facts.recorded_releases()}
    runtimes = (r for r in catalogued(shared()) if r.tensorflow in newest.values())
    return tuple(e for runtime in runtimes if (e := _environment(runtime)) is not None)


def _environment(runtime: Runtime) -> Environment | None:
    """None for a tf_keras of another minor version than TensorFlow's: its own is nearer, and one is enough."""
    tensorflow, legacy = runtime.tensorflow or "", runtime.packages.get("tf-keras")
    if legacy is None:
        return Environment(tensorflow, runtime.packages.get("keras"))
    same_minor = release(legacy)[:2] == release(tensorflow)[:2]
    # Up to 2.15 Keras 2 is what tf.keras is anyhow.
    return Environment(tensorflow, legacy, legacy=True) if same_minor and release(tensorflow) >= _FIRST_KERAS3 else None


def without_tensorflow() -> tuple[Environment, ...]:
    """Every recorded Keras 3 on another backend."""
    return tuple(Environment("", version) for version in keras_facts.recorded_releases().get(KerasFlavour.KERAS3, ()))
