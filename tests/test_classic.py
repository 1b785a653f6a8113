"""The three classic cases: what the inspector says of each is what the real loaders did."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
from conftest import CLASSIC, LOCKS

import inspector

ROWS = [json.loads(line) for line in (CLASSIC / "outcomes.jsonl").read_text().splitlines()]
LOADS = [row for row in ROWS if not row["loader"].startswith("call")]


def plain(message):
    """The beginning of a message without paths and addresses, which differ from load to load."""
    return re.sub(r"[\w.=+-]*(/[\w.=+-]+)+|0x[0-9a-f]+", "PATH", message)[:60]


@cache
def report(artifact: str, runtime: str):
    return inspector.inspect(str(CLASSIC / artifact), against=str(LOCKS / f"{runtime}.txt")).to_dict()


@pytest.mark.parametrize("row", LOADS, ids=lambda row: f"{row['artifact']} in {row['runtime']}: {row['loader']}")
def test_verdict_and_exception(row):
    said = report(row["artifact"], row["runtime"])["verdicts"][row["loader"]]
    assert said["verdict"] == {"ok": "loads", "fail": "fails"}[row["outcome"]]
    if row["outcome"] == "fail":
        assert said["error"]["type"] == row["exception"]
        assert plain(said["error"]["message"]) == plain(row["message"])


@pytest.mark.parametrize("producer", ["tf2.10.1", "tf2.15.1", "tf2.21.0"])
def test_declared_input_of_the_cnn(producer):
    signatures = inspector.read(str(CLASSIC / producer / "cnn")).signatures
    (tensor,) = signatures["serving_default"].inputs.values()
    assert tensor.dtype == "float32"
    assert tensor.shape == (-1, 28, 28, 1)


def test_fix_names_the_class():
    found = report("tf2.15.1/my_custom_layer.keras", "tf2.15.1")["findings"]
    assert any("custom_objects={'MyCustomLayer': MyCustomLayer}" in finding["fix"] for finding in found)


def test_custom_objects_make_it_load(tmp_path):
    source = tmp_path / "layers.py"
    source.write_text(
        "import keras\n\n\nclass MyCustomLayer(keras.layers.Layer):\n"
        "    def __init__(self, units=5, **kwargs):\n        super().__init__(**kwargs)\n"
    )
    model, lock = str(CLASSIC / "tf2.15.1" / "my_custom_layer.keras"), str(LOCKS / "tf2.15.1.txt")
    assert inspector.inspect(model, against=lock).verdict == "fails"
    assert inspector.inspect(model, against=lock, custom_objects=[str(source)]).verdict == "loads"
    assert inspector.inspect(model, against=lock, custom_objects=["MyCustomLayer"]).verdict == "loads"
    assert inspector.inspect(model, against=lock, custom_objects=["Other"]).verdict == "fails"
