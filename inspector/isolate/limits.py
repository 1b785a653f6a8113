"""The limits of a process that reads untrusted bytes, each with its reason."""

from __future__ import annotations

import os
from contextlib import suppress

# A GraphDef may have 2 GiB, protobuf's own bound: its bytes and its parsed message are held at once, and what the rules
# note of it comes on top. The largest public models that were read took 0.4 GiB.
MEMORY_LIMIT = 8 * 2**30
# Checksums of the largest published `.keras` files (10 GB) take 10 s; a SavedModel of 1 MB in all of the catalogued
# releases takes a quarter of a second, and the largest have some 100 MB without their weights.
CPU_SECONDS = 300
# Time on the clock, for a reader that waits instead of working (a network disk that hangs).
WALL_SECONDS = 4.0 * CPU_SECONDS
# A reader has the model's file, a lock file, a module that is being imported and the pipes of the HDF5 reader open.
OPEN_FILES = 64


def available() -> bool:
    """Whether this platform has what isolation needs: `fork` and limits (not Windows)."""
    return hasattr(os, "fork") and os.name == "posix"


def limit(memory: int = MEMORY_LIMIT, cpu_seconds: int | None = CPU_SECONDS) -> None:
    """Limit this process and those that it starts; a limit that is lower already stays. No seconds: their limit too."""
    import resource  # noqa: PLC0415 - Windows has none, and the parent process needs none

    wanted = {
        # Less than the machine has: a bomb then ends in MemoryError here, not in the kernel's choice of a victim.
        resource.RLIMIT_AS: min(memory, _machine()),
        resource.RLIMIT_FSIZE: 0,  # not a byte is written to any file: answers go through a pipe
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,  # a dump would hold the user's memory
    }
    if cpu_seconds is not None:
        wanted[resource.RLIMIT_CPU] = cpu_seconds
    for kind, value in wanted.items():
        soft, hard = (_least(value, old) for old in resource.getrlimit(kind))
        if kind == resource.RLIMIT_CPU:
            hard = soft + 1  # at the soft limit comes SIGXCPU, which says what happened; at the hard one SIGKILL
        with suppress(ValueError, OSError):  # macOS refuses some: https://bugs.python.org/issue34602
            resource.setrlimit(kind, (min(soft, hard), hard))


def _least(value: int, now: int) -> int:
    """The lower of the wanted limit and the one in force (-1: none)."""
    return value if now < 0 else min(value, now)


def _machine() -> int:
    """The memory of the machine in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
