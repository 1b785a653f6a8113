"""Runs a piece of work in a forked child with limits; hands back what it says, or how it died.

The answer comes through a pipe as frames of a kind, a length and text: plain data, of a limited size.
"""

from __future__ import annotations

import importlib
import os
import select
import struct
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from inspector.isolate.endings import end
from inspector.isolate.limits import CPU_SECONDS, MEMORY_LIMIT, WALL_SECONDS, limit
from inspector.isolate.sandbox import confine, watch
from inspector.terms.errors import InspectorError, UsageError
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Frames = list[tuple[str, str]]

# The largest graphs are written as some 100 MB of GraphML; this process holds the answer until it is whole.
ANSWER_LIMIT = 512 * 2**20
_HEAD = struct.Struct(">BQ")  # length of the kind, length of the text
_CHUNK = 2**20
# What `signal` makes enums of, which takes a hundredth of a cold run.
_SIGNALS: Any = importlib.import_module("_signal")
# Kinds of frames that are not the work's own.
_REFUSED, _DIED, _CACHE, _END = "refused", "died", "cache", "end"


@record
class Ended:
    """How the work ended: its frames; `death` says how the child died ("": it did not)."""

    frames: tuple[tuple[str, str], ...] = ()
    death: str = ""
    # Files of bytecode that the child was not allowed to write.
    uncached: tuple[str, ...] = ()


def run(work: Callable[[], Iterable[tuple[str, str]]]) -> Ended:
    """Do the work in a child. An InspectorError in there is raised here as UsageError.

    Everything that the child had to say is held back until it has ended, so a death leaves no half of an answer.
    """
    reading, writing = os.pipe()
    life_reading, life_writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        os.close(life_writing)
        _die_with(life_reading)
        _serve(work, writing)  # never returns
    os.close(writing)
    os.close(life_reading)
    try:
        content, trouble = _content(reading)
    finally:  # Ctrl-C comes here as well: no child is left behind
        os.close(reading)
        os.close(life_writing)
        status = _reaped(child)
    return _ended(content, trouble, status)


def _content(pipe: int) -> tuple[bytes, str]:
    """What comes through the pipe until its end, and what is wrong with it."""
    until, chunks, size = time.monotonic() + WALL_SECONDS, [b""], 0
    while size <= ANSWER_LIMIT:
        if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            return b"", f"no answer within {WALL_SECONDS:.0f} s"
        chunk = os.read(pipe, _CHUNK)
        if not chunk:
            return b"".join(chunks), ""
        chunks.append(chunk)
        size += len(chunk)
    return b"", f"an answer of more than {ANSWER_LIMIT} bytes"


def _reaped(child: int) -> int:
    """The wait status of the child. One that still runs has nothing more to say: it is killed."""
    found, status = os.waitpid(child, os.WNOHANG)
    for _ in range(20):  # it closed the pipe as it ended: give it the moment it needs
        if found:
            return status
        time.sleep(0.0005)
        found, status = os.waitpid(child, os.WNOHANG)
    with suppress(ProcessLookupError):  # it ended in between, and some kernels do not find what waits to be reaped
        os.kill(child, _SIGNALS.SIGKILL)
    return os.waitpid(child, 0)[1]


def _ended(content: bytes, trouble: str, status: int) -> Ended:
    frames = list(_frames(content))
    whole = bool(frames) and frames[-1][0] == _END
    texts = dict(frames)
    if trouble or not whole:
        return Ended(death=trouble or _cause(status))
    if _REFUSED in texts:
        raise UsageError(texts[_REFUSED])
    own = tuple(frame for frame in frames if frame[0] not in {_DIED, _CACHE, _END})
    return Ended(own, texts.get(_DIED, ""), tuple(text for kind, text in frames if kind == _CACHE))


def _cause(status: int) -> str:
    """How a child ended that did not finish its answer."""
    if not os.WIFSIGNALED(status):
        return f"it ended with status {os.waitstatus_to_exitcode(status)} and no answer"
    import signal  # noqa: PLC0415 - cold start: few die

    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return f"it used more than {CPU_SECONDS} s of CPU time"
    note = " (memory ran out, or it was killed by hand)" if number == signal.SIGKILL else ""
    return f"it was ended by {signal.Signals(number).name}{note}"


def _frames(content: bytes) -> Iterator[tuple[str, str]]:
    """The frames of an answer, up to where it breaks off."""
    place = 0
    while place + _HEAD.size <= len(content):
        kind, length = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        end = place + kind + length
        if end > len(content):
            return
        yield _text(content[place : place + kind]), _text(content[place + kind : end])
        place = end


def _text(content: bytes) -> str:
    """Lone surrogates come through: JSON files may hold them."""
    return content.decode("utf-8", "surrogatepass")


def _serve(work: Callable[[], Iterable[tuple[str, str]]], pipe: int) -> None:
    """The child: confine itself, work, answer, end without the cleaning up that is the parent's."""
    try:
        _SIGNALS.signal(_SIGNALS.SIGINT, _SIGNALS.SIG_DFL)
        unwritten: list[str] = []
        frames = _worked(work, unwritten)
        frames += [(_CACHE, path) for path in unwritten]
        _send(pipe, [*frames, (_END, "")])
        end()
    finally:
        os._exit(0)


def _confined(unwritten: list[str]) -> None:
    """Shut this process in; the list is filled with what it is not allowed to write."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # native code that aborts speaks to the terminal
        os.dup2(nowhere, stream)
    os.close(nowhere)
    confine()
    limit()
    watch((sys.executable,), unwritten)


def _worked(work: Callable[[], Iterable[tuple[str, str]]], unwritten: list[str]) -> Frames:
    """The frames of the work, or of its failure."""
    try:
        _confined(unwritten)
        return list(work())
    except InspectorError as error:
        return [(_REFUSED, str(error))]
    except MemoryError:
        return [(_DIED, f"it needed more than {MEMORY_LIMIT // 2**30} GiB of memory")]
    except Exception as error:  # noqa: BLE001 - the end of the process: what nobody foresaw is said, not lost
        return [(_DIED, f"internal error: {type(error).__name__}: {error}")]


def _send(pipe: int, frames: Frames) -> None:
    for kind, text in frames:
        raw, body = kind.encode(), text.encode("utf-8", "surrogatepass")
        rest = memoryview(_HEAD.pack(len(raw), len(body)) + raw + body)
        while rest:
            rest = rest[os.write(pipe, rest) :]


def _die_with(pipe: int) -> None:
    """Have the kernel end this process (SIGIO) when the parent, which holds the other end of the pipe, is gone."""
    import fcntl  # noqa: PLC0415 - the child's alone

    if hasattr(os, "O_ASYNC") or hasattr(fcntl, "FASYNC"):
        _SIGNALS.signal(_SIGNALS.SIGIO, _SIGNALS.SIG_DFL)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | fcntl.FASYNC)
