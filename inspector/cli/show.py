"""`inspect show MODEL`: what is in an artifact, with no target."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import inspector
from inspector.cli.arguments import Parser
from inspector.cli.isolated import add_isolation, isolated
from inspector.cli.output import write
from inspector.report.contents import contents

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_FORMATS = ("table", "json")


def run(arguments: Sequence[str]) -> int:
    """Print format, producer, signatures, requirements, damage; 3 where part of the file could not be read."""
    parser = Parser(prog="inspect show", description="Show what is in a model artifact, without a target.")
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--format", choices=_FORMATS, default="table")
    parser.add_argument("--output", metavar="FILE")
    add_isolation(parser)
    options = parser.parse_args(arguments)
    return isolated(options, partial(_show, options), partial(contents, name=options.format))


def _show(options: argparse.Namespace) -> int:
    report = inspector.check(inspector.read(options.model), None)
    write(contents(report, options.format), options.output)
    # Findings are no failure here: nothing was asked to be judged.
    return 3 if report.gaps else 0
