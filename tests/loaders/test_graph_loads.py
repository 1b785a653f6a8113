"""The graph loader models against loads in releases that no lock file of the fixtures names."""

from __future__ import annotations

import csv
import importlib
import io
import lzma
from collections import Counter, defaultdict

import pytest
from conftest import FIXTURES

from inspector.engine.applicable import MODELS
from inspector.formats.registry import detect_and_read
from inspector.runtime.facts import Capabilities
from inspector.runtime.tensorflow_facts import release_facts
from inspector.terms.runtime import KerasFlavour, Runtime

SAMPLE = 12  # every twelfth model, in all of its releases
KERAS_3_SINCE = (2, 16)


def recorded():
    text = lzma.decompress((FIXTURES / "loads" / "graph_loads.tsv.xz").read_bytes()).decode()
    found = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        found[row["artifact"]].append(row)
    return dict(sorted(found.items())[::SAMPLE])


def capabilities(name):
    release = name.removeprefix("tensorflow==")
    is_keras_3 = tuple(map(int, release.split(".")[:2])) >= KERAS_3_SINCE
    flavour = KerasFlavour.KERAS3 if is_keras_3 else KerasFlavour.KERAS2
    return Capabilities(Runtime(name, None, {}, release, None, flavour), release_facts(release), None)


def judged(artifact, runtime):
    # Keras has fixtures of its own, and none of its facts are given here.
    modules = [model.module for model in MODELS.get(artifact.format, ()) if "keras" not in model.needs]
    found = (o for name in modules for o in importlib.import_module(name).outcomes(artifact, capabilities(runtime)))
    return {outcome.loader: outcome for outcome in found}


@pytest.fixture(scope="module")
def count(recorded_artifacts):
    found = Counter()
    for path, rows in recorded().items():
        artifact = detect_and_read(str(recorded_artifacts / path))
        outcomes = {runtime: judged(artifact, runtime) for runtime in {row["runtime"] for row in rows}}
        for row in rows:
            said = outcomes[row["runtime"]][row["loader"]]
            truth = "loads" if row["outcome"] == "ok" else "fails"
            found["loads"] += 1
            found["agree"] += said.verdict == truth
            if said.verdict == truth == "fails":
                found["foretold"] += 1
                found["class"] += said.error.type == row["exception"]
    return found


@pytest.mark.parametrize(("name", "of", "least"), [("agree", "loads", 0.995), ("class", "foretold", 0.99)])
def test_share_is_at_least(count, name, of, least):
    assert count[of] > 100
    assert count[name] / count[of] >= least
