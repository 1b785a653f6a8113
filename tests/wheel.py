"""Holds a built wheel against the repository (an editable install hides what it lacks): python tests/wheel.py DIST."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """1 where a file of the package is not in the wheel."""
    (wheel,) = Path(sys.argv[1]).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    tracked = subprocess.run(["git", "ls-files", "inspector"], cwd=ROOT, capture_output=True, text=True, check=True)
    missing = sorted(set(tracked.stdout.split()) - packed)
    for name in missing:
        print(f"{wheel.name} lacks {name}")  # noqa: T201 - a command's output
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
