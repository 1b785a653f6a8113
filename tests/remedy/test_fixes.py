"""The fixes that were carried out for real are the ones that are printed today, and nine of ten make the model load."""

from __future__ import annotations

import csv
import importlib
import sys
import tarfile
import warnings
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
from agreement import RECORDED, resolve
from conftest import FIXTURES, LOCKS

import inspector
from inspector.rules.registry import codes

FOLDERS = {"loads": (FIXTURES / "loads", LOCKS), "recorded": (RECORDED, RECORDED / "locks")}
HELD = ("loads", "said")
FIXES = FIXTURES / "scripts" / "fixes"
TABLE = FIXTURES / "remedy" / "fixes.tsv"


def rows():
    with TABLE.open(newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS = rows()


def printed(row, artifact, runtime):
    """Rule, place and fix that stand first on the way of that load today."""
    finding = run().blocking(inspector.check(artifact, runtime), row["loader"])
    if finding is None:
        return None
    place = finding.locations[0]
    home = f"{Path(artifact.path).parent}/"
    return finding.rule, *(_line(t.replace(home, "")) for t in (f"{place.member}:{place.pointer}", finding.fix))


@cache
def run():
    """The script itself."""
    return script("run")


def script(name):
    sys.path.insert(0, str(FIXES))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FIXES))


def _line(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def today(tmp_path_factory):
    """Every recorded row with what is printed today."""
    folder = tmp_path_factory.mktemp("fixes")
    found = []
    for table, (home, locks) in FOLDERS.items():
        wanted = defaultdict(list)
        for row in (row for row in ROWS if row["table"] == table):
            wanted[row["artifact"]].append(row)
        with tarfile.open(home / "artifacts.tar.xz") as archive:
            names = tuple(f"artifacts/{name}" for name in wanted)
            members = [each for each in archive if each.name.startswith(names)]
            archive.extractall(folder / table, members=members, filter="data")
        runtimes = {}
        for name, loads in wanted.items():
            artifact = inspector.read(str(folder / table / "artifacts" / name))
            for row in loads:
                runtime = runtimes.setdefault(row["runtime"], None) or resolve(row["runtime"], locks)
                runtimes[row["runtime"]] = runtime
                found.append((row, printed(row, artifact, runtime)))
    return found


def test_the_sample_is_worth_something():
    assert len(ROWS) >= 200
    assert len({row["rule"] for row in ROWS}) >= 50
    assert len({row["runtime"] for row in ROWS}) >= 20
    assert {row["result"] for row in ROWS} >= {"loads", "said"}


def test_the_named_place_is_the_cause():
    held = Counter(row["place_is_cause"] != "no" for row in ROWS)
    assert held[True] / len(ROWS) >= 0.9


def test_the_printed_fix_makes_it_load(today):
    """A row whose text has changed since it was carried out counts as not held until `make fixes` tries it again."""
    again = [row for row, said in today if said != (row["rule"], row["place"], row["fix"])]
    for row in again:
        warnings.warn(f"to be tried again: {row['rule']} {row['artifact']} in {row['runtime']}", stacklevel=1)
    held = [row for row in ROWS if row["result"] in HELD and row not in again]
    assert len(held) / len(ROWS) >= 0.9


def test_rules_are_known():
    assert {row["rule"] for row in ROWS if row["rule"]} <= set(codes())


@pytest.fixture(scope="module")
def steps():
    """The script's own reading of a text."""
    return script("steps")


def test_every_printed_text_says_something_that_can_be_done(steps):
    mute = {(row["rule"], row["fix"]) for row in ROWS if row["fix"] and not steps.remedies(row["fix"])}
    assert mute == set()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("install keras==3.15.1 (Keras 3.15.1 wrote it)", ["keras"]),
        ("install tensorflow>=2.16 with keras==3.9.2", ["keras"]),
        ("install tf_keras and set TF_USE_LEGACY_KERAS=1, or install tensorflow~=2.15.0", ["legacy", "tensorflow"]),
        ("load with compile=False, and compile again", ["compile"]),
        ("no release reads the file as it is: copy the model again", ["nothing", "restore"]),
        ("think about it", []),
    ],
)
def test_what_a_text_says_is_read_from_its_words(steps, text, wanted):
    assert [name for name, _ in steps.remedies(text)] == wanted
