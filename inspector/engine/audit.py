"""The audit: security rules over an artifact's evidence, and what a target makes of each sighting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.evidence import evidence_of
from inspector.audit.targets import tokens as target_tokens
from inspector.rules.registry import security_rules
from inspector.terms.audit import Exposure, Risk
from inspector.terms.finding import Finding, Gap, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from inspector.terms.artifact import Artifact
    from inspector.terms.audit import Sighting
    from inspector.terms.finding import Outcome
    from inspector.terms.runtime import Runtime

    _Seen = tuple[ModuleType, Sighting]

_SEVERITIES = {
    Risk.CRITICAL: Severity.ERROR,
    Risk.HIGH: Severity.ERROR,
    Risk.MEDIUM: Severity.WARNING,
    Risk.LOW: Severity.NOTE,
}
_MEMO = "sightings"
# A file of a million harmful ops says no more than its first hundred; every report holds them in memory.
SIGHTING_LIMIT = 100


def audit(
    artifact: Artifact, runtime: Runtime | None, outcomes: Iterable[Outcome] = (), *, debug: bool = False
) -> tuple[list[Finding], list[Gap]]:
    """The security findings of the artifact for that target (None: over all releases), and what stopped a rule.

    `outcomes` are those of the target's loaders.
    """
    kept = artifact.memo.get(_MEMO)
    if kept is None or kept[0] is not artifact:  # `replace` hands the memo on to a changed copy
        artifact.memo[_MEMO] = kept = (artifact, *_sightings(artifact, None, debug=debug))
    _, seen, gaps = kept
    # Only rules that ask about the target itself run anew for each target; all others are asked once for the artifact.
    if runtime is not None:
        aimed, more = _sightings(artifact, runtime, debug=debug)
        seen, gaps = seen + aimed, gaps + more
    return [_finding(module, sighting, runtime, outcomes) for module, sighting in seen], gaps


def _sightings(artifact: Artifact, runtime: Runtime | None, *, debug: bool) -> tuple[list[_Seen], list[Gap]]:
    """What each rule that could fire sees in the artifact, or in it and its target together.

    Anything that a rule did not foresee is our bug: a gap, never silence.
    """
    found: list[_Seen] = []
    gaps: list[Gap] = []
    try:
        evidence = evidence_of(artifact)
        modules = security_rules(evidence.tokens if runtime is None else frozenset(target_tokens(evidence, runtime)))
    except Exception as error:
        if debug:
            raise
        return found, [_gap(artifact, "the audit", error)]
    for module in modules:
        try:
            sightings = module.find(evidence) if runtime is None else module.find_in(evidence, runtime)
            # A list before any of it is kept: a rule that fails halfway leaves a gap, not half of its sightings.
            found += _limited(module, [(module, sighting) for sighting in sightings], gaps)
        except Exception as error:
            if debug:
                raise
            gaps.append(_gap(artifact, module.RULE.code, error))
    return found, gaps + ([] if runtime else evidence.gaps)


def _limited(module: ModuleType, found: list[_Seen], gaps: list[Gap]) -> list[_Seen]:
    if len(found) > SIGHTING_LIMIT:
        place = found[SIGHTING_LIMIT][1].location
        gaps.append(Gap(place, f"{module.RULE.code}: {len(found) - SIGHTING_LIMIT} more such places are not listed"))
    return found[:SIGHTING_LIMIT]


def _gap(artifact: Artifact, part: str, error: Exception) -> Gap:
    return Gap(artifact.whole, f"internal error in {part}: {type(error).__name__}: {error} (see --debug)")


def _finding(module: ModuleType, sighting: Sighting, runtime: Runtime | None, outcomes: Iterable[Outcome]) -> Finding:
    from inspector.audit.guards import exposure  # noqa: PLC0415 - cold start: most models are harmless
    from inspector.audit.loads import loads_exposure  # noqa: PLC0415 - as above

    rule, place = module.RULE, sighting.location
    state, text = exposure(sighting, runtime)
    # A sighting in a graph that only some loaders run is no threat where these fail: their verdicts say so.
    if not text and sighting.loaders:
        state, text = loads_exposure(sighting, outcomes)
    fields = {"subject": sighting.subject, "member": place.member, "pointer": place.pointer, **sighting.details}
    severity = _SEVERITIES[sighting.risk]
    # What the target refuses fails there by itself, and elsewhere it may not: the finding stays, milder.
    blocked = state is Exposure.BLOCKED and severity is Severity.ERROR
    return Finding(
        rule=rule.code,
        name=rule.name,
        severity=Severity.WARNING if blocked else severity,
        category=rule.category,
        message=rule.message.format_map(fields),
        locations=(place,),
        fix=rule.fix.format_map(fields),
        risk=sighting.risk,
        confidence=sighting.confidence,
        moment=sighting.moment,
        exposure=state,
        exposure_text=text,
        subject=sighting.subject,
        details=sighting.details,
    )
