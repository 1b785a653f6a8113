"""The matrix of models that published packages carry says what real loads of them did."""

from __future__ import annotations

import csv
import importlib.util
import os
import tempfile
from functools import cache
from pathlib import Path

import pytest
from conftest import FIXTURES

import inspector
from inspector.terms.finding import Verdict

ROWS = list(csv.DictReader((FIXTURES / "realworld_loads.tsv").open(), delimiter="\t", quoting=csv.QUOTE_NONE))
MODELS = sorted({row["id"] for row in ROWS})
# `make realworld` downloads them there; nothing is downloaded here.
CACHE = Path(os.environ.get("INSPECTOR_REALWORLD", Path(tempfile.gettempdir()) / "inspector-realworld"))
KERAS3 = {"2.16.2": "3.3.3", "2.19.1": "3.10.0", "2.21.0": "3.15.1"}  # beside these when the loads were recorded


@cache
def script():
    spec = importlib.util.spec_from_file_location("realworld", FIXTURES / "realworld.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_five_models_were_loaded_in_eight_releases_each():
    formats = {row["id"]: row["format"] for row in csv.DictReader(script().TABLE.open(), delimiter="\t")}
    assert len(MODELS) >= 5
    assert len({formats[name] for name in MODELS}) >= 4
    assert all(len({row["runtime"] for row in ROWS if row["id"] == name}) >= 8 for name in MODELS)


@pytest.fixture(scope="module")
def model(request, tmp_path_factory):
    """The model, out of its package; skipped where the package was not downloaded."""
    (row,) = (row for row in csv.DictReader(script().TABLE.open(), delimiter="\t") if row["id"] == request.param)
    folder = CACHE / row["source"].replace("/", "_").replace("==", "-")
    package = next((path for path in folder.glob("*") if path.is_file()), None) if folder.is_dir() else None
    if package is None:
        pytest.skip(f"{row['source']} is not in {CACHE}: run `make realworld`")
    return inspector.read(str(script().unpack(package, row["inner"], tmp_path_factory.mktemp(request.param))))


def cells(artifact, loader):
    """The matrix by (TensorFlow, Keras flavour, Keras of a Keras 3)."""
    found = inspector.matrix(artifact, loaders=(loader,)).cells
    runtimes = [cell.runtime for cell in found]
    keys = [(r.tensorflow, r.keras_flavour.value, r.keras if r.keras_flavour == "keras3" else "") for r in runtimes]
    return dict(zip(keys, found, strict=True))


def place(runtime):
    version, _, legacy = runtime.removeprefix("tf").partition("-")
    if legacy:
        return version, "tf_keras", ""
    own = "bundled" if tuple(map(int, version.split(".")[:2])) < (2, 6) else "keras2"
    return (version, "keras3", KERAS3[version]) if version in KERAS3 else (version, own, "")


@pytest.mark.parametrize("model", MODELS, indirect=True)
def test_marks_are_what_real_loads_did(model, request):
    name = request.node.callspec.params["model"]
    wrong = []
    for loader in sorted({row["loader"] for row in ROWS if row["id"] == name}):
        said = cells(model, loader)
        for row in (row for row in ROWS if row["id"] == name and row["loader"] == loader):
            cell = said[place(row["runtime"])]
            real = ("loads", "") if row["outcome"] == "ok" else ("fails", row["exception"])
            error = cell.deciding.error.type if cell.verdict is Verdict.FAILS else ""
            if (cell.verdict.value, error) != real:
                wrong.append((loader, row["runtime"], cell.verdict.value, error, *real))
    assert wrong == []
