"""`inspect snapshot`: record what a Python environment provides, as a target for --against."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from inspector.cli.arguments import Parser, help_text
from inspector.cli.output import write
from inspector.runtime.snapshot import recorder_source
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Importing TensorFlow and trying every Keras class takes about 20 s; a cold disk or an emulated CPU ten times that.
TIME_LIMIT = 600
_EPILOG = """\
in a container, without installing anything there:
  inspect snapshot --print-recorder > recorder.py
  docker run -i IMAGE python - --import my_pkg.layers < recorder.py > snapshot.json
"""


def run(arguments: Sequence[str]) -> int:
    """Run the recorder in the chosen interpreter and print its document."""
    parser = Parser(prog="inspect snapshot", description=__doc__, epilog=_EPILOG, formatter_class=help_text)
    parser.add_argument("--interpreter", metavar="PYTHON", help="the environment's Python (default: python on PATH)")
    parser.add_argument("--import", dest="imports", action="append", default=[], metavar="MODULE",
                        help="import it first: its registered classes and custom ops count")  # fmt: skip
    parser.add_argument("--output", metavar="FILE")
    parser.add_argument("--print-recorder", action="store_true", help="print the recorder itself, one stand-alone file")
    options = parser.parse_args(arguments)
    source = recorder_source()
    write(source if options.print_recorder else _record(source, _interpreter(options.interpreter), options.imports),
          options.output)  # fmt: skip
    return 0


def _interpreter(named: str | None) -> str:
    """The interpreter to record; UsageError where there is none of that name."""
    # An activated environment puts its own `python` first on PATH: that is the one meant, not the one this runs in.
    found = shutil.which(named or "python") or (None if named else sys.executable)
    if found is None:
        raise UsageError(f"no interpreter {named!r}")
    return found


def _record(source: str, interpreter: str, imports: list[str]) -> str:
    """What the recorder prints there. This runs the user's own environment, never what is inspected."""
    if sys.stderr.isatty():
        sys.stderr.write(f"recording {interpreter}: about 20 seconds\n")
    # From standard input: nothing of this product has to be installed, or written, in the environment that is recorded.
    command = [interpreter, "-", *(f"--import={module}" for module in imports)]
    # Without GPUs: what is recorded is the CPU's, and a busy GPU would fail the import or take its memory.
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that the user named
            command, input=source, capture_output=True, text=True, check=False, timeout=TIME_LIMIT, env=environment
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"cannot record {interpreter}: {error}") from error
    if done.returncode:
        # The last line of a traceback is the exception; TensorFlow's own warnings stand before it.
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        # The recorder tries Keras alone where TensorFlow cannot be imported: both errors stand in the traceback.
        if all(f"ModuleNotFoundError: No module named {name!r}" in done.stderr for name in ("tensorflow", "keras")):
            raise UsageError(
                f"{interpreter}: neither TensorFlow nor Keras is installed there; "
                "name the right Python with --interpreter"
            )
        raise UsageError(f"recording {interpreter} ended with status {done.returncode}: {last}")
    return done.stdout
