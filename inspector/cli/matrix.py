"""`inspect MODEL --matrix`: every release at a glance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import inspector
from inspector.cli.arguments import environment
from inspector.cli.output import write
from inspector.cli.remarks import remark
from inspector.cli.unreadable import STATUS, damage_found, refused
from inspector.terms.artifact import UNJUDGED
from inspector.terms.errors import UsageError
from inspector.terms.finding import Verdict
from inspector.terms.record import replace

if TYPE_CHECKING:
    import argparse

    from inspector.terms.matrix import Matrix

_FORMATS = ("json", "table")


def run(options: argparse.Namespace) -> int:
    """Print the matrix of one model; returns the exit status."""
    if options.against is not None or options.model_of_weights is not None:
        raise UsageError("--matrix is against every release: it goes with neither --against nor --with")
    if options.baseline is not None or options.write_baseline is not None:
        raise UsageError("--matrix is about verdicts: a baseline is about findings")
    if options.format not in _FORMATS:
        raise UsageError(f"--matrix has no format {options.format} (these it has: {', '.join(_FORMATS)})")
    artifact = inspector.read(options.model)
    # No loader takes a file of no known format: a table of 339 pairs would say the same 339 times.
    unread = refused(artifact)
    if artifact.format in UNJUDGED and not options.loader and options.format == "table":
        if not unread:
            remark(f"{artifact.path}: {UNJUDGED[artifact.format]}; no loader that is judged here does")
        return STATUS
    found = inspector.matrix(
        artifact,
        loaders=options.loader,
        imports=options.imports,
        env=environment(options.env),
        custom_objects=options.custom_objects,
        python=options.python,
        assume_files=options.assume_files,
        debug=options.debug,
    )
    if unread:
        found = replace(found, findings=damage_found(artifact))
    write(_render(found, options), options.output)
    return status(found)


def status(matrix: Matrix) -> int:
    """0 where it loads in some release; else 3 where one could not be judged; else 1: it loads nowhere."""
    counts = matrix.counts()
    # Not the worst of the cells: a matrix asks where a model loads, and nearly every model fails in some release.
    return 0 if counts[Verdict.LOADS] else 3 if counts[Verdict.UNKNOWN] or not matrix.cells else 1


def _render(matrix: Matrix, options: argparse.Namespace) -> str:
    if options.format == "json":
        return json.dumps(matrix.to_dict(), indent=2, ensure_ascii=False)
    from inspector.report.matrix_text import render  # noqa: PLC0415 - JSON needs no table

    return render(matrix, color=options.output is None)
