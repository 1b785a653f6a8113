"""Several models in one run: one line each, on after failures, the worst exit status, one report of them all."""

from __future__ import annotations

import json
import shutil

import jsonschema
import pytest
from conftest import CLASSIC, FIXTURES, LOCKS

from inspector.cli.main import main
from inspector.formats.below import models_below
from inspector.isolate.child import Ended
from inspector.report.joined import worst_status

SCHEMA = json.loads((FIXTURES / "sarif" / "sarif-2.1.0-rtm.5.json").read_text())
LOCK = str(LOCKS / "tf2.15.1.txt")
KERAS = CLASSIC / "tf2.15.1" / "cnn.keras"


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A model that loads, one that fails, one that is broken, one by another name, and two files that are none."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    shutil.copy(KERAS, tmp_path / "a.keras")
    shutil.copy(CLASSIC / "tf2.15.1" / "my_custom_layer.h5", tmp_path / "deep" / "b.bin")
    shutil.copytree(CLASSIC / "tf2.15.1" / "cnn", tmp_path / "deep" / "er" / "c")
    (tmp_path / "d.h5").write_bytes(b"")
    (tmp_path / "README.md").write_text("text")
    (tmp_path / "other.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_line_each_and_the_worst_status(capsys, models):
    assert main(["--recursive", ".", "--against", LOCK]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [
        ["LOADS", "./a.keras:"],
        ["FAILS", "./d.h5:"],
        ["FAILS", "./deep/b.bin:"],
        ["LOADS", "./deep/er/c:"],
    ]
    assert lines[4:] == ["2 other files are no model", "4 models: 2 fails, 2 loads"]
    (models / "deep" / "b.bin").unlink()
    (models / "d.h5").unlink()
    assert main(["--recursive", ".", "--against", LOCK]) == 0


@pytest.mark.usefixtures("models")
def test_it_goes_on_after_what_cannot_be_read(capsys):
    assert main(["a.keras", "no\x1bsuch", "README.md", "--no-isolation"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("NO FINDINGS a.keras")
    assert lines[1] == "NOT READ    no\\x1bsuch: no such file or folder: no\\x1bsuch"
    assert main(["a.keras", "nope"]) == 3


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("isolation", [[], ["--no-isolation"]])
def test_one_report_of_all(capsys, isolation):
    arguments = ["--recursive", ".", *isolation, "--format"]
    assert main([*arguments, "json"]) == 1
    reports = json.loads(capsys.readouterr().out)["reports"]
    assert [report["artifact"]["path"] for report in reports] == ["./a.keras", "./d.h5", "./deep/b.bin", "./deep/er/c"]
    assert main([*arguments, "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    jsonschema.validate(log, SCHEMA)
    (run,) = log["runs"]
    assert len(run["artifacts"]) == 4
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert run["invocations"][0]["exitCode"] == 1
    assert main([*arguments, "markdown"]) == 1
    assert capsys.readouterr().out.count("### ") == 4


@pytest.mark.usefixtures("models")
def test_what_was_not_read_stands_in_every_report(capsys):
    for style in ("json", "sarif", "markdown", "table"):
        assert main(["a.keras", "nope", "--format", style]) == 3
        assert "no such file or folder" in capsys.readouterr().out


def test_a_baseline_of_all(capsys, models):
    arguments = ["--recursive", "."]
    assert main([*arguments, "--write-baseline", "baseline.json"]) == 0
    assert main([*arguments, "--baseline", "baseline.json"]) == 0
    (models / "e.h5").write_bytes(b"")
    assert main([*arguments, "--baseline", "baseline.json"]) == 1
    capsys.readouterr()


def test_a_configuration_inside_one_of_them_does_not_count(capsys, models, monkeypatch):
    model = models / "deep" / "er" / "c"
    (model / "inspector.toml").write_text("this is no TOML")
    monkeypatch.chdir(model)
    assert main(["--recursive", "."]) == 0
    (models / "inspector.toml").write_text('ignore = ["INT"]')
    monkeypatch.chdir(models)
    assert main(["--recursive", "."]) == 0
    assert "1 suppressed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--recursive", "none"], "no such file or folder: none"),
        (["--recursive", ""], "MODEL is empty"),
        (["--recursive", "a" * 300], "File name too long"),
        (["--recursive", str(LOCKS)], "no model below "),
        (["a", "b", "--matrix"], "one model"),
        (["a", "b", "--with", "c"], "one model"),
        (["a", "b", "--against", "none.lock"], "none.lock"),
    ],
)
def test_wrong_usage(capsys, arguments, says):
    assert main(arguments) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "models"),
    [
        (["m/saved_model.pb", "m/variables/variables.index", "m/assets/x.h5"], ["m"]),
        (["m/variables/variables.index"], ["m"]),
        (["m/config.json", "m/metadata.json", "m/model.weights.h5"], ["m"]),
        (["m/checkpoint", "m/c.index", "m/c.data-00000-of-00001", "m/c.meta", "m/x.keras"], ["m/c", "m/x.keras"]),
        (
            ["m/a.KERAS", "m/b.H5", "m/c.hdf5", "m/d.pb", "m/e.pbtxt"],
            ["m/a.KERAS", "m/b.H5", "m/c.hdf5", "m/d.pb", "m/e.pbtxt"],
        ),
        (["m/readme.txt", "m/x.npy"], []),
    ],
)
def test_models_are_found_by_name(tmp_path, files, models):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = models_below(str(tmp_path))
    assert [path.removeprefix(f"{tmp_path}/") for path in found.models] == models


def test_a_misspelt_subcommand_is_pointed_out(capsys):
    assert main(["shw", str(KERAS)]) == 3
    assert "no such file or folder: shw; did you mean `inspect show`?" in capsys.readouterr().out
    assert main(["shw"]) == 2
    assert capsys.readouterr().err == "inspect: no such file or folder: shw; did you mean `inspect show`?\n"


def test_a_file_is_judged_as_itself(capsys):
    assert main(["--recursive", str(KERAS)]) == 0
    assert str(KERAS) in capsys.readouterr().out


def test_models_are_found_by_content_and_through_links(tmp_path):
    (tmp_path / "m").mkdir()
    shutil.copy(KERAS, tmp_path / "m" / "blob")
    (tmp_path / "m" / "architecture").write_text(' {"class_name": "Sequential"}')
    (tmp_path / "m" / "hdf5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "m" / "other.zip").write_bytes(b"PK\x03\x04 something else")
    (tmp_path / "m" / "loop").symlink_to(tmp_path / "m")
    (tmp_path / "m" / "link").symlink_to(KERAS)
    found = models_below(str(tmp_path))
    assert [path.rpartition("/")[2] for path in found.models] == ["architecture", "blob", "hdf5", "link"]
    assert found.others == 1


@pytest.mark.parametrize(("statuses", "worst"), [([0, 3, 1], 1), ([3, 0], 3), ([0], 0), ([], 0)])
def test_the_worst_status(statuses, worst):
    assert worst_status(statuses) == worst


@pytest.mark.usefixtures("models")
def test_colour_only_on_a_terminal(capsys, monkeypatch):
    main(["a.keras", "d.h5"])
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    main(["a.keras", "d.h5"])
    assert "\x1b[32;1mNO FINDINGS\x1b[0m a.keras" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["a.keras", "d.h5"])
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    "frames",
    [
        [],
        [("text", "LOADS"), ("status", "x"), ("word", "LOADS"), ("color", "green")],
        [("text", "LOADS"), ("status", "7"), ("word", "LOADS"), ("color", "green")],
        [("text", "LOADS"), ("status", "0"), ("word", "LOADS"), ("color", "blue")],
        [("text", "LOADS"), ("status", "0"), ("word", "LOADS"), ("color", "green"), ("entries", "[")],
    ],
)
def test_a_child_that_answers_nonsense_died(capsys, monkeypatch, frames):
    monkeypatch.setattr("inspector.isolate.child.run", lambda _: Ended(tuple(frames)))
    assert main(["a.keras", "d.h5"]) == 1
    assert capsys.readouterr().out.count("its answer is not understood") == 0
    main(["a.keras", "d.h5", "--format", "json"])
    assert capsys.readouterr().out.count("its answer is not understood") >= 2


@pytest.mark.usefixtures("models")
def test_nothing_that_a_child_says_acts_on_the_terminal(capsys, monkeypatch):
    frames = (("text", "LOADS \x1b[2J"), ("status", "0"), ("word", "LOADS"), ("color", "green"))
    monkeypatch.setattr("inspector.isolate.child.run", lambda _: Ended(frames))
    assert main(["a.keras", "d.h5"]) == 0
    assert "LOADS \\x1b[2J" in capsys.readouterr().out
