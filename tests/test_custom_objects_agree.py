"""The verdicts on models of the user's own classes agree with real loads without them, and with them in two ways."""

from __future__ import annotations

import ast
import csv
import io
import lzma
import tarfile
from collections import defaultdict
from difflib import SequenceMatcher

import pytest
from conftest import FIXTURES, LOCKS

import inspector
from inspector.terms.record import replace

CUSTOM = FIXTURES / "custom"
LOADER = "keras.models.load_model"
RUNTIMES = ("tf2.10.1", "tf2.15.1", "tf2.21.0")
HOW = ("import", "pass")
NOT_SEEN = {
    # TimeDistributed of Keras 2.10 asks the user's layer for its output's shape, which only running it would tell.
    *(("tf2.10.1", f"tf2.15.1/layer_wrapped.{suffix}", "pass") for suffix in ("h5", "savedmodel")),
    # How layers that a constructor makes are named in the file hangs on what holds them: here a list.
    ("tf2.15.1", "tf2.21.0/model_from_config_unregistered.keras", "pass"),
    # A tensor that is given by keyword: what the user's call makes of it is code. Unknown is said.
    *(("tf2.21.0", f"{made}/layer_call_keywords.h5", how) for made in RUNTIMES[:2] for how in HOW),
    # A tf.Variable is no weight to Keras 3: of a .keras file it is not counted.
    ("tf2.21.0", "tf2.15.1/layer_weights_of_many_forms.keras", "pass"),
}


def rows():
    text = lzma.decompress((CUSTOM / "loads.tsv.xz").read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("custom")
    with tarfile.open(CUSTOM / "models.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "models"


def source_of(name):
    """A module, or a package."""
    module = CUSTOM / "sources" / f"{name}.py"
    return module if module.exists() else module.with_suffix("")


def runtime(name, how, source):
    """`import` stands for the registered objects alone, `pass` for all, passed under their names as well."""
    given = [str(source_of(source))] if source else []
    found = inspector.resolve(str(LOCKS / f"{name}.txt"), custom_objects=given)
    if how != "import":
        return found
    registered = (replace(o, passed=False) for o in found.custom_objects if o.registered_name)
    return replace(found, custom_objects=tuple(registered))


def judged(models, wanted, resolve):
    """Each row with the verdict and error of the load that it records; each artifact read once."""
    by_artifact = defaultdict(list)
    for row in wanted:
        by_artifact[row["artifact"]].append(row)
    runtimes = {}
    for path, loads in by_artifact.items():
        artifact = inspector.read(str(models / path))
        for row in loads:
            key = row["runtime"], row["how"], row["source"]
            if key not in runtimes:
                runtimes[key] = resolve(*key)
            said = inspector.check(artifact, runtimes[key]).to_dict()["verdicts"][LOADER]
            yield row, said["verdict"], said["error"] or {}


@pytest.fixture(scope="module", params=RUNTIMES)
def loads(request, models):
    wanted = [row for row in rows() if row["runtime"] == request.param]
    return list(judged(models, wanted, runtime))


def expected(row):
    return "loads" if row["outcome"] == "ok" else "fails"


def place(row):
    return row["runtime"], row["artifact"], row["how"]


def test_every_verdict_agrees(loads):
    assert len(loads) > 600
    wrong = [(row, verdict) for row, verdict, _ in loads if verdict != expected(row) and place(row) not in NOT_SEEN]
    assert wrong == []


def test_errors_are_those_that_were_raised(loads):
    fails = [(row, error) for row, verdict, error in loads if verdict == expected(row) == "fails"]
    same = [row for row, error in fails if error["type"] == row["exception"]]
    alike = [row for row, error in fails if ratio(error["message"], row["message"]) >= 0.7]
    assert len(same) >= len(fails) - 2
    assert len(alike) >= len(fails) - 4


def ratio(said, raised):
    plain = (" ".join(str(text).split()).lower()[:160] for text in (said, raised))
    return SequenceMatcher(None, *plain).ratio()


def by_name(name, _how, source):
    """The objects of a source as a user lists them without it: `Scale`, and `pkg>Scale` where it is registered."""
    found = runtime(name, "pass", source).custom_objects
    named = [key for o in found for key in o.keys]
    return inspector.resolve(str(LOCKS / f"{name}.txt"), custom_objects=named)


@pytest.mark.parametrize("name", RUNTIMES)
def test_names_alone_let_load_what_loads_with_the_source(models, name):
    wanted = [row for row in rows() if row["runtime"] == name and row["how"] == "pass" and row["outcome"] == "ok"]
    assert len(wanted) > 100
    refused = [(*place(row), verdict, error) for row, verdict, error in judged(models, wanted, by_name)]
    assert [one for one in refused if one[-2] != "loads" and one[:3] not in NOT_SEEN] == []


def test_there_are_enough_models_and_sources():
    sources = {row["source"] for row in rows() if row["source"]}
    saved = {row["artifact"].partition("/")[2].rpartition(".")[0] for row in rows()}
    assert len(sources) >= 60
    assert len(saved) >= 60
    assert all(ast.parse(file.read_text()) for file in (CUSTOM / "sources").rglob("*.py"))
    assert len(NOT_SEEN) <= len(rows()) / 200


@pytest.mark.parametrize("model", ["layer_plain", "layer_registered"])
@pytest.mark.parametrize(
    "case",
    [
        ("tf2.18.1-k3.8.0", (), False, "fails"),
        ("tf2.18.1-k3.8.0", ("user_code",), False, "unknown"),  # it may hold the class
        ("tf2.18.1-k3.8.0", ("user_code",), True, "loads"),  # found in its module, registered or not
        ("tf2.19.1-k3.10.0", (), False, "fails"),
        ("tf2.19.1-k3.10.0", ("user_code",), False, "unknown"),  # only by registering it: since 3.9 no module is asked
    ],
)
def test_a_module_that_the_process_imports(models, tmp_path, model, case):
    runtime_name, imported, with_source, verdict = case
    source = tmp_path / "user_code.py"
    source.write_text((CUSTOM / "sources" / "layer_plain.py").read_text())
    given = [str(source)] if with_source else []
    found = inspector.resolve(str(LOCKS / f"{runtime_name}.txt"), imports=imported, custom_objects=given)
    said = inspector.check(inspector.read(str(models / "tf2.15.1" / f"{model}.keras")), found).to_dict()
    assert said["verdicts"][LOADER]["verdict"] == verdict
