"""Judges one artifact in one runtime: what every loader does, explained by the rules."""

from __future__ import annotations

import importlib
import time
from itertools import chain
from typing import TYPE_CHECKING

from inspector.engine.agree import agreed
from inspector.engine.applicable import MODELS, REQUIRED
from inspector.engine.audit import audit
from inspector.engine.capabilities import candidates
from inspector.engine.explain import damage_findings, findings_of
from inspector.engine.requirements import requirements_of
from inspector.terms.artifact import UNJUDGED, Format
from inspector.terms.errors import UsageError
from inspector.terms.finding import Gap, Location, Outcome
from inspector.terms.report import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.engine.applicable import LoaderModel
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Finding
    from inspector.terms.runtime import Runtime


def check(artifact: Artifact, runtime: Runtime | None, *, loaders: Iterable[str] = (), debug: bool = False) -> Report:
    """The report of the artifact in that runtime; None audits the artifact alone.

    `loaders` names the required loaders (default: the format's own). A failure inside a loader model is a gap of that
    loader, unless `debug` is set: then it is raised.
    """
    began = time.perf_counter()
    required = tuple(loaders) or REQUIRED.get(artifact.format, ())
    outcomes = () if runtime is None else tuple(loader_outcomes(artifact, runtime, debug=debug))
    if loaders and runtime is not None:
        _demand(required, outcomes, artifact)
    # After the loaders: whether one of them stops is a part of what a danger comes to.
    dangers, blind = audit(artifact, runtime, outcomes, debug=debug)
    findings = damage_findings(artifact, outcomes) + _deaths(artifact)
    if runtime is not None:
        findings += findings_of(outcomes, runtime, required, artifact)
    return Report(
        artifact=artifact,
        runtime=runtime,
        outcomes=outcomes,
        required=required,
        findings=(*findings, *dangers),
        requirements=requirements_of(artifact),
        gaps=(*_gaps(artifact, runtime, outcomes, required), *blind),
        timings={"check": time.perf_counter() - began},
        notes=() if runtime is None else runtime.notes,
    )


def _deaths(artifact: Artifact) -> tuple[Finding, ...]:
    """A finding for each part of the artifact that a reader died of."""
    if not any(gap.fatal for gap in artifact.gaps):
        return ()
    from inspector.engine.died import died_findings  # noqa: PLC0415 - cold start: few die

    return died_findings(artifact)


def _demand(required: tuple[str, ...], outcomes: tuple[Outcome, ...], artifact: Artifact) -> None:
    """UsageError for a required loader that does not apply to the format."""
    known = [outcome.loader for outcome in outcomes]
    for name in required:
        if name not in known:
            text = ", ".join(known) or "none"
            raise UsageError(f"loader {name!r} does not apply to a {artifact.format.value} artifact (these do: {text})")


def loader_outcomes(
    artifact: Artifact, runtime: Runtime, *, debug: bool = False, wanted: tuple[str, ...] = ()
) -> Iterator[Outcome]:
    """Every loader's outcome; where the release was not recorded, what the recorded ones around it agree on.

    With `wanted` the loader models stop once these are judged; the outcomes of others may come with them.
    """
    recorded, gaps = candidates(runtime)
    gaps = {**_unsure_add_ons(artifact, runtime), **gaps}
    unread = _unread(artifact)
    models = [model for model in MODELS.get(artifact.format, ()) if not wanted or _speaks(model, wanted)]
    for model in models:
        # A part of the runtime that was not recorded silences only the loaders that are judged by it.
        gap = unread or next((gaps[part] for part in model.needs if part in gaps), None)
        if gap is not None:
            yield Outcome(model.loader, gaps=(gap,))
        else:
            judged = agreed([_judge(model, artifact, c, debug=debug, wanted=wanted) for c in recorded], recorded)
            yield from judged if not runtime.unknown_imports else _softened(judged, runtime)
    spoken = {model.loader for model in models}
    yield from (_not_judged(artifact, name) for name in REQUIRED.get(artifact.format, ()) if name not in spoken)


def _softened(judged: Iterator[Outcome], runtime: Runtime) -> Iterator[Outcome]:
    from inspector.engine.unknown_imports import unless_registered  # noqa: PLC0415 - cold start: few import such

    return (unless_registered(outcome, runtime.unknown_imports) for outcome in judged)


def _unread(artifact: Artifact) -> Gap | None:
    """What kept the artifact from being read at all: its emptiness then says nothing of what loaders find in it."""
    # Damaged files are judged all the same: loaders fail over them in ways that are known.
    nothing = artifact.format is Format.KERAS_H5 and artifact.weights is None and not artifact.damage
    return next((gap for gap in artifact.gaps if gap.fatal or nothing), None)


def _unsure_add_ons(artifact: Artifact, runtime: Runtime) -> dict[str, Gap]:
    """The gap where the artifact uses an op that only one of the releases around an imported add-on's version has."""
    if not runtime.imports:
        return {}
    from inspector.requirements.ops import op_names  # noqa: PLC0415 - cold start: most processes import no add-on
    from inspector.runtime.add_ons import unsure_ops  # noqa: PLC0415 - as above

    shared = sorted(unsure_ops(runtime.imports, runtime.packages).intersection(op_names(artifact)))
    if not shared:
        return {}
    reason = f"the imported add-ons were not recorded in these versions, and releases around them differ in {shared}"
    return {"tensorflow": Gap(Location(runtime.label), reason)}


def _not_judged(artifact: Artifact, loader: str) -> Outcome:
    """The outcome of a loader that needs more than the file (weights need the model that they should fit)."""
    return Outcome(loader, gaps=(Gap(artifact.whole, "the model that these weights should fit is not given"),))


def _speaks(model: LoaderModel, wanted: tuple[str, ...]) -> bool:
    """Whether the model may say something of a wanted loader: names of signatures are known only to the models."""
    return any(name == model.loader or name not in _SPEAKERS for name in wanted)


_SPEAKERS = {model.loader for models in MODELS.values() for model in models}


def _judge(
    model: LoaderModel, artifact: Artifact, capabilities: Capabilities, *, debug: bool, wanted: tuple[str, ...] = ()
) -> list[Outcome]:
    """What one loader model says. Anything it did not foresee is our bug: a gap, so that a batch goes on."""
    try:
        found = importlib.import_module(model.module).outcomes(artifact, capabilities)
        return list(_until(found, wanted) if wanted else found)
    # Every file is a stranger's: what a loader model did not foresee must not hide what the others know.
    except Exception as error:
        if debug:
            raise
        reason = f"internal error in {model.module.rpartition('.')[2]}: {type(error).__name__}: {error} (see --debug)"
        return [Outcome(model.loader, gaps=(Gap(artifact.whole, reason),))]


def _until(outcomes: Iterator[Outcome], wanted: tuple[str, ...]) -> Iterator[Outcome]:
    """The outcomes up to the last wanted one."""
    missing = set(wanted)
    for outcome in outcomes:
        yield outcome
        # Loader models yield one outcome after the other, and the later ones cost as much again: compile, predict,
        # sessions.
        missing.discard(outcome.loader)
        if not missing:
            return


def _gaps(
    artifact: Artifact, runtime: Runtime | None, outcomes: tuple[Outcome, ...], required: tuple[str, ...]
) -> tuple[Gap, ...]:
    """What could not be judged: of the artifact, of the runtime, and on the way of the required loaders."""
    of_loaders = chain.from_iterable(o.gaps for o in outcomes if o.loader in required)
    of_runtime = () if runtime is None else runtime.gaps
    missing = () if runtime is None or required else (_no_loader(artifact),)
    return tuple(dict.fromkeys(chain(artifact.gaps, of_runtime, missing, of_loaders)))


def _no_loader(artifact: Artifact) -> Gap:
    """The gap of a format that is read, or only recognised, and that no loader model judges."""
    return Gap(artifact.whole, f"{UNJUDGED[artifact.format]}; no loader that is judged here does")
