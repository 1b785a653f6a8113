"""Which recorded releases stand for a runtime.

The exact release where it was recorded, else the recorded one on each side: what both do alike is taken for what lies
between. A patch release of TensorFlow or of a Keras 2 is judged as the recorded one of its minor version: patches carry
security fixes and register the same ops and classes. Keras 3 is not treated so: 3.11.3 and 3.12.1 tightened what loads.
Nothing is said of what is older or newer than everything recorded, nor of nightly builds and pre-releases.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from inspector.runtime.distributions import is_final, public, release
from inspector.terms.finding import Gap, Location
from inspector.terms.record import record
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.runtime import Runtime


@record
class Pair:
    """A TensorFlow release with a Keras release, both recorded; None where the runtime has no such part, or a gap."""

    tensorflow: str | None
    keras: str | None


@record
class StandIns:
    """The recorded pairs that judge for a runtime; `gaps` says why a part (`tensorflow`, `keras`) has none."""

    pairs: tuple[Pair, ...]
    gaps: Mapping[str, Gap]


def stand_ins(runtime: Runtime, tensorflow: tuple[str, ...], keras: Mapping[KerasFlavour, tuple[str, ...]]) -> StandIns:
    """Give the recorded pairs: one where both parts were recorded, else the two around it.

    `tensorflow` are the recorded releases, `keras` those of each flavour (a bundled Keras goes by its TensorFlow's
    release). What is said of one part does not depend on whether the other was recorded.
    """
    undecided = next((gap for gap in runtime.gaps if gap.location.member == runtime.label), None)
    if runtime.tensorflow is None and (undecided is not None or runtime.keras is None):
        gap = undecided or Gap(Location(runtime.label), "no TensorFlow and no Keras there")
        return StandIns((), {"tensorflow": gap, "keras": gap})
    flavour = runtime.keras_flavour
    sides = {
        "tensorflow": around(runtime.tensorflow, tensorflow),
        "keras": around(runtime.keras, keras.get(flavour, ())),
    }
    names = {"tensorflow": "tensorflow", "keras": _DISTRIBUTION[flavour]}
    gaps = {part: Gap(Location(runtime.label), f"{names[part]} {s}") for part, s in sides.items() if isinstance(s, str)}
    of_tensorflow, of_keras = ((None,) if isinstance(side, str) else side for side in sides.values())
    # Low with low and high with high: four pairs would only add mixtures that pip never makes.
    pairs = zip(_both(of_tensorflow), _both(of_keras), strict=True)
    return StandIns(tuple(dict.fromkeys(Pair(*pair) for pair in pairs)), gaps)


# What a flavour's version is said to be the version of; a bundled one is that of TensorFlow.
_DISTRIBUTION = {
    KerasFlavour.BUNDLED: "the Keras of tensorflow",
    KerasFlavour.KERAS2: "keras",
    KerasFlavour.KERAS3: "keras",
    KerasFlavour.TF_KERAS: "tf_keras",
    KerasFlavour.NONE: "keras",
}


@lru_cache(maxsize=1024)  # more than there are releases: the same few are asked for again and again
def around(version: str | None, recorded: tuple[str, ...]) -> tuple[str | None, ...] | str:
    """The recorded release of that version, or the one on each side; a text that says why there is none.

    `2.15.0+local` and `2.15.0.post1` are judged as 2.15.0: the release number says what was released.
    """
    if version is None:
        return (None,)
    if not is_final(version):
        return f"{version} is a pre-release or nightly build, which is not recorded"
    wanted = _numbers(version)
    ordered = sorted(recorded, key=_numbers)
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
