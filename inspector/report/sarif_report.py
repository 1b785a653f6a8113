"""The report as SARIF 2.1.0: what code scanning services and editors read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.report.json_text import dumps
from inspector.report.readable import plain
from inspector.report.sarif_places import BASE, artifact_location, location
from inspector.report.sarif_rules import descriptor
from inspector.report.words import when
from inspector.rules.registry import rule
from inspector.terms.audit import Risk
from inspector.terms.fingerprint import fingerprint, place_fingerprint
from inspector.terms.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.terms.finding import Finding, Gap, Suppressed
    from inspector.terms.report import Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# 0 to 100 (3.27.25): results of one rule differ in the harm they can do.
_RANKS = {Risk.CRITICAL: 95.0, Risk.HIGH: 80.0, Risk.MEDIUM: 50.0, Risk.LOW: 20.0}
_STATES = {"known": "unchanged", "new": "new"}


def render(report: Report, *, color: bool = False) -> str:  # noqa: ARG001 - JSON has no colour
    """One run that holds the results of one artifact; `joined` makes one of many."""
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]})


def _run(report: Report) -> dict[str, Any]:
    codes = sorted({finding.rule for finding in _all(report)})
    places = {code: place for place, code in enumerate(codes)}
    return {
        "tool": {"driver": _driver(codes)},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder that the command was run in."}}},
        "artifacts": [_artifact(report)],
        "results": list(_results(report, places)),
        "columnKind": "unicodeCodePoints",
    }


def _driver(codes: Iterable[str]) -> dict[str, Any]:
    rules = [descriptor(rule(code)) for code in codes]
    return {"name": "artifact-inspector", "semanticVersion": VERSION, "rules": rules}


def _artifact(report: Report) -> dict[str, Any]:
    """The artifact with the answer about it."""
    artifact = report.artifact
    said: dict[str, Any] = {"format": artifact.format.value}
    if report.runtime is not None:
        verdicts = {outcome.loader: outcome.verdict.value for outcome in report.outcomes}
        said |= {"runtime": report.runtime.label, "verdict": report.verdict.value, "verdicts": verdicts}
    return {"location": artifact_location(artifact.path), "roles": ["analysisTarget"], "properties": said}


def _invocation(report: Report) -> dict[str, Any]:
    """How the command ended, with what could not be judged: silence about that would read as a clean bill."""
    return {
        "executionSuccessful": True,
        **({} if report.exit_status is None else {"exitCode": report.exit_status}),
        "toolExecutionNotifications": [
            *(_notification(gap, report) for gap in report.gaps),
            *({"level": "note", "message": {"text": plain(note)}} for note in report.notes),
        ],
    }


def _notification(gap: Gap, report: Report) -> dict[str, Any]:
    text = f"could not be judged: {gap.reason}"
    return {
        "level": "warning",
        "message": {"text": plain(text)},
        "locations": [location(gap.location, report.artifact)],
    }


def _all(report: Report) -> Iterator[Finding]:
    yield from report.findings
    yield from (entry.finding for entry in report.suppressed)


def _results(report: Report, places: dict[str, int]) -> Iterator[dict[str, Any]]:
    for finding in report.findings:
        yield _result(finding, report, places)
    for entry in report.suppressed:
        yield _result(entry.finding, report, places) | {"suppressions": [_suppression(entry)]}


def _result(finding: Finding, report: Report, places: dict[str, int]) -> dict[str, Any]:
    path = report.artifact.path
    return {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "kind": "fail",
        "level": finding.severity.value,
        "message": {"text": _message(finding)},
        "locations": [location(place, report.artifact) for place in finding.locations[:1]],
        **_related(finding, report),
        "partialFingerprints": {
            "place/v1": place_fingerprint(finding, path),
            "content/v1": fingerprint(finding, path),
            # The only one that GitHub's code scanning looks at: an alert that was dismissed must not cover other code.
            "primaryLocationLineHash": fingerprint(finding, path),
        },
        **({} if finding.risk is None else {"rank": _RANKS[finding.risk]}),
        **({"baselineState": _STATES[finding.standing]} if finding.standing else {}),
        "properties": _properties(finding),
    }


def _related(finding: Finding, report: Report) -> dict[str, Any]:
    """Places beyond the first: a result's own locations must all be needed to fix it (3.27.12)."""
    others = [location(place, report.artifact) for place in finding.locations[1:]]
    return {"relatedLocations": others} if others else {}


def _message(finding: Finding) -> str:
    """What is wrong, when, what is raised and what to do. SARIF reads `[text](1)` as a link: brackets are escaped."""
    raised = finding.predicts
    parts = [
        finding.message,
        f"When: {when(finding)}." if finding.moment is not None else "",
        f"Raises {raised.type}: {raised.message}" if raised is not None else "",
        f"Fix: {finding.fix}." if finding.fix else "",
        f"Note: {finding.note}." if finding.note else "",
    ]
    text = "\n".join(plain(part) for part in parts if part)
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _properties(finding: Finding) -> dict[str, Any]:
    said = {
        "category": finding.category.value,
        "risk": finding.risk,
        "precision": _precision(finding),
        "moment": finding.moment,
        "exposure": finding.exposure,
        "exposureText": finding.exposure_text or None,
        "blocks": list(finding.blocks) or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _precision(finding: Finding) -> str | None:
    return None if finding.confidence is None else finding.confidence.value


def _suppression(entry: Suppressed) -> dict[str, Any]:
    # SARIF 2.1.0 has no field for the day on which a suppression ends (3.35).
    until = f" (until {entry.expires})" if entry.expires else ""
    return {"kind": "external", "status": "accepted", "justification": f"{entry.reason}{until}"}
