"""Holds the inspector against recorded loads: python tests/agreement.py prints the tables.

A load agrees when the verdict is `loads` for ok, or `fails` for fail, crash and timeout. There are two sets of loads:
fixtures/loads, and fixtures/recorded (`make oracle`), some runtimes and producers of which nobody looked at while the
rules were written.
"""

from __future__ import annotations

import re
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest import FIXTURES, LOCKS, recorded_loads

import inspector

RECORDED = FIXTURES / "recorded"
ALIKE = 0.7
# Copies with one random change each, and models with odd values in every place: mutated-*, edited-*, BASE__r1_...
RANDOM = re.compile(r"^(?:mutated|edited)-|__(?:r|v[a-z]?)\d+_")
SAID = (("exception class", "error type"), ("text", "error text"))
FORMATS = ("h5", "keras", "savedmodel", "pb", "")


def resolve(name: str, locks: Path = LOCKS):
    """The runtime of that name: `+import` and `-legacy` are part of it."""
    lock, plus, _ = name.partition("+")
    env = {"TF_USE_LEGACY_KERAS": "1"} if lock.endswith("-legacy") else {}
    imports = ("tensorflow_text",) if plus else ()
    return inspector.resolve(str(locks / f"{lock}.txt"), imports=imports, env=env)


def judge(rows: list[dict[str, str]], artifacts: Path, locks: Path = LOCKS):
    """Every row with the verdict and the error that the inspector gives."""
    wanted = defaultdict(lambda: defaultdict(list))
    for row in rows:
        wanted[row["artifact"]][row["runtime"]].append(row)
    runtimes = {}
    for path, by_runtime in sorted(wanted.items()):
        artifact = inspector.read(str(artifacts / path))
        for name, loads in by_runtime.items():
            runtimes.setdefault(name, None) or runtimes.update({name: resolve(name, locks)})
            verdicts = inspector.check(artifact, runtimes[name]).to_dict()["verdicts"]
            for row in loads:
                said = verdicts.get(row["loader"]) or {"verdict": "unknown", "error": None}
                yield row, said["verdict"], said["error"] or {}


def figures(judged) -> Counter[str]:
    """Counts: loads, agree, false loads, false fails, unknown, foretold, error type, error text."""
    count: Counter[str] = Counter()
    for row, verdict, error in judged:
        truth = "loads" if row["outcome"] == "ok" else "fails"
        wrong = {"loads": "false loads", "fails": "false fails", "unknown": "unknown"}
        count["loads"] += 1
        count["agree" if verdict == truth else wrong[verdict]] += 1
        if verdict == truth == "fails" and row["outcome"] == "fail":
            count["foretold"] += 1
            count["error type"] += error.get("type") == row["exception"]
            count["error text"] += alike(error.get("message") or "", row["message"])
    return count


def alike(said: str, raised: str) -> bool:
    """Whether two messages say the same in their first 160 characters, but for addresses, paths and quotes."""
    return SequenceMatcher(None, comparable(said), comparable(raised)).ratio() >= ALIKE


@cache
def comparable(text: str) -> str:
    """A message without what differs from one machine, and one load, to the next."""
    text = re.sub(r"(?<=0x)[0-9a-f]+|[\w.+=-]*(?:/[\w.+=-]+)+/?", "", text)
    return " ".join(re.sub('["`]', "'", text).split())[:160].lower()


def line(name: str, judged) -> str:
    """One line of the table; nothing where there are no such loads."""
    count = figures(judged)
    if not count["loads"]:
        return ""
    share = " ".join(f"{key} {100 * count[key] / count['loads']:.2f} %" for key in ("agree", "false loads", "unknown"))
    parts = [(words, 100 * count[key] / max(count["foretold"], 1)) for words, key in SAID] if count["foretold"] else []
    return f"{name:11} {count['loads']:6} loads: {share}{''.join(f'; {words} {part:.1f} %' for words, part in parts)}\n"


def table(title: str, judged: list) -> str:
    """The loads by format."""
    lines = [line(name or "all", [item for item in judged if name in ("", item[0]["format"])]) for name in FORMATS]
    return "".join([title + "\n", *lines])


def replayed(folder: Path, locks: Path) -> list:
    """Every load of that set, judged."""

    with tempfile.TemporaryDirectory() as unpacked, tarfile.open(folder / "artifacts.tar.xz") as archive:
        archive.extractall(unpacked, filter="data")
        return list(judge(recorded_loads(folder), Path(unpacked) / "artifacts", locks))


def main() -> None:
    """Print the tables of all recorded loads."""
    sys.stdout.write(table("loads", replayed(FIXTURES / "loads", LOCKS)))
    mine = replayed(RECORDED, RECORDED / "locks")
    sets = {"recorded": [], "recorded, never looked at": [], "recorded, random changes": []}
    for item in mine:
        title = "recorded, never looked at" if item[0]["held_out"] else "recorded"
        sets["recorded, random changes" if RANDOM.search(item[0]["artifact"]) else title].append(item)
    for title, judged in sets.items():
        sys.stdout.write(table(title, judged))


if __name__ == "__main__":
    main()
