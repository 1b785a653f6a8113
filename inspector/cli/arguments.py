"""The arguments that several commands share."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

from inspector.cli.output import flush, write
from inspector.terms.errors import UsageError

# argparse looks up a translation of each of its words, which Python does not bring: a fiftieth of a cold run.
_untranslated = ModuleType("gettext")
vars(_untranslated).update(gettext=str, ngettext=lambda one, many, count: one if count == 1 else many)
_put_in = sys.modules.setdefault("gettext", _untranslated) is _untranslated
import argparse  # noqa: E402 - see above

if _put_in:
    del sys.modules["gettext"]
_WIDTH = 100  # characters a line, where the terminal does not say (COLUMNS)

# What completes a target: where argparse keeps it, and the option.
_COMPLETING = (
    ("python", "--python"),
    ("imports", "--import"),
    ("env", "--env"),
    ("custom_objects", "--custom-objects"),
    ("assume_files", "--assume-file"),
)


def help_text(prog: str) -> argparse.HelpFormatter:
    """The formatter of help: keeps lines as written, and knows its width, for which argparse would load shutil."""
    columns = os.environ.get("COLUMNS", "")
    return argparse.RawDescriptionHelpFormatter(prog, width=int(columns) - 2 if columns.isdecimal() else _WIDTH)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, as every other error of the command is."""

    def error(self, message: str) -> Any:
        """Raise UsageError instead of printing the usage and exiting."""
        # argparse would print the whole usage and leave by SystemExit, past everything that turns errors into a status.
        raise UsageError(f"{message} (see {self.prog} --help)")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help and versions as every other answer: argparse drops an output that takes nothing in silence."""
        # Its own way passes over OSError: `--help > /dev/full` ended with status 0.
        if message and file is sys.stderr:
            super()._print_message(message, file)
        elif message:
            write(message)
            flush()


def add_target(parser: argparse.ArgumentParser) -> None:
    """`--against` and what completes a target."""
    group = parser.add_argument_group("target")
    group.add_argument(
        "--against", metavar="TARGET", help="lock file, pins (tensorflow==2.15.1), snapshot or venv folder"
    )
    group.add_argument("--python", metavar="X.Y", help="the target's Python, where the lock file does not say it")
    group.add_argument(
        "--import", dest="imports", action="append", default=[], metavar="MODULE",
        help="a module that the process imports before it loads; its ops and classes count",
    )  # fmt: skip
    group.add_argument(
        "--env", action="append", default=[], metavar="NAME=VALUE", help="an environment variable of the process"
    )
    group.add_argument(
        "--custom-objects", action="append", default=[], metavar="NAME|FILE|DIR",
        help="your own classes and functions: a name, or sources (read, never run)",
    )  # fmt: skip
    group.add_argument(
        "--assume-file", dest="assume_files", action="append", default=[], metavar="PATH",
        help="a file outside the artifact that exists on the target",
    )  # fmt: skip


def demand_against(options: argparse.Namespace, also: tuple[tuple[str, str], ...] = ()) -> None:
    """Raise UsageError where an option completes a target that was not named; `also`: more such, as (dest, option)."""
    if options.against is not None:
        return
    for name, option in (*_COMPLETING, *also):
        if getattr(options, name) not in (None, []):
            # Dropped in silence it would look as if it had been counted.
            raise UsageError(f"{option} needs --against")


def environment(pairs: list[str]) -> dict[str, str]:
    """`--env NAME=VALUE` as a dict; UsageError where the `=` is missing."""
    for pair in pairs:
        if "=" not in pair:
            raise UsageError(f"--env {pair!r}: expected NAME=VALUE")
    # At the first `=` only: values such as XLA_FLAGS=--a=b hold more.
    return dict(pair.split("=", 1) for pair in pairs)
