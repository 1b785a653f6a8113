"""What fuzzing found once stays handled: each variant that ended in a fault, in every target and format of report."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.run import replay
from inspector.codec import hdf5

FOUND = sorted((Path(__file__).parent / "found").glob("*.xz"))


@pytest.fixture(autouse=True, scope="module")
def _no_reader_is_left():
    yield
    hdf5.close()


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found_stays_handled(path, tmp_path):
    replay(path, tmp_path)
