"""Turns what loaders meet, and what readers found broken, into findings in the rules' words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.artifact import DamageKind
from inspector.terms.finding import Finding, Location
from inspector.terms.record import replace

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact, Damage
    from inspector.terms.finding import Outcome, Problem
    from inspector.terms.runtime import Runtime

# The integrity rule of each kind of damage.
_DAMAGE_RULES = {
    DamageKind.MISSING: "INT101",
    DamageKind.EMPTY: "INT102",
    DamageKind.TRUNCATED: "INT103",
    DamageKind.LFS_POINTER: "INT104",
    DamageKind.HTML: "INT105",
    DamageKind.CRLF: "INT106",
    DamageKind.WRONG_FORMAT: "INT107",
    DamageKind.UNPARSEABLE: "INT108",
    DamageKind.CORRUPT: "INT109",
}


def findings_of(
    outcomes: tuple[Outcome, ...], runtime: Runtime, required: tuple[str, ...], artifact: Artifact | None = None
) -> tuple[Finding, ...]:
    """The findings of every problem; the same problem in several loaders is one finding that blocks them all."""
    if not any(outcome.problems for outcome in outcomes):
        return ()
    from inspector.rules.case import Case  # noqa: PLC0415 - cold start: what loads needs no rule
    from inspector.rules.registry import rule  # noqa: PLC0415 - as above
    from inspector.rules.rule import explain  # noqa: PLC0415 - as above

    found: dict[tuple[str, str, str, str], Finding] = {}
    # The loaders that decide come first, for the first one that meets a problem gives it its severity and text.
    for outcome in sorted(outcomes, key=lambda o: o.loader not in required):
        for problem in outcome.problems:
            key = (problem.rule, problem.location.member, problem.location.pointer, problem.subject)
            # The same problem met by several loaders is one thing to mend: it is told once, with all that it stops.
            if key in found:
                earlier = found[key]
                found[key] = replace(earlier, blocks=tuple(dict.fromkeys((*earlier.blocks, outcome.loader))))
            else:
                case = Case(problem, runtime, outcome.loader, artifact)
                found[key] = explain(rule(problem.rule), case, required=outcome.loader in required)
    return tuple(found.values())


def damage_findings(artifact: Artifact, outcomes: tuple[Outcome, ...]) -> tuple[Finding, ...]:
    """One finding per damaged member, with the loaders that any problem in that member blocks."""
    return tuple(_damage_finding(damage, outcomes) for damage in artifact.damage)


def _is_of(problem: Problem, damage: Damage) -> bool:
    """Whether a loader stops for the damage: a problem at one place of a file that it could read is another matter."""
    whole = not problem.location.pointer.strip("/") or problem.rule == _PART_OF_HDF5
    # A pointer names a place in a text that was parsed: then the damage of the file is not what stops the loader.
    return whole and problem.location.member == damage.member


# Names a group or dataset that is gone from a file that opens.
_PART_OF_HDF5 = "KER132"


def _damage_finding(damage: Damage, outcomes: tuple[Outcome, ...]) -> Finding:
    from inspector.rules.registry import rule  # noqa: PLC0415 - cold start: most files are whole

    declared = rule(_DAMAGE_RULES[damage.kind])
    blocked = tuple(o.loader for o in outcomes if any(_is_of(p, damage) for p in o.problems))
    fields = {"member": damage.member, "reason": damage.reason}
    return Finding(
        rule=declared.code,
        name=declared.name,
        severity=declared.severity,
        category=declared.category,
        message=declared.message.format_map(fields),
        locations=(Location(damage.member, "" if damage.offset is None else f"byte {damage.offset}"),),
        fix=declared.fix.format_map(fields),
        blocks=blocked,
    )
