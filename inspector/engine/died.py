"""The report of a model whose reader died."""

from __future__ import annotations

from pathlib import Path

from inspector.rules.registry import rule
from inspector.terms.artifact import Artifact, Format
from inspector.terms.finding import Finding, Gap, Location
from inspector.terms.report import Report, Requirements

CODE = "INT110"


def died_findings(artifact: Artifact) -> tuple[Finding, ...]:
    """One for each part of the artifact that a reader died of."""
    return tuple(_finding(gap.location, gap.reason) for gap in artifact.gaps if gap.fatal)


def died_report(path: str, reason: str) -> Report:
    """A finding and a gap: nothing is known of the model, which is never clean and never loads."""
    # Both: the finding says that the file is dangerous to read, the gap keeps everything else from being called clean.
    gap = Gap(Location(Path(path).name or path), f"not read: {reason}", fatal=True)
    return Report(
        artifact=Artifact(
            path, Format.UNKNOWN, is_directory=Path(path).is_dir(), suffix=Path(path).suffix, magic=b"", gaps=(gap,)
        ),
        runtime=None,
        outcomes=(),
        required=(),
        findings=(_finding(gap.location, reason),),
        requirements=Requirements(),
        gaps=(gap,),
        exit_status=1,
    )


def _finding(place: Location, reason: str) -> Finding:
    declared = rule(CODE)
    return Finding(
        rule=CODE,
        name=declared.name,
        severity=declared.severity,
        category=declared.category,
        message=declared.message.format_map({"member": place.member, "reason": reason}),
        locations=(place,),
        fix=declared.fix,
    )
