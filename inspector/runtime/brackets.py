"""Which recorded releases stand for a runtime.

The exact release where it was recorded, else the recorded one on each side: what both do alike is taken for what lies
between. A patch release of TensorFlow or of a Keras 2 is judged as the recorded one of its minor version: patches carry
security fixes and register the same ops and classes. Keras 3 is not treated so: 3.11.3 and 3.12.1 tightened what loads.
Nothing is said of what is older or newer than everything recorded, nor of nightly builds and pre-releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.runtime.distributions import is_final, public, release
from inspector.terms.finding import Gap, Location
from inspector.terms.record import record
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inspector.terms.runtime import Runtime


@record
class Pair:
    """A TensorFlow release with a Keras release, both recorded; None where the runtime has no such part."""

    tensorflow: str | None
    keras: str | None


def stand_ins(
    runtime: Runtime, tensorflow: Sequence[str], keras: Mapping[KerasFlavour, Sequence[str]]
) -> tuple[Pair, ...] | Gap:
    """Give the recorded pairs that judge for the runtime: one where both parts were recorded, else two.

    `tensorflow` are the recorded releases, `keras` those of each flavour (a bundled Keras goes by its TensorFlow's
    release). A Gap where the runtime cannot be judged by them.
    """
    undecided = next((gap for gap in runtime.gaps if gap.location.member == runtime.label), None)
    if runtime.tensorflow is None and (undecided is not None or runtime.keras is None):
        return undecided or Gap(Location(runtime.label), "no TensorFlow and no Keras there")
    flavour = runtime.keras_flavour
    alike = flavour is not KerasFlavour.KERAS3
    sides = {
        "tensorflow": around(runtime.tensorflow, tensorflow, patches_alike=True),
        _DISTRIBUTION[flavour]: around(runtime.keras, keras.get(flavour, ()), patches_alike=alike),
    }
    for name, side in sides.items():
        if isinstance(side, str):
            return Gap(Location(runtime.label), f"{name} {side}")
    of_tensorflow, of_keras = (side for side in sides.values() if not isinstance(side, str))
    pairs = zip(_both(of_tensorflow), _both(of_keras), strict=True)
    return tuple(dict.fromkeys(Pair(*pair) for pair in pairs))


# What a flavour's version is said to be the version of; a bundled one is that of TensorFlow.
_DISTRIBUTION = {
    KerasFlavour.BUNDLED: "the Keras of tensorflow",
    KerasFlavour.KERAS2: "keras",
    KerasFlavour.KERAS3: "keras",
    KerasFlavour.TF_KERAS: "tf_keras",
    KerasFlavour.NONE: "keras",
}


def around(
    version: str | None, recorded: Sequence[str], *, patches_alike: bool = False
) -> tuple[str | None, ...] | str:
    """The recorded release of that version, or the one on each side; a text that says why there is none.

    With `patches_alike` a recorded release of the same minor version is enough.

    `2.15.0+local` and `2.15.0.post1` are judged as 2.15.0: the release number says what was released.
    """
    if version is None:
        return (None,)
    if not is_final(version):
        return f"{version} is a pre-release or nightly build, which is not recorded"
    wanted = _numbers(version)
    ordered = sorted(recorded, key=_numbers)
    same_minor = [known for known in ordered if _numbers(known)[:2] == wanted[:2]]
    if patches_alike and same_minor:
        return (min(same_minor, key=lambda known: abs(_numbers(known)[2] - wanted[2])),)
    lower = [known for known in ordered if _numbers(known) <= wanted]
    upper = [known for known in ordered if _numbers(known) >= wanted]
    if not ordered or not wanted:
        return f"{version} is not recorded"
    if lower and upper:
        return tuple(dict.fromkeys((lower[-1], upper[0])))
    return f"{version} is older than {ordered[0]}, the oldest recorded" if upper else _newer(version, ordered[-1])


def _newer(version: str, newest: str) -> str:
    return f"{version} is newer than {newest}, the newest recorded"


def _numbers(version: str) -> tuple[int, ...]:
    return (*release(public(version)), 0, 0, 0)[:3] if release(version) else ()


def _both(side: tuple[str | None, ...]) -> tuple[str | None, str | None]:
    return side[0], side[-1]
