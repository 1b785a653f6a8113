"""Documentation that is generated agrees with what it is generated from."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil

import jsonschema
import pytest
from conftest import CLASSIC, FIXTURES, LOCKS

import inspector
from inspector.cli.main import main

DOCS = FIXTURES.parent / "docs"
README = (FIXTURES.parent / "README.md").read_text(encoding="utf-8")
SCHEMA = json.loads((DOCS / "schema" / "report-1.0.json").read_text())


def test_rules_page_and_index_are_up_to_date():
    spec = importlib.util.spec_from_file_location("make_rules", DOCS / "make_rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "rules.md").read_text() == module.text(), "run `make docs`"
    assert module.TRIGGERS.read_text() == module.triggers_text(), "run `make docs`"


@pytest.mark.parametrize("model", ["my_custom_layer", "my_custom_layer.h5", "cnn.keras", "my_custom_loss"])
@pytest.mark.parametrize("against", [None, str(LOCKS / "tf2.10.1.txt"), str(LOCKS / "tf2.21.0.txt")])
def test_report_follows_its_schema(model, against):
    report = inspector.inspect(str(CLASSIC / "tf2.15.1" / model), against=against).to_dict()
    jsonschema.validate(json.loads(json.dumps(report)), SCHEMA)


def test_schema_refuses_another_shape():
    report = inspector.inspect(str(CLASSIC / "tf2.15.1" / "cnn.keras")).to_dict()
    del report["verdict"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, SCHEMA)


def test_readme_names_only_commands_that_exist():
    makefile = (FIXTURES.parent / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make (\w+)", (FIXTURES.parent / "README.md").read_text(), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_readme_shows_what_is_printed(tmp_path, monkeypatch, capsys):
    shown = re.search(
        r"^\$ inspect (my_custom_layer\.keras) --against (\S+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL
    )
    shutil.copy(CLASSIC / "tf2.15.1" / shown[1], tmp_path)
    shutil.copy(LOCKS / shown[2], tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main([shown[1], "--against", shown[2]]) == 1
    assert capsys.readouterr().out.startswith(shown[3])
