"""Every public release gets an answer: a verdict, or the reason why there is none."""

from __future__ import annotations

from functools import cache
from itertools import chain

import pytest
from conftest import CLASSIC

import inspector
from inspector.runtime.brackets import around
from inspector.runtime.keras_facts import recorded_releases as recorded_keras
from inspector.runtime.releases import releases
from inspector.runtime.tensorflow_facts import recorded_releases as recorded_tensorflow
from inspector.terms.finding import Verdict
from inspector.terms.runtime import KerasFlavour

LEGACY = {"TF_USE_LEGACY_KERAS": "1"}
KINDS = ("cnn", "cnn.h5", "cnn.keras")


def minor(version):
    return [int(number) for number in version.split(".")[:2]]


def beside(version, oldest):
    """The last patch of the TensorFlow of that minor version; `oldest` where there is none that goes with it."""
    return next((v for v in reversed(releases("tensorflow")) if minor(v) == minor(version)), oldest)


ALONE = [(f"{name}=={v}", {}) for name in ("tensorflow", "keras", "tf-keras") for v in releases(name)]
WITH_TENSORFLOW = [
    *((f"keras=={v},tensorflow=={beside(v, '2.18.0')}", {}) for v in releases("keras")),
    *((f"tf-keras=={v},tensorflow=={beside(v, '2.15.1')}", LEGACY) for v in releases("tf-keras")),
]


@cache
def artifact(kind):
    return inspector.read(str(CLASSIC / "tf2.15.1" / kind))


@pytest.mark.parametrize(("pin", "env"), [*ALONE, *WITH_TENSORFLOW], ids=str)
def test_it_gets_a_verdict_or_a_reason(pin, env):
    runtime = inspector.resolve(pin, env=env)
    for kind in KINDS if pin.startswith("tensorflow") else KINDS[1:]:
        report = inspector.check(artifact(kind), runtime)
        assert report.verdict is not Verdict.UNKNOWN or report.gaps
        unknown = [outcome for outcome in report.outcomes if outcome.verdict is Verdict.UNKNOWN]
        assert all(gap.reason for gap in chain(report.gaps, *(outcome.gaps for outcome in unknown)))
        assert all(outcome.gaps or report.gaps for outcome in unknown)


@pytest.mark.parametrize("version", releases("tensorflow"))
def test_every_tensorflow_lies_between_recorded_ones_of_its_minor(version):
    recorded = [recorded_tensorflow()]
    if minor(version) < [2, 6]:
        recorded.append(recorded_keras()[KerasFlavour.BUNDLED])
    for known in recorded:
        sides = around(version, known)
        assert isinstance(sides, tuple), sides
        assert {tuple(minor(side)) for side in sides} == {tuple(minor(version))}


@pytest.mark.parametrize(
    ("distribution", "flavour", "first"),
    [("keras", KerasFlavour.KERAS2, 6), ("keras", KerasFlavour.KERAS3, 0), ("tf-keras", KerasFlavour.TF_KERAS, 14)],
)
def test_every_keras_is_recorded(distribution, flavour, first):
    major = "3" if flavour is KerasFlavour.KERAS3 else "2"
    released = {v for v in releases(distribution) if v.startswith(f"{major}.") and minor(v)[1] >= first}
    assert released - set(recorded_keras()[flavour]) == set()


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("2.15.7", "2.15.7 is no known release of tensorflow"),
        ("2.14.9", "2.14.9 is no known release of tensorflow"),
        ("2.22.0", "tensorflow 2.22.0 is newer than 2.21.0, the newest recorded"),
        ("99.0", "tensorflow 99.0 is newer than 2.21.0, the newest recorded"),
    ],
)
def test_releases_that_do_not_exist(version, reason):
    report = inspector.check(artifact("cnn.keras"), inspector.resolve(f"tensorflow=={version}"))
    assert report.verdict is Verdict.UNKNOWN
    assert reason in [gap.reason for gap in report.gaps]
