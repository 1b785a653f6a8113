"""The release that wrote a model, how to install it, and what it knows: most failing loads want that release."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from inspector.runtime.distributions import release
from inspector.terms.record import record
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from inspector.runtime.facts import KerasFacts
    from inspector.terms.artifact import Artifact
    from inspector.terms.runtime import Runtime

_KERAS3 = (3,)
_BUNDLED_UNTIL = (2, 6)  # the first TensorFlow whose Keras is a distribution of its own
_FIRST_TENSORFLOW_OF_KERAS3 = (2, 16)
# What TensorFlow's own Keras calls itself (`2.2.4-tf`, `2.4.0`), and the newest TensorFlow that has it. `2.4.0` is that
# of 2.3 and of 2.4, and `2.2.4` also that of the Keras without TensorFlow.
_BUNDLED: dict[tuple[int, ...], str] = {(2, 2): "2.1.4", (2, 3): "2.2.3", (2, 4): "2.4.4", (2, 5): "2.5.3"}
# The numbers that the Keras of these TensorFlow releases stores.
_STORED_AS: dict[tuple[int, ...], tuple[int, ...]] = {
    (1, 15): (2, 2),
    (2, 0): (2, 2),
    (2, 1): (2, 2),
    (2, 2): (2, 3),
    (2, 3): (2, 4),
}
# The tables in which Keras looks up what a config names by a string alone.
_FAMILIES = ("activation", "initializer", "regularizer", "constraint", "loss", "metric", "optimizer")
LEGACY = "install tf_keras and set TF_USE_LEGACY_KERAS=1"


class Standing(StrEnum):
    """How the release that wrote a model stands to the one that loads it."""

    UNKNOWN = "unknown"
    SAME = "same"  # of the same minor version: what fails was no release's doing
    OLDER = "older"
    NEWER = "newer"


@record
class Writer:
    """`name` says what wrote the model (empty: the file does not say), `installs` ways to have it, nearest first."""

    name: str
    installs: tuple[str, ...]
    standing: Standing
    facts: KerasFacts | None = None

    @property
    def is_keras3(self) -> bool:
        """Whether it is Keras 3."""
        return self.name.startswith("Keras 3")

    def knows(self, name: str) -> bool:
        """Whether its own Keras has a class or function of that name."""
        facts = self.facts
        if facts is None:
            return False
        return bool(facts.named(name)) or any(facts.resolves(family, name) for family in _FAMILIES)


def keras_writer(artifact: Artifact | None, runtime: Runtime) -> Writer:
    """The Keras that wrote the model."""
    version = (artifact.producer.keras if artifact is not None else None) or ""
    made = release(version)
    # Damage and other writers put anything there: 1.2.2 is too old for any release of TensorFlow, 99 no release.
    if not (2,) <= made < (4,):
        return tensorflow_writer(artifact, runtime)
    tensorflow = _tensorflow(artifact)
    return Writer(
        name=f"Keras {version}",
        installs=_keras3_installs(version, runtime) if made >= _KERAS3 else _keras2_installs(made, tensorflow, runtime),
        standing=_standing(made, _answering(runtime)),
        facts=_facts(made, version, tensorflow),
    )


def tensorflow_writer(artifact: Artifact | None, runtime: Runtime) -> Writer:
    """The TensorFlow that wrote the model."""
    version = _tensorflow(artifact)
    if not version:
        return Writer("", (), Standing.UNKNOWN)
    return Writer(
        f"TensorFlow {version}",
        (f"install tensorflow=={version}",),
        _standing(release(version), release(runtime.tensorflow or "")),
    )


def _tensorflow(artifact: Artifact | None) -> str:
    """The TensorFlow that a SavedModel names; empty where none is, or one that never was."""
    version = (artifact.producer.tensorflow if artifact is not None else None) or ""
    return version if (1,) <= release(version) < (3,) else ""


def _answering(runtime: Runtime) -> tuple[int, ...]:
    """The Keras there in the numbers that writers store: a bundled one as its TensorFlow, which differs up to 2.2."""
    numbers = release(runtime.keras or "")
    if runtime.keras_flavour is not KerasFlavour.BUNDLED:
        return numbers
    return _STORED_AS.get(numbers[:2], numbers)


def _standing(made: tuple[int, ...], answering: tuple[int, ...]) -> Standing:
    if not made or not answering:
        return Standing.UNKNOWN
    # Patch releases read each other's files: a failure between them is the file's.
    if made[:2] == answering[:2]:
        return Standing.SAME
    return Standing.NEWER if made > answering else Standing.OLDER


def _keras3_installs(version: str, runtime: Runtime) -> tuple[str, ...]:
    if runtime.keras_flavour is KerasFlavour.TF_KERAS:
        return (f"install keras=={version} and unset TF_USE_LEGACY_KERAS",)
    if release(runtime.tensorflow or "99") < _FIRST_TENSORFLOW_OF_KERAS3:
        return (f"install tensorflow>=2.16 with keras=={version}",)
    return (f"install keras=={version}",)


def _keras2_installs(made: tuple[int, ...], tensorflow: str, runtime: Runtime) -> tuple[str, ...]:
    pin = f"=={tensorflow}" if tensorflow else _pin(made)
    own = f"install tensorflow{pin}"
    legacy_there = runtime.keras_flavour is KerasFlavour.KERAS3 and runtime.tensorflow
    return (LEGACY, own) if legacy_there else (own,)


def _pin(made: tuple[int, ...]) -> str:
    """The pin of a TensorFlow by its Keras 2; tf_keras goes on with the numbers of TensorFlow from 2.16 on."""
    return f"=={_BUNDLED[made[:2]]}" if made[:2] in _BUNDLED else f"~={made[0]}.{(*made, 0)[1]}.0"


def _facts(made: tuple[int, ...], version: str, tensorflow: str) -> KerasFacts | None:
    """What the catalog holds of it; None where it was not recorded."""
    from inspector.runtime.keras_facts import recorded_releases, release_facts  # noqa: PLC0415 - only failing loads ask

    flavour, wanted = KerasFlavour.KERAS2, made[:2]
    if made >= _KERAS3:
        flavour = KerasFlavour.KERAS3
    elif made < _BUNDLED_UNTIL:
        flavour, wanted = KerasFlavour.BUNDLED, release(tensorflow or _BUNDLED.get(made[:2], ""))[:2]
    elif made >= _FIRST_TENSORFLOW_OF_KERAS3:
        flavour = KerasFlavour.TF_KERAS
    listed = recorded_releases().get(flavour, ())
    # The exact release, else one of its minor version; Keras 3 changes what it reads in patch releases too (3.11.3,
    # 3.12.1), but rarely.
    near = [known for known in listed if known == version] or [
        known for known in listed if release(known)[:2] == wanted
    ]
    return release_facts(flavour, near[-1]) if near else None
