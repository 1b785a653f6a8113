"""Each codec and reader on some variants of its seeds, chosen by hypothesis: a few seconds of what `make fuzz` does."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.harnesses import HARNESSES, Codec
from fuzz.run import SECONDS

EXAMPLES = {True: 60, False: 12}  # codecs; whole inspections


@pytest.mark.parametrize("harness", [h for h in HARNESSES if h.weight], ids=lambda harness: harness.name)
def test_variants_are_handled(harness):
    seeds = harness.seeds()
    assert seeds

    @settings(
        max_examples=EXAMPLES[isinstance(harness, Codec)],
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.integers(0, len(seeds) - 1), st.integers(0, 2**32), st.integers(1, 3))
    def handled(place, number, changes):
        variant = seeds[place]
        for change in range(changes):
            variant = harness.vary(random.Random(number + change), variant)
        began = time.process_time()
        harness.run(variant, Path(folder))
        assert time.process_time() - began < SECONDS

    with tempfile.TemporaryDirectory() as folder:
        handled()
