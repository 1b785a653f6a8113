"""The command `inspect`: chooses the subcommand and turns errors into one line and an exit status."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING

from inspector import codec
from inspector.cli.output import flush
from inspector.isolate.endings import end
from inspector.terms.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Subcommand to module. A model whose path is one of these words is written ./show.
COMMANDS = {
    "show": "inspector.cli.show",
    "graph": "inspector.cli.graph",
    "snapshot": "inspector.cli.snapshot",
    "rule": "inspector.cli.rule",
    "rules": "inspector.cli.rules",
    "stubs": "inspector.cli.stubs",
    "suggest": "inspector.cli.suggest",
}
USAGE_STATUS = 2
_COLLECT_AFTER = 100_000  # new objects
INTERRUPTED_STATUS = 130  # 128 + SIGINT
PIPE_STATUS = 141  # 128 + SIGPIPE, as the shell reports a writer whose reader left


def main(arguments: Sequence[str]) -> int:
    """Run one command line; the exit status is that of the public contract."""
    name, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in COMMANDS else ("", arguments)
    # One command a run: the others, and what they import, stay unread.
    command = importlib.import_module(COMMANDS.get(name, "inspector.cli.judge"))
    try:
        status: int = command.run(rest)
        flush()
    except InspectorError as error:
        from inspector.report.readable import plain  # noqa: PLC0415 - cold start: most requests are right

        # A complaint may quote what stands in a file.
        complaint = f"{error}{'' if name or not rest else meant(rest[0], str(error))}"
        print(f"inspect: {plain(complaint)}", file=sys.stderr)  # noqa: T201 - the one place that speaks of wrong requests
        return USAGE_STATUS
    return status


def meant(word: str, complaint: str) -> str:
    """The subcommand that a misspelt first word may stand for, where the complaint is that no such model is there."""
    if not complaint.startswith("no such file or folder: ") or not word:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - cold start: most requests are right

    close = get_close_matches(word, COMMANDS, 1)
    return f"; did you mean `inspect {close[0]}`?" if close else ""


def entry() -> None:
    """The console script."""
    # What a start makes (40,000 objects) stays to the end: looking through it for garbage was a twentieth of a run.
    gc.set_threshold(_COLLECT_AFTER)
    codec.alone = True
    try:
        status = main(sys.argv[1:]) if _has_stdout() else USAGE_STATUS
    # Python would report the error a second time as it flushes stdout at exit (documentation of SIGPIPE in `signal`).
    except BrokenPipeError:
        # The reader (`| head`) is gone: keep the interpreter from complaining about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = PIPE_STATUS
    except KeyboardInterrupt:
        status = INTERRUPTED_STATUS
    _end(status)


def _has_stdout() -> bool:
    """Whether standard output is open; says so where it is not (`>&-`), for nothing could be answered."""
    # Python has None there (documentation of sys.__stdout__).
    if sys.stdout is not None:
        return True
    print("inspect: cannot write standard output: it is closed", file=sys.stderr)  # noqa: T201 - as in `main`
    return False


def _end(status: int) -> None:
    """Leave at once: taking an interpreter with 20,000 objects apart is a tenth of a short run."""
    end()
    sys.stderr.flush()
    os._exit(status)
