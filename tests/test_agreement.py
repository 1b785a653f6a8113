"""The verdicts agree with what real TensorFlow and Keras did."""

from __future__ import annotations

import pytest
from agreement import figures, judge, recorded_loads

SAMPLE = 12  # every twelfth model, in all of its runtimes


@pytest.fixture(scope="module")
def counted(recorded_artifacts):
    rows = recorded_loads()
    models = sorted({row["artifact"] for row in rows})[::SAMPLE]
    return figures(judge([row for row in rows if row["artifact"] in set(models)], recorded_artifacts))


@pytest.mark.parametrize(
    ("name", "of", "least"),
    [("agree", "loads", 0.97), ("error type", "foretold", 0.90)],
)
def test_share_is_at_least(counted, name, of, least):
    assert counted[of] > 1000
    assert counted[name] / counted[of] >= least


@pytest.mark.parametrize(("name", "most"), [("false loads", 0.005), ("unknown", 0.02)])
def test_share_is_at_most(counted, name, most):
    assert counted[name] / counted["loads"] <= most
