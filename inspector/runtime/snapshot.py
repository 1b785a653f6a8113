"""The recorder as one script, and what it prints as a snapshot."""

from __future__ import annotations

from pathlib import Path

RECORDER = Path(__file__).parent / "recorder"


def recorder_source() -> str:
    """Give the stand-alone script that records the environment it runs in, for `python - < recorder.py`."""
    keras = sorted(path.name for path in RECORDER.glob("keras_part*.py"))
    parts = ("common.py", "tensorflow_part.py", *keras, "main.py")
    return "\n\n".join((RECORDER / part).read_text(encoding="utf-8") for part in parts)
