"""HDF5 files as trees of names, attributes, dtypes and shapes; opened in a child process with limits.

The child lives as long as this process and serves one request after the other; it is started by the first file that
bears the HDF5 signature, and started again when it died.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.isolate import endings
from inspector.terms.errors import LimitError, MalformedArtifactError, ReaderDiedError
from inspector.terms.keras import Attribute, Hdf5Dataset, Hdf5File, Hdf5Link, StringType
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.tree.interface import Span

SIGNATURE = b"\x89HDF\r\n\x1a\n"
# libhdf5's words, with the prefix of h5py >= 3.9 (older: `Unable to open file`).
NO_SIGNATURE = "Unable to synchronously open file (file signature not found)"
# Ten times what the largest real files took; past it the child hangs.
ANSWER_SECONDS = 30.0
# The child's own limit on text, and names and shapes beside it.
ANSWER_LIMIT = 512 * 2**20
_CHUNK = 2**20
_CPU_LIMIT = 24  # SIGXCPU on Linux and macOS; importing `signal` for it would cost a millisecond


@record
class Hdf5Content:
    """What a file holds; `broken` are objects that libhdf5 could not open (path, reason), `limit` what was cut off."""

    file: Hdf5File
    broken: tuple[tuple[str, str], ...] = ()
    limit: tuple[str, str] | None = None


class _Worker:
    """One child process and its pipes."""

    def __init__(self) -> None:
        import subprocess  # noqa: PLC0415 - cold start: every folder is looked at for HDF5, few have any

        self.owner = os.getpid()
        spec = importlib.util.find_spec("h5py")
        if spec is None or spec.origin is None:
            raise LimitError("", "h5py is not installed: HDF5 can't be read")
        script = str(Path(__file__).with_name("hdf5_worker.py"))
        # -I shuts out the user's own paths, so the places of this package and of h5py are handed over.
        places = [str(Path(script).parents[2]), str(Path(spec.origin).parent.parent)]
        command = [sys.executable, "-I", script, *places]
        # libhdf5 locks a file even to read it, which fails on read-only mounts and some network file systems. OpenBLAS
        # starts a thread for each core as soon as NumPy is imported, each with memory of its own: for a reader of names
        # a waste.
        environment = {
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "HDF5_USE_FILE_LOCKING": "FALSE",
        }
        self.process = subprocess.Popen(  # noqa: S603 - our own script
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )

    def ask(self, path: str, **place: int | str) -> dict[str, Any]:
        """The child's answer; ReaderDiedError where it died or does not answer in time."""
        request = {"path": str(Path(path).absolute()), **place}
        if _identity(path) in _deadly:
            raise ReaderDiedError(Path(path).name, "the HDF5 reader gave no answer before")
        try:
            os.write(self._fileno("stdin"), json.dumps(request).encode() + b"\n")
            answer = json.loads(self._line())
        except (BrokenPipeError, EOFError, TimeoutError, ValueError) as error:
            self.stop()
            # Only a death by CPU time is the file's doing for sure; another one may be the system's, and is tried
            # again.
            if self.process.returncode == -_CPU_LIMIT:
                _deadly.add(_identity(path))
            raise ReaderDiedError(Path(path).name, f"the HDF5 reader gave no answer: {error}") from error
        return dict(answer)

    def _fileno(self, name: str) -> int:
        return int(getattr(self.process, name).fileno())

    def _line(self) -> bytes:
        pipe, size = self._fileno("stdout"), 0
        chunks: list[bytes] = []
        while not chunks or not chunks[-1].endswith(b"\n"):
            if not select.select([pipe], [], [], ANSWER_SECONDS)[0]:
                raise TimeoutError(f"none within {ANSWER_SECONDS:.0f} s")
            chunks.append(os.read(pipe, _CHUNK))
            size += len(chunks[-1])
            if not chunks[-1]:
                raise EOFError(f"it died with status {self.process.wait()}")
            if size > ANSWER_LIMIT:
                raise ValueError(f"more than {ANSWER_LIMIT} bytes")
        return b"".join(chunks)

    def alive(self) -> bool:
        """Whether it is ours (not a forked parent's) and runs."""
        return self.owner == os.getpid() and self.process.poll() is None

    def stop(self) -> None:
        """Kill it; a forked process leaves its parent's child alone."""
        if self.owner == os.getpid():
            self.process.kill()
            self.process.communicate()


_workers: list[_Worker] = []
# Files that a child spent all its CPU time on: each further part of the same archive would take its CPU time again.
_deadly: set[tuple[int, ...]] = set()


def _identity(path: str) -> tuple[int, ...]:
    """What tells a file from another, and from itself when it was written again."""
    found = Path(path).stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _worker() -> _Worker:
    if _workers and _workers[0].alive():
        return _workers[0]
    _workers[:] = [_Worker()]
    return _workers[0]


@endings.register
@atexit.register
def close() -> None:
    """End the child process; the next file starts another."""
    while _workers:
        _workers.pop().stop()


def signature_offset(span: Span) -> int | None:
    """Where the superblock begins: libhdf5 looks at 0, 512, 1024, 2048, ... and takes the first signature."""
    with Path(span.path).open("rb") as file:
        place = 0
        while place + len(SIGNATURE) <= span.length:
            file.seek(span.offset + place)
            if file.read(len(SIGNATURE)) == SIGNATURE:
                return place
            place = place * 2 or 512
    return None


def read(span: Span, member: str) -> Hdf5Content:
    """The tree of an HDF5 file; MalformedArtifactError with libhdf5's own words, LimitError where the child gave up."""
    if signature_offset(span) is None:
        raise MalformedArtifactError(member, NO_SIGNATURE)
    return _content(_worker().ask(span.path, offset=span.offset, length=span.length), member)


def read_packed(archive: str, member: str) -> Hdf5Content:
    """The tree of an HDF5 file that is compressed in a zip archive, which was verified before; errors as `read`."""
    return _content(_worker().ask(archive, member=member), member)


def _content(answer: dict[str, Any], member: str) -> Hdf5Content:
    if "error" in answer:
        raise MalformedArtifactError(member, str(answer["error"]))
    limit: list[str] | None = answer.get("limit")
    if limit and "groups" not in answer:
        raise LimitError(member, limit[1])
    broken = tuple((str(path), str(reason)) for path, reason in answer["broken"])
    return Hdf5Content(_file(answer), broken, (limit[0], limit[1]) if limit else None)


def _file(answer: dict[str, Any]) -> Hdf5File:
    return Hdf5File(
        groups=tuple(answer["groups"]),
        attributes={path: _attributes(found) for path, found in answer["attributes"].items()},
        datasets={path: _dataset(path, found) for path, found in answer["datasets"].items()},
        links=tuple(Hdf5Link(*link) for link in answer["links"]),
        broken={str(path): str(reason) for path, reason in answer["broken"]},
    )


def _attributes(found: dict[str, list[Any]]) -> dict[str, Attribute]:
    return {name: Attribute(value, StringType(kind) if kind else None) for name, (value, kind) in found.items()}


def _dataset(path: str, found: list[Any]) -> Hdf5Dataset:
    dtype, shape, stored, external, virtual, element, sources, filters, pointing = found
    return Hdf5Dataset(
        path,
        dtype,
        tuple(shape or ()),
        stored,
        tuple(external),
        virtual,
        element_bytes=element,
        sources=tuple(sources),
        filters=tuple(filters),
        pointing=pointing,
    )
