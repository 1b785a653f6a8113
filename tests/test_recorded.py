"""The verdicts agree with our own recorded loads: a sample, whole models of every format."""

from __future__ import annotations

import re
import tarfile

import pytest
from agreement import RECORDED, figures, judge
from conftest import recorded_loads

MODELS = 60  # of all: a few seconds


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    rows = recorded_loads(RECORDED)
    models = sorted({row["artifact"] for row in rows})
    models = set(models[:: len(models) // MODELS])
    folder = tmp_path_factory.mktemp("recorded")
    with tarfile.open(RECORDED / "artifacts.tar.xz") as archive:
        wanted = [each for each in archive if any(each.name.startswith(f"artifacts/{model}") for model in models)]
        archive.extractall(folder, members=wanted, filter="data")
    return list(judge([row for row in rows if row["artifact"] in models], folder / "artifacts", RECORDED / "locks"))


def test_sample_is_worth_something(judged):
    assert len(judged) > 100
    assert len({row["runtime"] for row, _, _ in judged}) >= 10


def test_most_agree(judged):
    count = figures(judged)
    assert count["agree"] / count["loads"] >= 0.9


def test_few_false_loads(judged):
    count = figures(judged)
    assert count["false loads"] / count["loads"] <= 0.02


def test_messages_say_nothing_of_a_machine():
    machine = re.compile(r"/(home|root|site-packages/tensorflow/\.\.)/")
    assert not [row for row in recorded_loads(RECORDED) if machine.search(row["message"])]
