"""Imports of the process: names that are none are refused, and those that nobody recorded leave open what they mend."""

from __future__ import annotations

import pytest
from conftest import LOCKS

import inspector
from inspector.engine.unknown_imports import unless_registered
from inspector.runtime.imports import absent_packages, checked, unknown_imports
from inspector.terms.errors import UsageError
from inspector.terms.finding import ExpectedError, Location, Outcome, Problem, Verdict


@pytest.mark.parametrize("name", ["os;x", "", "a..b", "a.b:", "1a", "a b", "a/b.py", "a:b.c"])
def test_what_is_no_module_is_refused(name):
    with pytest.raises(UsageError, match="--import"):
        checked([name])


def test_modules_and_their_functions_are_taken():
    names = ("os", "my_pkg.layers", "tensorflow_addons:register_all", "größe")
    assert checked(names) == names


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("my_pkg.layers", False),
        ("os.path", True),
        ("numpy", True),
        ("tensorflow_text", True),
        ("tensorflow_addons:register_all", True),
        ("keras_hub.layers", True),
        ("recorded.here", True),
        ("broken", False),
        ("mine", True),
        ("mine.parts", True),
        ("lone", True),
        ("below", True),
    ],
)
def test_only_what_nobody_recorded_or_read_is_unknown(tmp_path, name, known):
    (tmp_path / "mine").mkdir()
    (tmp_path / "src" / "below").mkdir(parents=True)
    sources = [str(tmp_path / part) for part in ("mine", "lone.py", "src")] + ["A" * 300]
    snapshot = {"imports": [{"module": "recorded", "error": None}, {"module": "broken", "error": {"type": "E"}}]}
    assert unknown_imports([name], sources, snapshot) == (() if known else (name,))


def test_a_recorded_package_that_the_target_lacks_is_named():
    assert absent_packages(["tensorflow_text", "my_pkg"], {"tensorflow": "2.15.1"}) == {
        "tensorflow_text": "tensorflow-text"
    }
    assert absent_packages(["tensorflow_text"], {"tensorflow-text": "2.15.0"}) == {}


def outcome(*rules, subject="Scale", type_="TypeError"):
    place = Location("config.json", "/config")
    return Outcome("loader", tuple(Problem(rule, subject, place, ExpectedError(type_, "")) for rule in rules))


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (outcome("KER101"), Verdict.UNKNOWN),
        (outcome("KER101", "KER105"), Verdict.UNKNOWN),
        (outcome("KER101", "KER110"), Verdict.FAILS),
        (outcome("KER101", type_="AttributeError"), Verdict.FAILS),
        (outcome("KER105", subject="<lambda>"), Verdict.FAILS),
        (outcome(), Verdict.LOADS),
    ],
)
def test_an_unknown_import_opens_only_what_a_registration_mends(found, verdict):
    assert unless_registered(found, ("my_pkg",)).verdict is verdict


def test_the_report_says_so():
    found = inspector.resolve(str(LOCKS / "tf2.15.1.txt"), imports=["my_pkg"])
    assert found.unknown_imports == ("my_pkg",)
    assert [note for note in found.notes if "my_pkg" in note]
