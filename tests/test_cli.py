"""The command: first line, exit status, errors in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CLASSIC, LOCKS

import inspector
from inspector.cli.main import main

LOCK = str(LOCKS / "tf2.15.1.txt")
LOADS = str(CLASSIC / "tf2.15.1" / "cnn.keras")
FAILS = str(CLASSIC / "tf2.15.1" / "my_custom_layer.keras")
LONG = "a" * 300 + ".keras"  # file systems take 255 bytes
SAVED_MODEL = str(CLASSIC / "tf2.15.1" / "my_custom_layer")


@pytest.mark.parametrize(
    ("arguments", "status", "first"),
    [
        ([LOADS, "--against", LOCK], 0, "LOADS in "),
        ([FAILS, "--against", LOCK], 1, "FAILS in "),
        ([FAILS, "--against", LOCK, "--fail-on", "never"], 1, "FAILS in "),
        ([FAILS, "--against", LOCK, "--custom-objects", "MyCustomLayer"], 0, "LOADS in "),
        ([SAVED_MODEL, "--against", LOCK], 0, "LOADS in "),
        ([LOADS], 0, "NO FINDINGS in "),
        (["show", SAVED_MODEL], 0, SAVED_MODEL),
        (["rule"], 0, "code"),
        (["rule", "KER101"], 0, "# KER101 unknown-class"),
        (["graph", LOADS], 0, "digraph"),
    ],
)
def test_status_and_first_line(capsys, arguments, status, first):
    assert main(arguments) == status
    assert capsys.readouterr().out.startswith(first)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no-such-model"], "no-such-model"),
        (["{tmp}"], "no model"),
        ([LOADS, "--against", "no-such.lock"], "no-such.lock"),
        ([LOADS, "--against", "{tmp}/empty.txt"], "empty.txt"),
        ([LOADS, "--against", "{tmp}/other.txt"], "TensorFlow"),
        ([LOADS, "--against", LOCK, "--loader", "nonsense"], "nonsense"),
        ([LOADS, "--against", LOCK, "--env", "NONSENSE"], "NAME=VALUE"),
        ([LOADS, "--format", "nonsense"], "nonsense"),
        (["rule", "foo"], "`inspect rules` lists them"),
        ([""], "MODEL is empty"),
        (["show", ""], "MODEL is empty"),
        ([LOADS, "--against", ""], "--against is empty"),
        ([LOADS, "--loader", "tf.saved_model.load"], "--loader needs --against"),
        ([LOADS, LOADS, "--env", "A=B"], "--env needs --against"),
        ([LOADS, "--python", "3.11"], "--python needs --against"),
        ([LOADS, "--custom-objects", "A"], "--custom-objects needs --against"),
        ([LOADS, "--import", "a"], "--import needs --against"),
        ([LOADS, "--assume-file", "a"], "--assume-file needs --against"),
        (["stubs", LOADS, "--custom-objects", "A"], "--custom-objects needs --against"),
        (["suggest", LOADS, "--python", "3.11"], "--python needs --against"),
        ([], "are required: MODEL (see"),
        (["snapshot", "--interpreter", "{tmp}/python"], "neither TensorFlow nor Keras is installed there"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(capsys, tmp_path, arguments, says):
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -E "$@"\n')  # without site-packages
    (tmp_path / "python").chmod(0o755)
    (tmp_path / "other.txt").write_text("numpy==1.26.4\n")
    assert main([argument.replace("{tmp}", str(tmp_path)) for argument in arguments]) == 2
    complaint = capsys.readouterr().err
    assert says in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [LONG],
        ["show", LONG],
        ["stubs", LONG],
        [LOADS, "--with", LONG, "--against", LOCK],
        [LOADS, "--against", LOCK, "--custom-objects", LONG],
        [LOADS, "--against", LOCK, "--custom-objects", f"{LONG}.py"],
    ],
)
def test_a_name_that_is_too_long_for_a_file_is_wrong_usage(capsys, arguments):
    assert main(arguments) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("inspect: ")
    assert complaint.count("\n") == 1


def test_reading_a_name_that_is_too_long():
    with pytest.raises(inspector.UsageError, match="File name too long"):
        inspector.read(LONG)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Nothing that is inspected is ever executed, imported or instantiated."),
        (["snapshot"], "  docker run -i IMAGE python - --import my_pkg.layers < recorder.py > snapshot.json"),
    ],
)
def test_help_keeps_its_lines(capsys, arguments, line):
    with pytest.raises(SystemExit):
        main([*arguments, "--help"])
    shown = capsys.readouterr().out
    assert line in shown.splitlines()
    assert "public interface" not in shown


def test_empty_names():
    with pytest.raises(inspector.UsageError, match="MODEL is empty"):
        inspector.read("")
    with pytest.raises(inspector.UsageError, match="--against is empty"):
        inspector.resolve("")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [[LOADS], ["show", LOADS], ["rules"], [LOADS, LOADS]])
def test_a_full_disk_behind_standard_output(arguments, unbuffered):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "inspector", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert (done.returncode, done.stderr) == (2, "inspect: cannot write standard output: No space left on device\n")


def test_json_and_output_file(capsys, tmp_path):
    target = tmp_path / "report.json"
    assert main([FAILS, "--against", LOCK, "--format", "json", "--output", str(target)]) == 1
    assert capsys.readouterr().out == ""
    report = json.loads(target.read_text())
    assert report["verdict"] == "fails"
    assert report["verdicts"]["keras.models.load_model"]["error"]["type"] == "TypeError"
    assert report["runtime"]["python"] == "3.11.7"


def test_other_loaders_are_said_near_the_top(capsys):
    assert main([SAVED_MODEL, "--against", str(LOCKS / "tf2.21.0.txt")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("keras.models.load_model does not load it" in line for line in lines[:3])


def test_text_has_no_colour_codes_off_a_terminal(capsys):
    main([FAILS, "--against", LOCK])
    assert "\x1b[" not in capsys.readouterr().out
