"""Environments that the catalog can judge, and the packages that make each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.runtime import keras_facts, tensorflow_facts
from inspector.runtime.distributions import KERAS, NIGHTLY, TENSORFLOW, release
from inspector.runtime.releases import newest, releases, requirement, satisfies
from inspector.runtime.resolve import resolve
from inspector.terms.record import field, record, replace
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    kept = {n: v for n, v in process.packages.items() if n not in KERAS | TENSORFLOW | NIGHTLY}
    return replace(target, packages={**kept, **target.packages}, custom_objects=process.custom_objects)


def environments() -> tuple[Environment, ...]:
    """The newest recorded patch of every TensorFlow minor with every recorded Keras that goes with it, oldest first."""
    minors = {release(version)[:2]: version for version in tensorflow_facts.recorded_releases()}
    return tuple(environment for version in minors.values() for environment in _beside(version))


def without_tensorflow() -> tuple[Environment, ...]:
    """Every recorded Keras 3 on another backend."""
    return tuple(Environment("", version) for version in keras_facts.recorded_releases().get(KerasFlavour.KERAS3, ()))


def _beside(tensorflow: str) -> Iterator[Environment]:
    if release(tensorflow) < _FIRST_KERAS3:
        keras = requirement("tensorflow", tensorflow, "keras")
        fitting = newest("keras", f"=={'.'.join(tensorflow.split('.')[:2])}.*", None) if keras else None
        yield Environment(tensorflow, fitting)
        return
    wanted = requirement("tensorflow", tensorflow, "keras") or ""
    for version in keras_facts.recorded_releases().get(KerasFlavour.KERAS3, ()):
        if satisfies(version, wanted):
            yield Environment(tensorflow, version)
    legacy = newest("tf-keras", f"=={'.'.join(tensorflow.split('.')[:2])}.*", None)
    if legacy is not None:
        yield Environment(tensorflow, legacy, legacy=True)
