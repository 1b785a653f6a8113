"""Every limit of the code stands in docs/limits.md, with its value and its reason."""

import importlib.util

import pytest
from conftest import FIXTURES

DOCS = FIXTURES.parent / "docs"
SPEC = importlib.util.spec_from_file_location("make_limits", DOCS / "make_limits.py")
LIMITS = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(LIMITS)


def test_the_page_is_up_to_date():
    assert LIMITS.TARGET.read_text(encoding="utf-8") == LIMITS.text(), "run `make docs`"


@pytest.mark.parametrize("row", list(LIMITS.rows()), ids=lambda row: f"{row[0]}.{row[1]}")
def test_a_limit_has_its_reason(row):
    assert len(row[3].split()) > 3


def test_the_limits_of_bombs_are_there():
    named = {f"{module}.{name}" for module, name, _, _ in LIMITS.rows()}
    assert named >= {"tree.archive.MEMBER_LIMIT", "codec.json_text.DEPTH_LIMIT", "codec.hdf5_worker.OBJECT_LIMIT"}
