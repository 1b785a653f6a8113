"""Does the work of a command in a child process, and writes here what the child hands back."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.cli import output, remarks
from inspector.isolate import limits

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from inspector.isolate.child import Ended
    from inspector.terms.report import Report

# Options that name a file to write. The child may be in the hands of what it read: no other path is written for it.
_WRITTEN = ("output", "write_baseline")
_FAILED = 1


def add_isolation(parser: argparse.ArgumentParser) -> None:
    """`--no-isolation`."""
    parser.add_argument(
        "--no-isolation", action="store_true", help="read the model in this process, not in a child with limits"
    )


def isolated(
    options: argparse.Namespace, work: Callable[[], int], render: Callable[[Report], str] | None = None
) -> int:
    """The exit status of the work, done in a child unless the options say otherwise.

    Where the child dies a line on standard error says so, and `render` gives the text of the report.
    """
    debug = getattr(options, "debug", False)
    if options.no_isolation or debug or not limits.available():
        if debug and not limits.available():
            sys.stderr.write("inspect: no isolation: this platform has no fork\n")
        return work()
    from inspector.isolate.child import run  # noqa: PLC0415 - nothing of it where it is off

    tty = sys.stdout.isatty()
    ended = run(partial(_told, work, tty=tty))
    _cache(ended.uncached)
    return _died(options, ended.death, render) if ended.death else _written(options, ended)


def _told(work: Callable[[], int], *, tty: bool) -> list[tuple[str, str]]:
    """In the child: do the work; what it would have said and written, and its exit status."""
    sys.stdout = output.Nowhere(tty=tty)
    kept, said = output.keep(), remarks.keep()
    status = work()
    writes = (("write", f"{path}\0{text}") for path, text in kept)
    return [*(("remark", text) for text in said), *writes, ("status", str(status))]


def _written(options: argparse.Namespace, ended: Ended) -> int:
    """Write what the child handed over, where the user said; the exit status."""
    allowed = {getattr(options, name, None) for name in _WRITTEN}
    status = "1"
    for kind, told in ended.frames:
        if kind == "write":
            path, _, text = told.partition("\0")
            if path and path not in allowed:
                return _died(options, f"it asked for {path!r} to be written", None)
            output.write(text, path or None)
        elif kind == "remark":
            remarks.remark(told)
        elif kind == "status":
            status = told
    return int(status)


def _died(options: argparse.Namespace, death: str, render: Callable[[Report], str] | None) -> int:
    from inspector.engine.died import died_report  # noqa: PLC0415 - cold start: few die
    from inspector.report.readable import plain  # noqa: PLC0415 - as above

    report = died_report(options.model, death)
    sys.stderr.write(f"inspect: {report.findings[0].rule} {plain(report.findings[0].message)}\n")
    if render is not None:
        output.write(render(report), getattr(options, "output", None))
    return _FAILED


def _cache(paths: tuple[str, ...]) -> None:
    """Write the bytecode of our own modules that the child could not: without it a start takes three times as long."""
    if sys.dont_write_bytecode or not any("__pycache__" in path for path in paths):
        return
    ours = str(Path(__file__).parent.parent)
    with suppress(OSError):  # an installation that belongs to somebody else
        for path in paths:
            if path.startswith(ours) and ".." not in path:
                _cache_one(path)


def _cache_one(path: str) -> None:
    if path.endswith("__pycache__"):  # its files follow after the next start, which is refused them one by one
        Path(path).mkdir(exist_ok=True)
    elif ".pyc" in path:
        import importlib.util  # noqa: PLC0415 - once for an installation
        from importlib.machinery import SourceFileLoader  # noqa: PLC0415 - as above

        source = importlib.util.source_from_cache(path.rpartition(".")[0])  # importlib writes NAME.pyc.NUMBER first
        SourceFileLoader(Path(source).stem, source).get_code(Path(source).stem)
