"""Fuzzes for as long as wanted: python -m fuzz.run [--runs N] [--only NAME]... [--seed N] [--out FOLDER].

Each harness runs in a process of its own with a limit on memory and a watchdog on time. What fails is kept in the
folder, one file for each place in the code, and is tried again with `--again FILE`.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import lzma
import math
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "fixtures")]

from fuzz.harnesses import BY_NAME, HARNESSES, TARGETS, Codec, Harness
from inspector.report.formats import FORMATS

# A hang: of CPU time in this process; on the clock where it waits for another, on a machine that others use too.
SECONDS, WAIT_SECONDS = 5, 30
MEMORY = 512 * 2**20
# Variants that brought new words are kept to be varied further: as many, and as large, as stay cheap.
TURNS = math.lcm(len(TARGETS), len(FORMATS))
KEPT, KEPT_SIZE = 2_000, 100_000
# A child of its own for so many executions: what leaks, or piles up in caches, does not end a long run.
BATCH = 20_000


class HangError(BaseException):
    """An execution took too long."""


def main() -> int:
    """Run, print a row for each harness, and give 1 where anything failed."""
    options = _options()
    if options.again:
        return _again(Path(options.again))
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    chosen = [BY_NAME[name] for name in options.only] or [h for h in HARNESSES if h.weight]
    total, failures = sum(h.weight or 1 for h in chosen), 0
    print("| harness | executions | kinds of answer | slowest (ms) | memory added (MB) | faults |")
    print("|---|---|---|---|---|---|")
    for harness in chosen:
        row = fuzz(harness, options.runs * (harness.weight or 1) // total, options.seed, out)
        failures += len(row["faults"])
        print(
            f"| {harness.name} | {row['runs']:,} | {row['kinds']} | {1000 * row['slowest']:.0f} "
            f"| {row['memory'] >> 20} | {len(row['faults'])} |",
            flush=True,
        )
    return int(failures > 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--only", action="append", default=[], choices=tuple(BY_NAME), metavar="NAME")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="build/fuzz")
    parser.add_argument("--again", metavar="FILE", help="one that failed before")
    return parser.parse_args()


def fuzz(harness: Harness, runs: int, seed: int, out: Path) -> dict[str, Any]:
    """That many executions of a harness, in batches."""
    harness.seeds()  # kept for the children
    done: dict[str, Any] = {"runs": 0, "kinds": 0, "slowest": 0.0, "memory": 0, "faults": set()}
    while done["runs"] < runs:
        row = _batch(harness, min(BATCH, runs - done["runs"]), seed + done["runs"], out)
        done["runs"] += max(1, row["runs"])
        done["faults"] |= set(row["faults"])
        for key in ("kinds", "slowest", "memory"):
            done[key] = max(done[key], row[key])
    return done


def _batch(harness: Harness, runs: int, seed: int, out: Path) -> dict[str, Any]:
    """One child's executions; where it is killed, the variant that it was at is the fault."""
    with tempfile.TemporaryDirectory(dir=_memory_disk()) as folder:
        answer, current = Path(folder) / "answer", Path(folder) / "current"
        (Path(folder) / "work").mkdir()
        child = os.fork()
        if not child:
            try:
                answer.write_text(json.dumps(_work(harness, runs, seed, Path(folder) / "work", current, out)))
            except BaseException:  # noqa: BLE001 - the child says what went wrong, and ends
                traceback.print_exc()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if answer.exists():
            found: dict[str, Any] = json.loads(answer.read_text())
            return found
        name = f"{harness.name}-killed-{status}"
        (out / name).write_bytes(current.read_bytes() if current.exists() else b"")
        return {"runs": runs, "kinds": 0, "slowest": 0.0, "memory": 0, "faults": [name]}


def _memory_disk() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of our own in it


def _work(harness: Harness, runs: int, seed: int, folder: Path, current: Path, out: Path) -> dict[str, Any]:
    pool, seen, faults, slowest = list(harness.seeds()), set(), set(), 0.0
    for start in pool[:200]:  # what is loaded once, and what caches hold, is no fault of a variant
        with contextlib.suppress(Exception):
            harness.run(start, folder)
    for kind_of in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(kind_of, _hang)
    _limit()
    before = _peak()
    rng = random.Random(seed)
    for _ in range(runs):
        variant = harness.vary(rng, rng.choice(pool))
        current.write_bytes(packed(variant))
        began = time.perf_counter()
        _watch(SECONDS, WAIT_SECONDS)
        try:
            kind = harness.run(variant, folder)
        except (Exception, HangError) as error:  # noqa: BLE001 - that is what is looked for
            kind = _place(error)
            if kind not in faults:
                faults.add(kind)
                _keep(out / f"{harness.name}-{kind}", variant, error)
        finally:
            _watch(0, 0)
        slowest = max(slowest, time.perf_counter() - began)
        if kind not in seen:
            seen.add(kind)
            if len(pool) < KEPT and len(packed(variant)) < KEPT_SIZE:
                pool.append(variant)
    return {"runs": runs, "kinds": len(seen), "slowest": slowest, "memory": _peak() - before, "faults": sorted(faults)}


def _watch(seconds: int, wait_seconds: int) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, wait_seconds)


def _hang(*_: object) -> None:
    raise HangError(f"more than {SECONDS} s")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _limit() -> None:
    """So much address space more than now."""
    with Path("/proc/self/statm").open() as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, now + MEMORY))


def _place(error: BaseException) -> str:
    """The kind of error and the innermost place of ours that it came through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/inspector/" in f.filename]
    place = f"{Path(frames[-1].filename).stem}-{frames[-1].lineno}" if frames else "outside"
    return f"{type(error).__name__}-{place}"


def _keep(path: Path, variant: Any, error: BaseException) -> None:
    path.write_bytes(packed(variant))
    path.with_name(path.name + ".txt").write_text("".join(traceback.format_exception(error))[-6000:])


def packed(variant: Any) -> bytes:
    """A variant as one file."""
    if isinstance(variant, bytes):
        return variant
    name, files = variant
    return json.dumps([name, {k: base64.b85encode(v).decode() for k, v in files.items()}]).encode()


def replay(path: Path, folder: Path) -> None:
    """Run one that failed, in every target and format: they take turns."""
    harness = max((h for h in HARNESSES if path.name.startswith(f"{h.name}-")), key=lambda h: len(h.name))
    data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    for _ in range(1 if isinstance(harness, Codec) else TURNS):
        harness.run(unpacked(data, harness), folder)


def unpacked(data: bytes, harness: Harness) -> Any:
    """A variant from its file."""
    if isinstance(harness, Codec):
        return data
    name, files = json.loads(data)
    return name, {key: base64.b85decode(text) for key, text in files.items()}


def _again(path: Path) -> int:
    """Run one that failed, and let it fail."""
    with tempfile.TemporaryDirectory() as folder:
        replay(path, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
