"""Fuzzes a codec guided by coverage: python -m fuzz.guided NAME [-runs=N] [-max_total_time=S]; needs atheris.

The same harnesses as `fuzz.run`, where libFuzzer chooses what to vary by the lines that a variant reaches.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["inspector"]):
    from fuzz.harnesses import BY_NAME


def main() -> None:
    """Fuzz until libFuzzer's own limits."""
    harness = BY_NAME[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(harness.seeds()):
            (Path(corpus) / str(number)).write_bytes(seed)

        def vary(data: bytes, limit: int, number: int) -> bytes:
            return bytes(harness.vary(random.Random(number), data)[:limit])

        atheris.Setup(
            [sys.argv[0], corpus, "-rss_limit_mb=1024", "-timeout=5", *sys.argv[2:]],
            lambda data: harness.run(data, Path(folder)) and None,
            custom_mutator=vary,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
