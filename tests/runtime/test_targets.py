"""Targets that are no locks: pins, installed environments, snapshots; and which recorded releases stand for them."""

from __future__ import annotations

import json

import pytest

import inspector
from inspector.runtime.brackets import Pair, around, stand_ins
from inspector.runtime.distributions import is_final
from inspector.runtime.pins import is_pin
from inspector.runtime.releases import releases
from inspector.terms.runtime import KerasFlavour

# pin, --python: TensorFlow, Keras, flavour
PINS = [
    ("tensorflow==2.15.1", None, "2.15.1", "2.15.0", "keras2"),
    ("tensorflow==2.15", None, "2.15.0", "2.15.0", "keras2"),
    ("tensorflow~=2.15.0", None, "2.15.1", "2.15.0", "keras2"),
    ("tensorflow==2.15.*", None, "2.15.1", "2.15.0", "keras2"),
    ("keras==3.10.0,tensorflow==2.19.1", None, "2.19.1", "3.10.0", "keras3"),
    ("keras==3.10.0, tensorflow==2.19.1", None, "2.19.1", "3.10.0", "keras3"),
    ("tensorflow[and-cuda]==2.17.0", None, "2.17.0", "3.15.1", "keras3"),
    ("tensorflow>=2.10,<2.12", None, "2.11.1", "2.11.0", "keras2"),
    ("tensorflow_cpu==2.5.0", None, "2.5.0", "2.5.0", "bundled"),
    ("tensorflow==1.15", None, "1.15.0", "1.15.0", "bundled"),
    ("tensorflow==2.16.2", "3.9", "2.16.2", "3.10.0", "keras3"),
    ("tensorflow==2.16.2", "3.10.4", "2.16.2", "3.12.4", "keras3"),
    ("tensorflow", "3.8", "2.13.1", "2.13.1", "keras2"),
    ("tf_keras==2.19.0", None, "2.19.1", "3.15.1", "keras3"),
    ("keras==3.10.0", None, None, "3.10.0", "keras3"),
]


@pytest.mark.parametrize(("pin", "python", "tensorflow", "keras", "flavour"), PINS)
def test_a_pin_means_what_pip_would_install(pin, python, tensorflow, keras, flavour):
    found = inspector.resolve(pin, python=python)
    assert (found.tensorflow, found.keras, found.keras_flavour.value) == (tensorflow, keras, flavour)
    assert (found.label, found.gaps) == (pin, ())


@pytest.mark.parametrize(
    "target", ["nofile.txt", "tensorflow==", "numpy==1.26.4", "foo bar==1", "tensorflow>99", "keras=3.1", ""]
)
def test_what_is_no_target_is_a_usage_error(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(inspector.UsageError):
        inspector.resolve(target)


def test_a_python_that_is_none_is_a_usage_error():
    with pytest.raises(inspector.UsageError, match="--python"):
        inspector.resolve("tensorflow==2.15.1", python="three")


def test_legacy_keras_without_the_distribution_has_no_keras():
    found = inspector.resolve("tensorflow==2.19.1", env={"TF_USE_LEGACY_KERAS": "True"})
    assert found.keras_flavour is KerasFlavour.NONE
    assert "tf_keras" in found.gaps[0].reason


def test_legacy_keras_is_not_looked_at_before_2_15():
    found = inspector.resolve("tensorflow==2.14.1,tf-keras==2.14.1", env={"TF_USE_LEGACY_KERAS": "1"})
    assert (found.keras_flavour, found.keras) == (KerasFlavour.KERAS2, "2.14.0")


def test_a_path_is_no_pin():
    assert not is_pin("requirements/locked.txt")
    assert is_pin("tensorflow_cpu")


def test_every_release_names_its_pythons_and_every_standalone_keras_its_range():
    for name in ("tensorflow", "keras", "tf-keras"):
        assert all(entry["python"] for entry in releases(name).values())
        assert all(map(is_final, releases(name)))
    late = {v: e for v, e in releases("tensorflow").items() if tuple(map(int, v.split(".")[:2])) >= (2, 6)}
    assert all("keras" in entry["requires"] for entry in late.values())


def _distribution(site, name, version):
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: other\n")


def test_a_venv_is_read_from_its_files(tmp_path):
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    for name, version in (("tensorflow_cpu", "2.15.1"), ("keras", "2.15.0")):
        _distribution(site, name, version)
    found = inspector.resolve(str(tmp_path))
    assert (found.python, dict(found.packages)) == ("3.11.7", {"keras": "2.15.0", "tensorflow-cpu": "2.15.1"})


def test_nothing_is_implied_for_an_installed_environment(tmp_path):
    _distribution(tmp_path / "lib" / "python3.11" / "site-packages", "tensorflow", "2.15.1")
    found = inspector.resolve(str(tmp_path))
    assert (found.python, found.keras_flavour) == ("3.11", KerasFlavour.NONE)
    assert found.gaps


def test_a_conda_prefix_is_read_from_its_records(tmp_path):
    (tmp_path / "conda-meta").mkdir()
    for name, version in (("python", "3.10.13"), ("tensorflow-base", "2.12.1"), ("keras", "2.12.0")):
        record = {"name": name, "version": version, "build": "0", "files": []}
        (tmp_path / "conda-meta" / f"{name}-{version}-0.json").write_text(json.dumps(record))
    found = inspector.resolve(str(tmp_path))
    assert (found.python, found.tensorflow, found.keras) == ("3.10.13", "2.12.1", "2.12.0")


def test_a_folder_that_is_no_environment_is_a_usage_error(tmp_path):
    with pytest.raises(inspector.UsageError, match="no Python environment"):
        inspector.resolve(str(tmp_path))


SNAPSHOT = {
    "schema": 1,
    "python": {"version": "3.11.7", "platform": "linux-x86_64"},
    "packages": {"tensorflow": "2.15.1", "keras": "2.15.0"},
    "tensorflow": {"version": "2.15.1", "ops": {}},
    "keras": {"version": "2.15.0", "flavour": "keras2", "root": "keras.src", "registered": {}},
}


def test_an_incomplete_snapshot_is_a_usage_error(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(SNAPSHOT | {"keras": {"version": "2.15.0", "flavour": "keras2"}}))
    with pytest.raises(inspector.UsageError, match="incomplete"):
        inspector.resolve(str(tmp_path / "a.json"))


def test_a_snapshot_is_the_runtime_that_it_describes(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(SNAPSHOT))
    found = inspector.resolve(str(tmp_path / "a.json"))
    assert (found.python, found.tensorflow, found.keras, found.keras_flavour.value) == (
        "3.11.7",
        "2.15.1",
        "2.15.0",
        "keras2",
    )
    assert found.snapshot == SNAPSHOT


def test_a_snapshot_of_another_schema_is_a_usage_error(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(SNAPSHOT | {"schema": 99}))
    with pytest.raises(inspector.UsageError, match="schema 99"):
        inspector.resolve(str(tmp_path / "a.json"))


RECORDED = ("1.15.5", "2.9.3", "2.14.1", "2.15.1", "2.21.0")

# version: the recorded releases, or what is said
AROUND = [
    ("2.15.1", ("2.15.1",)),
    ("2.15.0", ("2.14.1", "2.15.1")),
    ("2.15.1.post1", ("2.15.1",)),
    ("2.15.1+nv24", ("2.15.1",)),
    ("2.11.0", ("2.9.3", "2.14.1")),
    ("2.21.3", "newer than 2.21.0"),
    ("1.15.0", "older than 1.15.5"),
    ("1.14.0", "older than 1.15.5"),
    ("2.22.0", "newer than 2.21.0"),
    ("2.15.0rc1", "pre-release"),
    ("2.19.0.dev20240101", "pre-release"),
    ("unknown", "not recorded"),
    (None, (None,)),
]


@pytest.mark.parametrize(("version", "expected"), AROUND)
def test_which_recorded_releases_stand_for_a_version(version, expected):
    found = around(version, RECORDED)
    assert expected in found if isinstance(expected, str) else found == expected


KERAS = {
    KerasFlavour.BUNDLED: ("1.15.5", "2.3.4"),
    KerasFlavour.KERAS2: ("2.9.0", "2.15.0"),
    KerasFlavour.KERAS3: ("3.3.3", "3.5.0", "3.15.1"),
    KerasFlavour.TF_KERAS: ("2.19.0",),
}

# target: the pairs that judge for it, and the parts that nothing was recorded for
PAIRS = [
    ("tensorflow==2.15.1", (Pair("2.15.1", "2.15.0"),), ()),
    ("tensorflow==2.2.0", (Pair("1.15.5", "1.15.5"), Pair("2.9.3", "2.3.4")), ()),
    ("tensorflow==2.16.1,keras==3.4.1", (Pair("2.15.1", "3.3.3"), Pair("2.21.0", "3.5.0")), ()),
    ("keras==3.5.0", (Pair(None, "3.5.0"),), ()),
    ("tensorflow==2.15.1,keras==2.14.0", (Pair("2.15.1", None),), ()),
    ("tensorflow==2.15.1,keras==3.16.0", (Pair("2.15.1", None),), ("keras",)),
    ("keras==2.15.0", (), ("tensorflow", "keras")),
    ("tf-nightly==2.22.0.dev20260101", (Pair(None, None),), ("tensorflow",)),
    ("tensorflow==2.15.0,tensorflow-cpu==2.14.0", (), ("tensorflow", "keras")),
]


@pytest.mark.parametrize(("target", "pairs", "gaps"), PAIRS)
def test_which_recorded_pairs_judge_for_a_runtime(target, pairs, gaps):
    found = stand_ins(inspector.resolve(target), RECORDED, KERAS)
    assert found.pairs == pairs
    assert tuple(found.gaps) == gaps
