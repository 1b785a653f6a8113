"""`inspect suggest MODEL`: requirements under which it loads, or the smallest change to an environment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import inspector
from inspector.cli.arguments import Parser, add_target, demand_against
from inspector.cli.isolated import add_isolation, isolated
from inspector.cli.judge import resolve
from inspector.cli.output import write
from inspector.cli.unreadable import damage_found, refused
from inspector.terms.finding import Verdict

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from inspector.remedy.suggest import Suggestion


def run(arguments: Sequence[str]) -> int:
    """Print what to require or to change; 0 where something was found (or nothing is needed), else 1."""
    options = _parser().parse_args(arguments)
    demand_against(options)
    return isolated(options, partial(_suggest, options))


def _suggest(options: argparse.Namespace) -> int:
    from inspector.remedy.suggest import suggest  # noqa: PLC0415 - cold start: a wrong request needs none of it
    from inspector.remedy.suggest_text import as_json, as_text  # noqa: PLC0415 - as above

    artifact = inspector.read(options.model)
    # Before what to require is looked for: the file is what has to change.
    damage = damage_found(artifact) if refused(artifact) else ()
    found = suggest(artifact, resolve(options), tuple(options.loader))
    write(as_json(found, damage) if options.format == "json" else as_text(found), options.output)
    return status(found)


def status(found: Suggestion) -> int:
    """0 where there is something to follow, or the model loads as it is."""
    loads = found.report is not None and found.report.verdict is Verdict.LOADS
    # Advice is the answer here: that the model fails as it is was known before.
    return 0 if loads or found.changes or found.requirements else 1


def _parser() -> Parser:
    parser = Parser(
        prog="inspect suggest", description="Say what to require, or what to change, so that a model loads."
    )
    parser.add_argument("model", metavar="MODEL")
    add_target(parser)
    parser.add_argument("--loader", action="append", default=[], metavar="NAME", help="the loader that decides")
    # No SARIF or Markdown: advice is no finding.
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default: table")
    parser.add_argument("--output", metavar="FILE", help="write it there instead of printing it")
    add_isolation(parser)
    return parser
