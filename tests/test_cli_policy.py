"""The options about findings, and where a configuration is looked for: never in what is inspected."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import CLASSIC
from hostile.keras_cases import stored

from inspector.cli.main import main
from inspector.cli.policy import candidates, inside

IGNORE = 'ignore = ["SEC304"]\n'


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A repository with a model in which SEC304 (a warning) fires; the working directory is its root."""
    (tmp_path / ".git").mkdir()
    model = tmp_path / "models" / "twice"
    shutil.copytree(CLASSIC / "tf2.15.1" / "cnn", model)
    (model / "saved_model.pbtxt").write_text("saved_model_schema_version: 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(capsys, *arguments):
    status = main(["models/twice", "--format", "json", *arguments])
    told = json.loads(capsys.readouterr().out)
    return status, {f["rule"] for f in told["findings"]}, {f["rule"] for f in told["suppressed"]}


def test_a_configuration_of_the_project_counts(capsys, project):
    assert "SEC304" in codes(capsys)[1]
    (project / "inspector.toml").write_text(IGNORE)
    assert "SEC304" in codes(capsys)[2]
    assert "SEC304" in codes(capsys, "--no-config")[1]


def test_it_is_found_upward_and_named_by_hand(capsys, project, monkeypatch):
    (project / "pyproject.toml").write_text("[tool.inspector]\n" + IGNORE)
    (project / "other.toml").write_text('fail-on = "warning"\n')
    monkeypatch.chdir(project / "models")
    assert main(["twice", "--config", "../other.toml"]) == 1
    assert "note: fail-on is warning by other.toml" in capsys.readouterr().out
    assert main(["twice", "--config", "../other.toml", "--fail-on", "error"]) == 0
    capsys.readouterr()
    assert main(["twice"]) == 0
    text = capsys.readouterr().out
    assert "1 suppressed" in text.splitlines()[0]
    assert "ignored in pyproject.toml" in text


@pytest.mark.parametrize("where", ["", "assets"])
def test_an_artifact_cannot_silence_its_own_audit(capsys, project, monkeypatch, where):
    model = project / "models" / "twice"
    (model / "assets").mkdir(exist_ok=True)
    (model / where / "inspector.toml").write_text(IGNORE)
    monkeypatch.chdir(model / where)
    for path in (".." if where else ".", str(model), str(model / ".." / "twice")):
        assert main([path, "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert "SEC304" in {f["rule"] for f in told["findings"]}
        assert told["notes"] == ["inspector.toml lies inside the artifact: it is not read"]


def test_nor_where_only_its_main_file_is_named(capsys, project, monkeypatch):
    model = project / "models" / "twice"
    (model / "inspector.toml").write_text(IGNORE)
    monkeypatch.chdir(model)
    assert main(["saved_model.pb", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "SEC304" in {f["rule"] for f in told["findings"]}
    assert "lies inside the artifact" in told["notes"][0]


def test_a_broken_configuration_inside_an_artifact_stops_nothing(capsys, project, monkeypatch):
    (project / "models" / "twice" / "inspector.toml").write_text("= [")
    monkeypatch.chdir(project / "models" / "twice")
    assert main(["."]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("option", ["--config", "--baseline", "--write-baseline"])
def test_nothing_inside_an_artifact_may_be_named(capsys, project, option):
    (project / "models" / "twice" / "x.toml").write_text(IGNORE)
    (project / "link.toml").symlink_to(project / "models" / "twice" / "x.toml")
    for name in ("models/twice/x.toml", "link.toml"):
        assert main(["models/twice", option, name]) == 2
        assert "lies inside the artifact" in capsys.readouterr().err
    assert (project / "models" / "twice" / "x.toml").read_text() == IGNORE


def test_a_link_into_an_artifact_is_inside(project):
    (project / "link").symlink_to(project / "models" / "twice")
    assert inside("link/saved_model.pb", ["models/twice"])
    assert inside("models/twice/saved_model.pb", ["link"])
    assert not inside("models/twice.toml", ["models/twice"])


@pytest.mark.parametrize(
    ("files", "start", "found"),
    [
        (["inspector.toml", ".git/x"], "a/b", ["inspector.toml"]),
        (["inspector.toml", "a/inspector.toml", ".git/x"], "a/b", ["a/inspector.toml", "inspector.toml"]),
        (["inspector.toml", "a/.git/x"], "a/b", []),  # beyond the root of the repository
        (["inspector.toml"], "a/b", []),  # no repository: only the folder itself
        (["a/b/inspector.toml"], "a/b", ["a/b/inspector.toml"]),
        (["pyproject.toml", ".git/x"], "a/b", []),  # it has no table of ours
    ],
)
def test_where_it_is_looked_for(tmp_path, files, start, found):
    (tmp_path / start).mkdir(parents=True)
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("[project]\n")
    assert [path.relative_to(tmp_path).as_posix() for path in candidates(tmp_path / start)] == found


def test_beyond_the_home_nothing_is_looked_for(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "inspector.toml").write_text("")
    (tmp_path / "home" / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert list(candidates(tmp_path / "home" / "work")) == []


def test_a_baseline_makes_only_new_findings_count(capsys, project):
    warn = ["--fail-on", "warning"]
    assert main(["models/twice", *warn]) == 1
    assert main(["models/twice", *warn, "--write-baseline", "baseline.json"]) == 0
    assert main(["models/twice", *warn, "--baseline", "baseline.json"]) == 0
    assert "; 1 finding known in the baseline" in capsys.readouterr().out
    (project / "models" / "twice" / "saved_model.cpb").write_bytes(b"")
    assert main(["models/twice", *warn, "--baseline", "baseline.json"]) == 1
    (project / "models" / "twice" / "saved_model.cpb").unlink()
    (project / "models" / "twice" / "saved_model.pbtxt").unlink()
    capsys.readouterr()
    assert main(["models/twice", *warn, "--baseline", "baseline.json"]) == 0
    assert "no longer found, though in the baseline" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--config", "none.toml"], "none.toml"),
        (["--config", "a", "--no-config"], "not allowed with"),
        (["--baseline", "none.json"], "--write-baseline makes one"),
        (["--config", "bad.toml"], "did you mean"),
        (["--matrix", "--baseline", "x.json"], "--matrix is about verdicts"),
        (["--matrix", "--format", "sarif"], "no format sarif"),
    ],
)
def test_wrong_usage_is_one_line(capsys, project, arguments, says):
    (project / "bad.toml").write_text("selekt = []")
    assert main(["models/twice", *arguments]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


@pytest.mark.usefixtures("project")
def test_the_exit_status_is_part_of_sarif(capsys):
    main(["models/twice", "--fail-on", "warning", "--format", "sarif"])
    run = json.loads(capsys.readouterr().out)["runs"][0]
    assert run["invocations"][0]["exitCode"] == 1
    assert not any(str(Path.cwd()) in str(part) for part in run["results"])


@pytest.mark.parametrize(("arguments", "first"), [(["rules"], "code"), (["rules", "sec3"], "code")])
def test_rules_are_listed(capsys, arguments, first):
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith(first)


def test_rules_as_json_and_by_their_beginning(capsys):
    assert main(["rules", "SEC", "--format", "json"]) == 0
    assert {rule["category"] for rule in json.loads(capsys.readouterr().out)} == {"security"}
    assert main(["rules", "XYZ"]) == 2


def test_a_complaint_about_a_hostile_name_is_one_printable_line(capsys):
    assert main(["no\x1b[2J\nsuch"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.strip().isprintable()


def test_a_terminal_of_few_characters_gets_escapes(monkeypatch, tmp_path):
    told = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", told)
    (tmp_path / "größer.h5").write_bytes(b"")
    assert main([str(tmp_path / "größer.h5")]) == 1
    told.seek(0)
    assert "gr\\xf6\\xdfer.h5" in told.read()


def test_an_accepted_lambda_does_not_vouch_for_the_next(capsys, tmp_path):
    """Both do the same as far as words say; a constant beyond what is listed differs."""

    def written(last):
        code = compile(f"print({'x' * 300!r}, {last!r})", "<lambda>", "eval")
        function = {"class_name": "__lambda__", "config": {"code": stored(SimpleNamespace(__code__=code))}}
        layer = {"class_name": "Lambda", "config": {"name": "l", "function": function}}
        model = {"class_name": "Sequential", "config": {"layers": [layer]}}
        (tmp_path / "model.json").write_text(json.dumps(model))
        return str(tmp_path / "model.json")

    baseline = str(tmp_path / "baseline" / "baseline.json")
    (tmp_path / "baseline").mkdir()
    main([written("a"), "--write-baseline", baseline])
    main([written("a"), "--baseline", baseline, "--format", "json", "--output", str(tmp_path / "same")])
    main([written("b"), "--baseline", baseline, "--format", "json", "--output", str(tmp_path / "other")])
    capsys.readouterr()

    def standing(name):
        findings = json.loads((tmp_path / name).read_text())["findings"]
        return {f["baseline"] for f in findings if f["rule"] == "SEC101"}

    assert standing("same") == {"known"}
    assert standing("other") == {"new"}
