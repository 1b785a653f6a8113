"""The recorder is one script made of parts that do not get in each other's way."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter

import pytest

from inspector.runtime.snapshot import RECORDER, recorder_source

OLDEST_PYTHON = (3, 6)


@pytest.mark.parametrize("part", sorted(path.name for path in RECORDER.glob("*.py")))
def test_each_part_is_python_3_6(part):
    source = (RECORDER / part).read_text(encoding="utf-8")
    ast.parse(source, feature_version=OLDEST_PYTHON)
    assert not any(isinstance(node, ast.NamedExpr) for node in ast.walk(ast.parse(source)))


def test_no_name_is_defined_by_two_parts():
    nodes = ast.parse(recorder_source()).body
    names = Counter(n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef))
    names.update(t.id for n in nodes if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name))
    assert [name for name, count in names.items() if count > 1] == []


def test_it_records_an_environment_without_tensorflow():
    script = [sys.executable, "-", "--only", "tensorflow", "--import", "colorsys"]
    script += ["--import", "zz_not_there", "--import", "sys:gettrace"]
    done = subprocess.run(script, input=recorder_source(), capture_output=True, text=True, check=True)
    document = json.loads(done.stdout)
    assert document["schema"] == 1
    assert document["tensorflow"] is None
    assert document["packages"]["pytest"] == pytest.__version__
    assert document["imports"][0] == {"module": "colorsys", "package": None, "error": None, "ops": [], "brings": []}
    assert document["imports"][1]["error"]["type"] == "ModuleNotFoundError"
    assert document["imports"][2]["error"] is None
