"""Judges a weights file or checkpoint together with the model that it should fit."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.engine.agree import agreed
from inspector.engine.capabilities import candidates
from inspector.engine.check import check
from inspector.engine.explain import damage_findings, findings_of
from inspector.engine.requirements import requirements_of
from inspector.loaders import load_weights
from inspector.loaders.weights.compare import compare
from inspector.rules.case import Case
from inspector.rules.registry import rule
from inspector.rules.rule import explain
from inspector.terms.errors import UsageError
from inspector.terms.finding import Finding, Gap, Location, Outcome, Problem, Severity, Verdict
from inspector.terms.fit import Standing
from inspector.terms.record import replace
from inspector.terms.report import Report
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact
    from inspector.terms.fit import Fit
    from inspector.terms.runtime import Runtime

_LOAD_MODEL = "keras.models.load_model(compile=False)"
_RULE_OF = {
    Standing.MISSING: "WGT101",
    Standing.EXTRA: "WGT102",
    Standing.SHAPE: "WGT103",
    Standing.ORDER: "WGT104",
}


def check_pair(
    weights: Artifact, model: Artifact, runtime: Runtime | None, *, loaders: Iterable[str] = (), debug: bool = False
) -> Report:
    """The report of the weights, for that model and runtime; None holds the files against each other alone.

    UsageError for an artifact without weights, and for a required loader that does not apply. `debug` lets internal
    errors out.
    """
    began = time.perf_counter()
    known = load_weights.loaders_of(weights)
    # The first loader is the one that the layout is written for; the others are what people try as well.
    required = tuple(loaders) or known[:1]
    _demand(weights, required, known)
    outcomes = () if runtime is None else tuple(_outcomes(weights, model, runtime, debug=debug))
    fit = compare(weights, model, _release(runtime))
    return Report(
        artifact=weights,
        runtime=runtime,
        outcomes=outcomes,
        required=required,
        findings=_findings((weights, model), runtime, outcomes, required, fit),
        requirements=requirements_of(weights),
        gaps=_gaps(weights, model, fit, outcomes, required),
        timings={"check": time.perf_counter() - began},
        fit=fit,
        notes=() if runtime is None else runtime.notes,
    )


def _release(runtime: Runtime | None) -> tuple[int, ...] | None:
    """The Keras that will match them; None where it is not known."""
    if runtime is None:
        return None
    version = runtime.tensorflow if runtime.keras_flavour is KerasFlavour.BUNDLED else runtime.keras
    parts = [part for part in (version or "").split(".")[:2] if part.isdigit()]
    return tuple(int(part) for part in parts) or None


def _demand(weights: Artifact, required: tuple[str, ...], known: tuple[str, ...]) -> None:
    if not known:
        raise UsageError(f"{weights.path} is a {weights.format.value} artifact and holds no weights to load (--with)")
    for name in required:
        if name not in known:
            raise UsageError(f"loader {name!r} does not apply to these weights (these do: {', '.join(known)})")


def _outcomes(weights: Artifact, model: Artifact, runtime: Runtime, *, debug: bool) -> Iterator[Outcome]:
    """Every loader's outcome; where the release was not recorded, what the recorded ones around it agree on."""
    recorded, gaps = candidates(runtime)
    gap = gaps.get("keras")
    if gap is not None:
        yield from (Outcome(name, gaps=(gap,)) for name in load_weights.loaders_of(weights))
        return
    yield from agreed([_judge(weights, model, found, debug=debug) for found in recorded], recorded)


def _judge(weights: Artifact, model: Artifact, capabilities: Capabilities, *, debug: bool) -> list[Outcome]:
    """What the loaders' models say. Anything they did not foresee is our bug: a gap, so that a batch goes on."""
    try:
        return list(load_weights.outcomes(weights, model, capabilities))
    except Exception as error:
        if debug:
            raise
        gap = Gap(weights.whole, f"internal error: {type(error).__name__}: {error} (see --debug)")
        return [Outcome(name, gaps=(gap,)) for name in load_weights.loaders_of(weights)]


def _findings(
    pair: tuple[Artifact, Artifact],
    runtime: Runtime | None,
    outcomes: tuple[Outcome, ...],
    required: tuple[str, ...],
    fit: Fit | None,
) -> tuple[Finding, ...]:
    """What stops the loaders; without a runtime, and where a loader says nothing, what differs."""
    weights, model = pair
    found = damage_findings(weights, outcomes)
    if runtime is not None:
        found += findings_of(outcomes, runtime, required, weights)
        # `load_weights` needs a built model: where its file does not load, the user's own code must make it.
        found += _own_load(model, runtime)
    silent = runtime is not None and all(o.verdict is not Verdict.FAILS for o in outcomes if o.loader in required)
    # Where a required loader fails, its own error names the variable: the differences beside it would say it twice.
    if fit is not None and (runtime is None or silent):
        found += tuple(_differences(weights, fit, silent=silent))
    return found


def _own_load(model: Artifact, runtime: Runtime) -> tuple[Finding, ...]:
    """A warning where the model's own file does not load there: then its code must build it."""
    outcomes = check(model, runtime).outcomes
    failed = next((o for o in outcomes if o.loader == _LOAD_MODEL and o.verdict is Verdict.FAILS), None)
    if failed is None:
        return ()
    name = Path(model.path).name
    problem = Problem("WGT114", name, Location(name), failed.problems[0].error)
    return (explain(rule("WGT114"), Case(problem, runtime, _LOAD_MODEL, model), required=False),)


def _differences(weights: Artifact, fit: Fit, *, silent: bool) -> Iterator[Finding]:
    """One finding for each kind of difference; where the loader takes them without a word they are warnings."""
    for standing, code in _RULE_OF.items():
        rows = [row for row in fit.rows if row.standing is standing]
        if rows:
            declared = rule(code)
            names = _names([row.in_model or row.in_file for row in rows])
            fields = {"count": len(rows), "names": names, "model": fit.model_path}
            finding = Finding(
                rule=declared.code,
                name=declared.name,
                severity=declared.severity,
                category=declared.category,
                message=declared.message.format_map(fields),
                locations=(Location(weights.path, rows[0].in_file),),
                fix=declared.fix.format_map(fields),
            )
            yield replace(finding, severity=Severity.WARNING) if silent else finding


def _names(names: Sequence[str]) -> str:
    """The first few of them: the table has all."""
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown  # noqa: PLR2004 - enough to go on


def _gaps(
    weights: Artifact, model: Artifact, fit: Fit | None, outcomes: tuple[Outcome, ...], required: tuple[str, ...]
) -> tuple[Gap, ...]:
    found = [*weights.gaps, *model.gaps, *(gap for o in outcomes if o.loader in required for gap in o.gaps)]
    if fit is None:
        found.append(Gap(model.whole, "the model's variables, or the stored values, could not be read"))
    elif not outcomes:
        rows = [row for row in fit.rows if row.standing is Standing.UNKNOWN]
        name = weights.whole.member
        found += [Gap(Location(name, row.in_file), f"{row.in_model}: its shape is not known") for row in rows]
    return tuple(dict.fromkeys(found))
