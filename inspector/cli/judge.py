"""`inspect MODEL --against TARGET`: the main command."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import inspector
from inspector.cli.arguments import Parser, add_target, demand_against, environment, help_text
from inspector.cli.isolated import add_isolation, isolated
from inspector.cli.output import write
from inspector.cli.policy import add_policy, decided, decisions, keep_baseline
from inspector.report.formats import FORMATS, render

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from inspector.cli.policy import Decisions
    from inspector.terms.report import Report
    from inspector.terms.runtime import Runtime

_DESCRIPTION = """\
Static inspector for TensorFlow and Keras model artifacts: says whether a model loads in an environment, and why not.

Nothing that is inspected is ever executed, imported or instantiated.
"""
_EXAMPLES = """\
other commands:
  inspect --recursive DIR  every model below a folder, one line each
  inspect show MODEL       what is in it, without a target
  inspect graph MODEL      ops, layers or functions as a graph
  inspect suggest MODEL    requirements under which it loads; with --against, the smallest change
  inspect stubs MODEL      skeletons of the custom classes and functions that it misses
  inspect snapshot         record this Python environment as a target
  inspect rules            every rule
  inspect rule CODE        what a rule means

exit status: 0 loads, 1 fails or a finding reaches --fail-on, 2 wrong usage, 3 could not be judged;
with --matrix: 0 loads in some release, 1 in none, 3 in none that could be judged
"""


def run(arguments: Sequence[str]) -> int:
    """Judge one model and print the report; returns the exit status."""
    options = _parser().parse_args(arguments)
    options.model, *options.more = options.models
    if not options.matrix:
        demand_against(options, (("loader", "--loader"),))
    if options.recursive or options.more:
        from inspector.cli import batch  # noqa: PLC0415 - cold start: only where it is asked for

        return batch.run(options, resolve(options))
    # Before --against is looked at: the matrix has all targets, and says itself that another one is too much.
    if options.matrix:
        from inspector.cli import matrix  # noqa: PLC0415 - cold start: only where it is asked for

        return isolated(options, partial(matrix.run, options))
    # Read before the model is, in this process: a configuration must not be chosen by what a file says.
    by = decisions(options, [path for path in (options.model, options.model_of_weights) if path is not None])
    return isolated(options, partial(_judge, options, by), partial(_render, options))


def _judge(options: argparse.Namespace, by: Decisions) -> int:
    target = resolve(options)
    model = None if options.model_of_weights is None else inspector.read(options.model_of_weights)
    found = inspector.check(
        inspector.read(options.model), target, model=model, loaders=options.loader, debug=options.debug
    )
    report = decided(found, by)
    write(_render(options, report), options.output)
    keep_baseline(report, by)
    return report.exit_status or 0


def _render(options: argparse.Namespace, report: Report) -> str:
    return render(report, options.format, color=options.output is None)


def resolve(options: argparse.Namespace) -> Runtime | None:
    """The target that the options name; None without --against."""
    if options.against is None:
        return None
    return inspector.resolve(
        options.against,
        imports=options.imports,
        env=environment(options.env),
        custom_objects=options.custom_objects,
        python=options.python,
        assume_files=options.assume_files,
    )


def _parser() -> Parser:
    parser = Parser(prog="inspect", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=help_text)
    # One argument of one or more: two would stand in the help as MODEL and MODEL.
    parser.add_argument(
        "models", nargs="+", metavar="MODEL",
        help="SavedModel folder, .keras, .h5, frozen graph, ...; of several one line each, and the worst exit status",
    )  # fmt: skip
    parser.add_argument("--recursive", action="store_true", help="MODEL is a folder: judge every model below it")
    parser.add_argument(
        "--with", dest="model_of_weights", metavar="MODEL", help="the model that MODEL, a file of weights, should fit"
    )
    parser.add_argument("--version", action="version", version=f"inspect {inspector.__version__}")
    add_target(parser)
    parser.add_argument(
        "--matrix",
        action="store_true",
        help="judge the model in every catalogued TensorFlow with every Keras beside it",
    )
    group = parser.add_argument_group("answer")
    group.add_argument(
        "--loader",
        action="append",
        default=[],
        metavar="NAME",
        help="the loader that decides (default: the format's own)",
    )
    group.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    group.add_argument("--output", metavar="FILE", help="write the report there instead of printing it")
    add_policy(parser)
    group.add_argument("--debug", action="store_true", help="let internal errors end with their traceback")
    add_isolation(parser)
    return parser
