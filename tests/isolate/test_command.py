"""The command in its child: deaths are findings, and Ctrl-C, pipes and bytecode behave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from conftest import CLASSIC, LOCKS

import inspector
from inspector.cli import judge, output
from inspector.cli.main import main
from inspector.codec import hdf5

MODEL = str(CLASSIC / "tf2.15.1" / "cnn.keras")
LOCK = str(LOCKS / "tf2.15.1.txt")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def deadly(monkeypatch):
    monkeypatch.setattr(inspector, "read", lambda _: signal.raise_signal(signal.SIGKILL))


@pytest.mark.usefixtures("deadly")
def test_a_death_is_a_finding_in_every_format(capsys):
    assert main([MODEL, "--against", LOCK]) == 1
    assert "INT110" in capsys.readouterr().out
    assert main([MODEL, "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [(f["rule"], f["severity"]) for f in report["findings"]] == [("INT110", "error")]
    assert "SIGKILL" in report["findings"][0]["message"]
    assert report["verdict"] == "unknown"
    assert report["gaps"]


@pytest.mark.usefixtures("deadly")
@pytest.mark.parametrize("arguments", [["--fail-on", "never"], ["--matrix"], ["--with", MODEL]])
def test_a_death_is_never_clean(capsys, arguments):
    assert main([MODEL, *arguments]) == 1
    assert "INT110" in "".join(capsys.readouterr())


@pytest.mark.usefixtures("deadly")
@pytest.mark.parametrize("command", ["show", "graph", "stubs", "suggest"])
def test_a_death_in_other_commands(capsys, command):
    assert main([command, MODEL]) == 1
    assert "INT110" in "".join(capsys.readouterr())


def test_an_internal_error_is_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(inspector, "read", lambda _: 1 // 0)
    assert main([MODEL]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().out
    with pytest.raises(ZeroDivisionError):
        main([MODEL, "--debug"])
    with pytest.raises(ZeroDivisionError):
        main([MODEL, "--no-isolation"])


def test_the_child_cannot_choose_what_is_written(monkeypatch, capsys, tmp_path):
    """A reader in the hands of its model names a file of the user's."""
    monkeypatch.setattr(judge, "write", lambda *_: output.write("evil", str(tmp_path / "victim")))
    assert main([MODEL, "--output", str(tmp_path / "report")]) == 1
    assert "INT110" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_isolated_and_not_give_the_same(capsys):
    answers = []
    for more in ([], ["--no-isolation"]):
        assert main([MODEL, "--against", LOCK, *more]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]


def test_an_hdf5_reader_that_dies_is_a_finding(monkeypatch):
    def dies(_):
        raise EOFError("it died with status -11")

    monkeypatch.setattr(hdf5._Worker, "_line", dies)
    report = inspector.inspect(str(CLASSIC / "tf2.15.1" / "cnn.h5"), against=LOCK)
    assert "INT110" in [finding.rule for finding in report.findings]
    assert report.verdict == "unknown"


def test_compressed_weights_need_no_file(tmp_path, capsys):
    packed = tmp_path / "packed.keras"
    with zipfile.ZipFile(MODEL) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert main([str(packed), "--against", LOCK]) == 0
    assert capsys.readouterr().out.startswith("LOADS")


def test_ctrl_c_ends_both():
    script = (
        "import inspector, sys, time; inspector.read = lambda _: time.sleep(60); sys.argv[1:] = ['m'];"
        "from inspector.cli.main import entry; entry()"
    )
    command = [sys.executable, "-c", script]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in complaint
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_reader_that_leaves_is_no_error():
    command = f"{sys.executable} -m inspector graph {MODEL} | true"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_bytecode_is_written_by_the_parent(tmp_path):
    """An installation from sources has none; the child may not write it, and each start would compile the package."""
    subprocess.run(["cp", "-r", str(ROOT / "inspector"), str(tmp_path)], check=True)
    for cache in list((tmp_path / "inspector").rglob("__pycache__")):
        subprocess.run(["rm", "-r", str(cache)], check=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONPATH": str(tmp_path)}
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-m", "inspector", MODEL], cwd=tmp_path, env=environment, check=True, capture_output=True
        )
    assert list((tmp_path / "inspector").glob("formats/__pycache__/keras_zip.*.pyc"))


def test_programs_get_the_report_as_plain_data(monkeypatch):
    found = inspector.isolated(MODEL, LOCK)
    assert found["verdict"] == "loads"
    assert {**found, "timings": {}} == {**inspector.inspect(MODEL, LOCK).to_dict(), "timings": {}}
    with pytest.raises(inspector.InspectorError, match="no-such"):
        inspector.isolated("no-such")
    monkeypatch.setattr(inspector, "read", lambda _: signal.raise_signal(signal.SIGKILL))
    found = inspector.isolated(MODEL, LOCK)
    assert [finding["rule"] for finding in found["findings"]] == ["INT110"]
    assert found["verdict"] == "unknown"
