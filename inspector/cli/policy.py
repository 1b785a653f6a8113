"""The options about findings: the configuration and where it is looked for, the baseline, what fails a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.cli.output import write
from inspector.engine.policy import DEFAULT_FAIL_ON, FAIL_ON, Policy, exit_status, govern
from inspector.terms.errors import UsageError
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from inspector.engine.baseline import Baseline
    from inspector.terms.artifact import Artifact
    from inspector.terms.report import Report

_NAMES = ("inspector.toml", "pyproject.toml")
_ROOTS = (".git", ".hg", ".svn")
# A pyproject.toml without these bytes has no table of ours: most have none, and need no TOML parser.
_TABLE = b"tool.inspector"


@record
class Decisions:
    """What the user has decided, read before the model is."""

    policy: Policy
    fail_on: str
    baseline: Baseline | None = None
    written: Baseline | None = None


def add_policy(parser: argparse.ArgumentParser) -> None:
    """`--config`, `--baseline` and `--fail-on`."""
    group = parser.add_argument_group("findings")
    group.add_argument(
        "--fail-on", choices=tuple(FAIL_ON), help=f"exit with 1 from this severity on (default: {DEFAULT_FAIL_ON})"
    )
    chosen = group.add_mutually_exclusive_group()
    chosen.add_argument("--config", metavar="FILE", help="configuration (default: inspector.toml of the project)")
    chosen.add_argument("--no-config", action="store_true", help="read no configuration")
    group.add_argument("--baseline", metavar="FILE", help="findings in this file are known: they fail nothing")
    group.add_argument("--write-baseline", metavar="FILE", help="write what is found now as the baseline")


def decisions(options: argparse.Namespace, artifacts: Sequence[str]) -> Decisions:
    """What the options, the configuration and the baseline say. Raises UsageError.

    `artifacts` are what will be inspected: nothing that lies inside one of them has a say about it.
    """
    policy = _policy(options, artifacts)
    fail_on = options.fail_on or policy.fail_on or DEFAULT_FAIL_ON
    if policy.fail_on and fail_on is policy.fail_on and fail_on != DEFAULT_FAIL_ON:
        policy = replace(policy, notes=(*policy.notes, f"fail-on is {fail_on} by {policy.source}"))
    if options.baseline is None and options.write_baseline is None:
        return Decisions(policy, fail_on)
    from inspector.engine.baseline import read_baseline  # noqa: PLC0415 - cold start: few runs have one

    for path in (options.baseline, options.write_baseline):
        _demand_outside(path, artifacts)
    known = None if options.baseline is None else read_baseline(options.baseline)
    written = None if options.write_baseline is None else read_baseline(options.write_baseline, needed=False)
    return Decisions(policy, fail_on, known, written)


def decided(report: Report, by: Decisions) -> Report:
    """The report with the decisions carried out, and the exit status that follows."""
    governed = govern(report, _outside(by.policy, report.artifact), _today() if by.policy.suppressions else "")
    if by.baseline is not None:
        from inspector.engine.baseline import compared  # noqa: PLC0415 - cold start: few runs have one

        governed = compared(governed, by.baseline)
    if by.written is not None:  # what is written down now is known from now on
        governed = replace(governed, findings=tuple(replace(f, standing="known") for f in governed.findings))
    return replace(governed, exit_status=exit_status(governed, by.fail_on))


def keep_baseline(report: Report, by: Decisions) -> None:
    """Write the baseline where one is asked for."""
    if by.written is not None:
        from inspector.engine.baseline import baseline_text, renewed  # noqa: PLC0415 - as above

        write(baseline_text(renewed(by.written, report)), by.written.path)


def _today() -> str:
    import datetime as dt  # noqa: PLC0415 - cold start: only suppressions expire

    return dt.datetime.now(tz=dt.UTC).date().isoformat()


def _policy(options: argparse.Namespace, artifacts: Sequence[str]) -> Policy:
    if options.no_config:
        return Policy()
    if options.config is not None:
        _demand_outside(options.config, artifacts)
        return _read(Path(options.config))
    skipped: list[str] = []
    for path in candidates(Path.cwd()):
        # A model must not bring the configuration that lets it pass.
        if inside(path, artifacts):
            skipped.append(f"{path.name} lies inside the artifact: it is not read")
        else:
            return replace(_read(path), notes=tuple(skipped))
    return Policy(notes=tuple(skipped))


def _read(path: Path) -> Policy:
    from inspector.engine.policy_file import read_policy  # noqa: PLC0415 - cold start: few folders have one

    return read_policy(path)


def candidates(start: Path) -> Iterator[Path]:
    """The configurations of the folder and its parents, up to the root of its repository or the user's home.

    Outside a repository only the folder itself counts: above it lie folders such as /tmp, in which anybody may write.
    """
    for folder in _folders(start):
        for name in _NAMES:
            path = folder / name
            if path.is_file() and (name == _NAMES[0] or _has_table(path)):
                yield path


def _folders(start: Path) -> list[Path]:
    home, found = Path(os.path.expanduser("~")), []  # noqa: PTH111 - Path.home() raises where there is none
    for folder in (start, *start.parents):
        found.append(folder)
        # `.git` is a folder, or a file in a worktree and a submodule.
        if any((folder / name).exists() for name in _ROOTS):
            return found
        if folder == home:
            break
    return [start]


def _has_table(path: Path) -> bool:
    try:
        return _TABLE in path.read_bytes()
    except OSError:
        return False


def inside(path: str | Path, artifacts: Sequence[str]) -> bool:
    """Whether the file lies in a folder that is inspected, links followed."""
    # Links followed on both sides: /tmp is one on macOS.
    real = os.path.realpath(path)
    return any(real.startswith(os.path.realpath(artifact).rstrip(os.sep) + os.sep) for artifact in artifacts)


def _outside(policy: Policy, artifact: Artifact) -> Policy:
    """The policy; none where it lies in the folder that the artifact is, though a file in it was named."""
    path = os.path.join(policy.folder, policy.source)  # noqa: PTH118 - two texts
    if policy.source and artifact.is_directory and inside(path, [artifact.path]):
        return Policy(notes=(f"{policy.source} lies inside the artifact: it does not count",))
    return policy


def _demand_outside(path: str | None, artifacts: Sequence[str]) -> None:
    if path is not None and inside(path, artifacts):
        raise UsageError(f"{path} lies inside the artifact, which has no say about its own findings")
