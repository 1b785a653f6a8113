"""Files of which nothing can be read: every command says so, and why, before anything else."""

from __future__ import annotations

import io
import json

import pytest
from conftest import CLASSIC, LOCKS

import inspector
from inspector.cli.main import main

WHOLE = str(CLASSIC / "tf2.15.1" / "cnn.keras")


@pytest.fixture
def broken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.h5").write_bytes(b"")
    (tmp_path / "garbage.bin").write_bytes(b"\xf4\x9c" * 1500)


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(("name", "code"), [("empty.h5", "INT102"), ("garbage.bin", "INT107")])
@pytest.mark.parametrize(("command", "status"), [("stubs", 3), ("graph", 3), ("suggest", 1)])
def test_the_finding_and_its_fix(capsys, command, status, name, code):
    assert main([command, name]) == status
    told = capsys.readouterr()
    assert told.err.startswith(f"inspect: {name} cannot be read: {code} ")
    assert "; fix: " in told.err
    assert status == 1 or not told.out


def test_no_stubs_to_fill_in(capsys):
    assert main(["stubs", WHOLE]) == 0
    out = capsys.readouterr().out
    assert out.startswith('"""No custom classes or functions are missing')
    assert "TODO" not in out


def test_an_empty_graph_is_explained(capsys):
    assert main(["graph", WHOLE, "--level", "ops"]) == 0
    assert "this .keras model holds no ops; use --level layers" in capsys.readouterr().err


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("name", "said"), [("garbage.bin", "3,000 bytes in 1 file\n"), ("empty.h5", "0 bytes in 1 file\n")]
)
def test_shown_with_its_size(capsys, name, said):
    main(["show", name])
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("name", ["table", "markdown"])
def test_a_format_that_is_not_read_is_not_judged(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.tflite").write_bytes(b"\x18\0\0\0TFL3" + bytes(range(200)))
    assert main(["x.tflite", "--format", name]) == 3
    out = capsys.readouterr().out
    assert "NOT JUDGED" in out.split("\n")[0]
    assert "NO FINDINGS" not in out


def test_many_models_count_what_is_not_judged(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.tflite").write_bytes(b"\x18\0\0\0TFL3" + bytes(range(200)))
    assert main(["x.tflite", WHOLE]) == 3
    assert "1 not judged" in capsys.readouterr().out.split("\n")[-2]


def test_a_lock_file_is_no_broken_graph(capsys):
    assert main([str(LOCKS / "tf2.15.1.txt")]) == 1
    out = capsys.readouterr().out
    assert "INT107" in out
    assert "it looks like a lock file: did you mean --against?" in out
    assert "SEC407" not in out


@pytest.mark.usefixtures("broken")
def test_places_name_the_file_and_not_its_folder(tmp_path):
    # Fingerprints are made of places, and must not change with the machine.
    report = inspector.inspect(str(tmp_path / "empty.h5"), "tensorflow==2.18.0")
    places = {place.member for finding in report.findings for place in finding.locations}
    assert places == {"empty.h5"}


@pytest.mark.usefixtures("broken")
def test_no_matrix_of_what_is_no_model(capsys):
    assert main(["garbage.bin", "--matrix"]) == 3
    told = capsys.readouterr()
    assert told.err.startswith("inspect: garbage.bin cannot be read: INT107 ")
    assert not told.out


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("arguments", [["suggest", "garbage.bin"], ["empty.h5", "--matrix"]])
def test_json_holds_the_finding(capsys, arguments):
    main([*arguments, "--format", "json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [finding["rule"] for finding in findings] in (["INT107"], ["INT102"])
    assert findings[0]["fix"]


@pytest.mark.parametrize("arguments", [["--against", str(LOCKS / "tf2.15.1.txt")], ["--matrix"], []])
def test_what_no_loader_opens_is_named(capsys, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.tflite").write_bytes(b"\x18\0\0\0TFL3" + bytes(range(200)))
    assert main(["x.tflite", *arguments]) == 3
    told = capsys.readouterr()
    assert "a TensorFlow Lite model: tf.lite.Interpreter runs it" in told.out + told.err
    assert "its contents are neither read nor judged" in told.out + told.err


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["show", "--help"]])
def test_help_that_cannot_be_written_is_an_error(capsys, monkeypatch, arguments):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("sys.stdout", Full())
    assert main(arguments) == 2
    assert "cannot write standard output: No space left on device" in capsys.readouterr().err
