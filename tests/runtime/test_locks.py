"""Every lock type yields the runtime that its environment is."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest

import inspector
from inspector.runtime.locks.registry import lock_type, lock_types

LOCKS = Path(__file__).parents[2] / "fixtures" / "locks"

# lock, --python, environment: Python, TensorFlow, Keras, flavour
RUNTIMES = [
    ("tf1.15.5.txt", None, {}, "3.7.16", "1.15.5", "1.15.5", "bundled"),
    ("tf2.0.4.txt", None, {}, "3.7.16", "2.0.4", "2.0.4", "bundled"),
    ("tf2.3.4.txt", None, {}, "3.8.18", "2.3.4", "2.3.4", "bundled"),
    ("tf2.4.4.txt", None, {}, "3.8.18", "2.4.4", "2.4.4", "bundled"),
    ("tf2.6.5.txt", None, {}, "3.9.18", "2.6.5", "2.6.0", "keras2"),
    ("tf2.10.1.txt", None, {}, "3.10.13", "2.10.1", "2.10.0", "keras2"),
    ("tf2.12.1.txt", None, {}, "3.11.7", "2.12.1", "2.12.0", "keras2"),
    ("tf2.15.1.txt", None, {}, "3.11.7", "2.15.1", "2.15.0", "keras2"),
    ("tf2.15.1-text.txt", None, {}, "3.11.7", "2.15.1", "2.15.0", "keras2"),
    ("tf2.15.1-text.txt", None, {"TF_USE_LEGACY_KERAS": "1"}, "3.11.7", "2.15.1", "2.15.1", "tf_keras"),
    ("tf2.16.2-k3.3.3.txt", None, {}, "3.11.7", "2.16.2", "3.3.3", "keras3"),
    ("tf2.18.1-k3.8.0.txt", None, {}, "3.11.7", "2.18.1", "3.8.0", "keras3"),
    ("tf2.19.1-k3.10.0.txt", None, {}, "3.11.7", "2.19.1", "3.10.0", "keras3"),
    ("tf2.21.0.txt", None, {}, "3.11.7", "2.21.0", "3.15.1", "keras3"),
    ("tf2.21.0-legacy.txt", None, {"TF_USE_LEGACY_KERAS": "1"}, "3.11.7", "2.21.0", "2.21.0", "tf_keras"),
    ("tf2.21.0-legacy.txt", None, {"TF_USE_LEGACY_KERAS": "yes"}, "3.11.7", "2.21.0", "3.15.1", "keras3"),
    ("requirements/serving.txt", None, {}, "3.10.13", "2.14.1", "2.14.0", "keras2"),
    ("requirements/uv-compiled.txt", None, {}, "3.11", "2.15.1", "2.15.0", "keras2"),
    ("requirements/uv-export.txt", "3.11", {}, "3.11", "2.15.1", "2.15.0", "keras2"),
    ("requirements/uv-export.txt", "3.12", {}, "3.12", "2.16.2", "3.15.1", "keras3"),
    ("uv/uv.lock", "3.9", {}, "3.9", "2.15.1", "2.15.0", "keras2"),
    ("uv/uv.lock", "3.12.1", {}, "3.12.1", "2.16.2", "3.15.1", "keras3"),
    ("pylock/pylock.toml", "3.11", {}, "3.11", "2.15.1", "2.15.0", "keras2"),
    ("pylock/pylock.toml", "3.12", {}, "3.12", "2.16.2", "3.15.1", "keras3"),
    ("poetry/poetry.lock", "3.11", {}, "3.11", "2.15.1", "2.15.0", "keras2"),
    ("poetry/poetry.lock", "3.12", {}, "3.12", "2.17.1", "3.5.0", "keras3"),
    ("pdm/pdm.lock", None, {}, None, "2.15.1", "2.15.0", "keras2"),
    ("pipenv/Pipfile.lock", None, {}, "3.11", "2.15.1", "2.15.0", "keras2"),
    ("pip-list/pip-list.txt", None, {}, None, "2.15.1", "2.15.0", "keras2"),
    ("conda/environment.yml", None, {}, "3.11", "2.15.1", "2.15.0", "keras2"),
    ("conda/exported.yml", None, {}, "3.11.7", "2.15.0", "2.15.0", "keras2"),
    ("conda/conda-lock.yml", None, {}, "3.11.7", "2.15.0", "2.15.0", "keras2"),
    ("conda/explicit.txt", None, {}, "3.11.7", "2.15.0", "2.15.0", "keras2"),
    ("conda/list.txt", None, {}, "3.11.7", "2.15.0", "2.15.0", "keras2"),
]


@pytest.mark.parametrize("case", RUNTIMES, ids=lambda case: f"{case[0]} {case[1] or ''}")
def test_runtime_of_a_lock(case):
    lock, option, env, *expected = case
    found = inspector.resolve(str(LOCKS / lock), python=option, env=env)
    assert [found.python, found.tensorflow, found.keras, found.keras_flavour.value] == expected
    assert found.gaps == ()


@pytest.mark.parametrize(
    "lock", ["uv/uv.lock", "pylock/pylock.toml", "poetry/poetry.lock", "requirements/uv-export.txt"]
)
def test_a_lock_that_depends_on_an_unknown_python_is_a_gap(lock):
    found = inspector.resolve(str(LOCKS / lock))
    assert found.tensorflow is None
    assert any("--python" in gap.reason for gap in found.gaps)


def test_every_fixture_has_a_type_and_every_type_a_fixture():
    files = [path for path in LOCKS.rglob("*") if path.is_file()]
    used = {lock_type(path).NAME for path in files}
    assert used == {candidate.NAME for candidate in lock_types()} - {"pip's JSON"}


def test_every_type_declares_itself_and_names_are_unique():
    names = [candidate.NAME for candidate in lock_types()]
    assert len(set(names)) == len(names)
    assert names[-1] == "requirements.txt"
    assert all(candidate.__doc__ for candidate in lock_types())


PIP_INSPECT = """{"version": "1", "pip_version": "24.0",
  "installed": [{"metadata": {"name": "tensorflow", "version": "2.15.1"}}],
  "environment": {"python_full_version": "3.11.7"}}"""

# file name, text: TensorFlow, Keras, whether there is a gap
TEXTS = [
    ("a.txt", "tensorflow==2.15", "2.15.0", "2.15.0", False),
    ("a.txt", "TensorFlow_CPU == 2.15.1", "2.15.1", "2.15.0", False),
    ("a.txt", "tensorflow~=2.15.0", "2.15.1", "2.15.0", False),
    ("a.txt", "tensorflow==2.15.*", "2.15.1", "2.15.0", False),
    ("a.txt", "tensorflow (>=2.12,<2.13)", "2.12.1", "2.12.0", False),
    ("a.txt", "tensorflow==2.15.1+nv24.1", "2.15.1+nv24.1", "2.15.0", False),
    ("a.txt", "tensorflow-gpu===2.8.4", "2.8.4", "2.8.0", False),
    ("a.txt", "intel-tensorflow==2.9.1", "2.9.1", "2.9.0", False),
    ("a.txt", "tensorflow-macos==2.15.0\ntensorflow-metal==1.1.0", "2.15.0", "2.15.0", False),
    ("a.txt", "\ufefftensorflow==2.10.1\r\nkeras==2.10.0\r\n", "2.10.1", "2.10.0", False),
    ("a.txt", 'tensorflow==2.15.1 ; sys_platform == "linux"\ntensorflow-macos==2.14.0 ; sys_platform == "darwin"',
     "2.15.1", "2.15.0", False),
    ("a.txt", "# python 3.8.10\ntensorflow", "2.13.1", "2.13.1", False),
    ("a.txt", "# python 3.10.1\ntensorflow>=2.16,<2.17", "2.16.2", "3.12.4", False),
    ("a.txt", "https://index.example/tensorflow_cpu-2.15.1-cp311-cp311-manylinux_2_17_x86_64.whl", "2.15.1", "2.15.0",
     False),
    ("a.txt", "./wheels/tensorflow-2.15.1%2Blocal-1-cp311-cp311-linux_x86_64.whl", "2.15.1+local", "2.15.0", False),
    ("a.txt", "tensorflow @ git+https://git.example/tensorflow@r2.15", None, None, True),
    ("a.txt", "tensorflow==2.15.1\n-e .\n-e git+https://git.example/x#egg=x", "2.15.1", "2.15.0", False),
    ("a.txt", "tensorflow==2.15.1\n-r missing.txt", "2.15.1", "2.15.0", True),
    ("a.txt", "tensorflow==2.15.0\ntensorflow-cpu==2.16.1", None, None, True),
    ("a.txt", "keras==3.10.0\njax==0.4.30", None, "3.10.0", False),
    ("a.txt", "keras==2.15.0", None, None, True),
    ("a.txt", "tensorflow==2.14.1\nkeras==3.1.0", "2.14.1", None, True),
    ("a.txt", "tensorflow==2.15.1\nkeras==3.10.0", "2.15.1", "3.10.0", False),
    ("a.txt", "tensorflow==2.6.0", "2.6.0", None, True),
    ("a.txt", "tf-nightly==2.19.0.dev20240101", "2.19.0.dev20240101", None, True),
    ("list.json", '[{"name": "tensorflow", "version": "2.15.1"}]', "2.15.1", "2.15.0", False),
    ("inspect.json", PIP_INSPECT, "2.15.1", "2.15.0", False),
    ("a.yml", "dependencies:\n  - tensorflow=2.15\n", "2.15.1", "2.15.0", False),
    ("a.yml", "dependencies: [python=3.11, 'tensorflow>=2.12']\n", "2.21.0", "3.15.1", False),
]  # fmt: skip


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case[1][:40])
def test_runtime_of_a_text(tmp_path, case):
    name, text, *expected = case
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    found = inspector.resolve(str(tmp_path / name))
    assert [found.tensorflow, found.keras, bool(found.gaps)] == expected


# file name, bytes: what the one line says
REFUSED = [
    ("a.txt", b"numpy==1.26.4\nh5py==3.10.0\n", "neither TensorFlow nor Keras"),
    ("a.txt", b"", "neither TensorFlow nor Keras"),
    ("a.txt", b"tensorflow>=99", "no release of tensorflow"),
    ("a.txt", b"tf-nightly", "tf-nightly is not recorded"),
    ("a.txt", b"numpy==1.26.4\ntensorflow=2.15\n", "is no version specifier; expected one such as tensorflow==2.15"),
    ("a.txt", b'numpy==1.26.4\ntensorflow = "2.15"\n', """'= "2.15"' is no version specifier"""),
    ("a.txt", b"numpy==1.26.4\ntensorflow: 2.15\n", "a.txt:2: tensorflow: 2.15: ': 2.15' is no version specifier"),
    ("a.txt", b"numpy==1.26.4\nkeras 3.3\n", "a.txt:2: keras 3.3: '3.3' is no version specifier"),
    ("a.txt", b"tensorflow==2.15.x\n", "a.txt:1: tensorflow==2.15.x: '==2.15.x' is no version specifier"),
    ("a.txt", b"\x80\x81\x82", "no text"),
    ("uv.lock", b"[[package]\n", "not a readable lock"),
    ("pylock.toml", b'lock-version = "2.0"\n', "only 1.x"),
    ("Pipfile.lock", b"{", "not a readable lock"),
    ("Pipfile.lock", b"[" * 100_000, "not a readable lock"),
    ("a.yml", b"dependencies:\n  - &anchor tensorflow=2.15\n", "outside the part of YAML"),
    ("a.yml", b"dependencies:\n  - !!python/object/apply:os.system ['true']\n", "outside the part of YAML"),
    ("a.yml", b"- " * 100 + b"a", "levels"),
    ("a.yml", b"name: x\n", "no list of dependencies"),
    ("conda-lock.yml", b"package:\n- name: tensorflow\n  platform: osx-64\n- name: tensorflow\n  platform: win-64\n",
     "not linux-64"),
    ("a.bin", b"\x00\x01", "not a lock file"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "said"), REFUSED)
def test_what_is_no_lock_is_one_clear_line(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(inspector.UsageError, match=said) as caught:
        inspector.resolve(str(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_files_that_include_each_other_end(tmp_path):
    (tmp_path / "a.txt").write_text("-r b.txt\ntensorflow==2.15.1")
    (tmp_path / "b.txt").write_text("-r a.txt\n-c a.txt\n")
    assert inspector.resolve(str(tmp_path / "a.txt")).tensorflow == "2.15.1"


def test_includes_deeper_than_the_limit_are_a_gap(tmp_path):
    for level in range(15):
        (tmp_path / f"{level}.txt").write_text(f"-r {level + 1}.txt\n")
    (tmp_path / "15.txt").write_text("tensorflow==2.15.1")
    assert any("levels" in gap.reason for gap in inspector.resolve(str(tmp_path / "0.txt")).gaps)


def test_a_file_larger_than_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("inspector.runtime.locks.contents.read_bytes.__defaults__", (10,))
    (tmp_path / "a.txt").write_text("tensorflow==2.15.1")
    with pytest.raises(inspector.UsageError, match="larger than"):
        inspector.resolve(str(tmp_path / "a.txt"))


# what names the Python: the option, the lock's first line, the file beside it
PYTHONS = [
    (None, "", None, None),
    (None, "", "3.10.4\n", "3.10.4"),
    (None, "", "cpython-3.10", "3.10"),
    (None, "# python 3.11.7\n", "3.10.4\n", "3.11.7"),
    ("3.9", "# python 3.11.7\n", "3.10.4\n", "3.9"),
    (None, "# a lock for python code\n", None, None),
]


@pytest.mark.parametrize(("option", "first", "beside", "python"), PYTHONS)
def test_what_names_the_python(tmp_path, option, first, beside, python):
    (tmp_path / "a.txt").write_text(f"{first}tensorflow==2.15.1\n")
    if beside is not None:
        (tmp_path / ".python-version").write_text(beside)
    assert inspector.resolve(str(tmp_path / "a.txt"), python=option).python == python


def test_a_utf16_lock_of_powershell_is_read(tmp_path):
    (tmp_path / "a.txt").write_text("keras==2.15.0\r\ntensorflow==2.15.1\r\n", encoding="utf-16")
    assert inspector.resolve(str(tmp_path / "a.txt")).tensorflow == "2.15.1"


# Each took minutes, or would, without the limit beside the pattern that it meets.
HOSTILE = [
    ("a.txt", "tensorflow" + " " * 200_000 + ")x"),
    ("a.txt", "tensorflow[" + "a" * 1_000_000),
    ("a.txt", "a-" * 500_000 + ".tar.gz"),
    ("a.txt", "\n".join(f"tensorflow!={n}" for n in range(100_000))),
    ("a.txt", "tensorflow==2.15.1 ; " + "(" * 50_000),
    ("a.yml", "dependencies:\n  - a" + " " * 100_000 + "b"),
    ("a.yml", "a:" * 100_000),
    ("uv.lock", "a = " + "[" * 100_000),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_locks_are_refused_quickly(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    began = time.process_time()
    with suppress(inspector.UsageError):
        assert inspector.resolve(str(tmp_path / name)).tensorflow is None
    assert time.process_time() - began < 2


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(inspector.UsageError, match="pipe"):
        inspector.resolve(str(tmp_path / "pipe"))


def test_pins_may_be_longer_than_a_file_name():
    assert inspector.resolve("tensorflow==2.15.1," + ",".join(["numpy==1.26.4"] * 50)).tensorflow == "2.15.1"


@pytest.mark.parametrize(("allowed", "tensorflow"), [(">=3.9, <3.12", "2.15.1"), (">=3.12", "2.16.2"), ("^3.9", None)])
def test_the_range_of_pythons_of_a_lock_may_decide(tmp_path, allowed, tensorflow):
    text = (LOCKS / "pylock" / "pylock.toml").read_text().replace(">=3.9, <3.13", allowed)
    (tmp_path / "pylock.toml").write_text(text)
    uv = (LOCKS / "uv" / "uv.lock").read_text().replace(">=3.9, <3.13", allowed)
    (tmp_path / "uv.lock").write_text(uv)
    for name in ("pylock.toml", "uv.lock"):
        found = inspector.resolve(str(tmp_path / name))
        assert (found.tensorflow, found.python) == (tensorflow, None)
