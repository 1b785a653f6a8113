"""Holds the inspector against recorded loads: python tests/agreement.py prints the whole table.

A load agrees when the verdict is `loads` for ok, or `fails` for fail, crash and timeout.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import FIXTURES, LOCKS, recorded_loads

import inspector


def resolve(name: str):
    """The runtime of that name: `+import` and `-legacy` are part of it."""
    lock, plus, _ = name.partition("+")
    env = {"TF_USE_LEGACY_KERAS": "1"} if lock.endswith("-legacy") else {}
    imports = ("tensorflow_text",) if plus else ()
    return inspector.resolve(str(LOCKS / f"{lock}.txt"), imports=imports, env=env)


def judge(rows: list[dict[str, str]], artifacts: Path):
    """Every row with the verdict and the error that the inspector gives."""
    wanted = defaultdict(lambda: defaultdict(list))
    for row in rows:
        wanted[row["artifact"]][row["runtime"]].append(row)
    runtimes = {}
    for path, by_runtime in sorted(wanted.items()):
        artifact = inspector.read(str(artifacts / path))
        for name, loads in by_runtime.items():
            runtimes.setdefault(name, None) or runtimes.update({name: resolve(name)})
            verdicts = inspector.check(artifact, runtimes[name]).to_dict()["verdicts"]
            for row in loads:
                said = verdicts.get(row["loader"]) or {"verdict": "unknown", "error": None}
                yield row, said["verdict"], said["error"] or {}


def figures(judged) -> Counter[str]:
    """Counts: loads, agree, false loads, false fails, unknown, foretold, error type."""
    count: Counter[str] = Counter()
    for row, verdict, error in judged:
        truth = "loads" if row["outcome"] == "ok" else "fails"
        wrong = {"loads": "false loads", "fails": "false fails", "unknown": "unknown"}
        count["loads"] += 1
        count["agree" if verdict == truth else wrong[verdict]] += 1
        if verdict == truth == "fails" and row["outcome"] == "fail":
            count["foretold"] += 1
            count["error type"] += error.get("type") == row["exception"]
    return count


def main() -> None:
    """Print the table of all recorded loads by format."""
    import tarfile

    rows = recorded_loads()
    with tempfile.TemporaryDirectory() as folder, tarfile.open(FIXTURES / "loads" / "artifacts.tar.xz") as archive:
        archive.extractall(folder, filter="data")
        judged = list(judge(rows, Path(folder) / "artifacts"))
    for name in ("h5", "keras", "savedmodel", "pb", ""):
        count = figures(item for item in judged if name in ("", item[0]["format"]))
        share = " ".join(f"{key} {100 * count[key] / count['loads']:.2f} %" for key in ("agree", "false loads", "unknown"))
        types = 100 * count["error type"] / (count["foretold"] or 1)
        print(f"{name or 'all':11} {count['loads']:6} loads: {share}; exception class {types:.1f} %")


if __name__ == "__main__":
    main()
