"""Judges one artifact in one runtime: what every loader does, explained by the rules."""

from __future__ import annotations

import importlib
import time
from itertools import chain
from typing import TYPE_CHECKING

from inspector.engine.agree import agreed
from inspector.engine.applicable import MODULES, REQUIRED
from inspector.engine.capabilities import candidates
from inspector.engine.explain import damage_findings, findings_of
from inspector.engine.requirements import requirements_of
from inspector.terms.errors import UsageError
from inspector.terms.finding import Gap, Location, Outcome
from inspector.terms.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact
    from inspector.terms.runtime import Runtime


def check(artifact: Artifact, runtime: Runtime | None, *, loaders: Iterable[str] = (), debug: bool = False) -> Report:
    """The report of the artifact in that runtime; None audits the artifact alone.

    `loaders` names the required loaders (default: the format's own). A failure inside a loader model is a gap of that
    loader, unless `debug` is set: then it is raised.
    """
    began = time.perf_counter()
    required = tuple(loaders) or REQUIRED.get(artifact.format, ())
    outcomes = () if runtime is None else tuple(_outcomes(artifact, runtime, debug=debug))
    if loaders and runtime is not None:
        _demand(required, outcomes, artifact)
    findings = damage_findings(artifact, outcomes)
    if runtime is not None:
        findings += findings_of(outcomes, runtime, required)
    return Report(
        artifact=artifact,
        runtime=runtime,
        outcomes=outcomes,
        required=required,
        findings=findings,
        requirements=requirements_of(artifact),
        gaps=_gaps(artifact, runtime, outcomes, required),
        timings={"check": time.perf_counter() - began},
    )


def _demand(required: tuple[str, ...], outcomes: tuple[Outcome, ...], artifact: Artifact) -> None:
    """UsageError for a required loader that does not apply to the format."""
    known = [outcome.loader for outcome in outcomes]
    for name in required:
        if name not in known:
            text = ", ".join(known) or "none"
            raise UsageError(f"loader {name!r} does not apply to a {artifact.format.value} artifact (these do: {text})")


def _outcomes(artifact: Artifact, runtime: Runtime, *, debug: bool) -> Iterable[Outcome]:
    """Every loader's outcome; where the release was not recorded, what the recorded ones around it agree on."""
    recorded, gap = candidates(runtime)
    modules = MODULES.get(artifact.format, ())
    if gap is not None:
        yield from (Outcome(name, gaps=(gap,)) for name in REQUIRED.get(artifact.format, ()))
        return
    for module in modules:
        judged = [_judge(module, artifact, capabilities, debug=debug) for capabilities in recorded]
        yield from agreed(judged, recorded)
    if not modules:
        yield from _not_judged(artifact)


def _not_judged(artifact: Artifact) -> Iterable[Outcome]:
    """The outcome of a format whose loader needs more than the file (a weights file needs its model)."""
    reason = "the model that these weights should fit is not given"
    for name in REQUIRED.get(artifact.format, ()):
        yield Outcome(name, gaps=(Gap(Location(artifact.path), reason),))


def _judge(module: str, artifact: Artifact, capabilities: Capabilities, *, debug: bool) -> list[Outcome]:
    """What one loader module says. Anything it did not foresee is our bug: a gap, so that a batch goes on."""
    try:
        return list(importlib.import_module(module).outcomes(artifact, capabilities))
    except Exception as error:
        if debug:
            raise
        reason = f"internal error in {module.rpartition('.')[2]}: {type(error).__name__}: {error} (see --debug)"
        gap = Gap(Location(artifact.path), reason)
        return [Outcome(name, gaps=(gap,)) for name in REQUIRED.get(artifact.format, ())]


def _gaps(
    artifact: Artifact, runtime: Runtime | None, outcomes: tuple[Outcome, ...], required: tuple[str, ...]
) -> tuple[Gap, ...]:
    """What could not be judged: of the artifact, of the runtime, and on the way of the required loaders."""
    of_loaders = chain.from_iterable(o.gaps for o in outcomes if o.loader in required)
    of_runtime = () if runtime is None else runtime.gaps
    return tuple(dict.fromkeys(chain(artifact.gaps, of_runtime, of_loaders)))
