"""`inspect stubs MODEL`: skeletons of the classes and functions that a model needs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import inspector
from inspector.cli.arguments import Parser, add_target, demand_against
from inspector.cli.isolated import add_isolation, isolated
from inspector.cli.judge import resolve
from inspector.cli.output import write
from inspector.cli.unreadable import STATUS, refused

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Print a Python file, or write it: 0, as nothing is judged; 3 where nothing of the model could be read."""
    parser = Parser(prog="inspect stubs", description="Write skeletons of the custom classes and functions of a model.")
    parser.add_argument("model", metavar="MODEL")
    add_target(parser)
    parser.add_argument("--output", metavar="FILE", help="write the Python file there instead of printing it")
    add_isolation(parser)
    options = parser.parse_args(arguments)
    demand_against(options)
    return isolated(options, partial(_stubs, options))


def _stubs(options: argparse.Namespace) -> int:
    from inspector.remedy.stubs import stub_file  # noqa: PLC0415 - cold start: a wrong request needs none of it

    artifact = inspector.read(options.model)
    if refused(artifact):
        return STATUS
    # Without a target the release that made the model is meant: what that lacks is the author's own code.
    write(stub_file(artifact, resolve(options)), options.output)
    return 0
