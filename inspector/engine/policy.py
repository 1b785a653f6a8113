"""What the user has decided about findings: which count, how severe they are, which are accepted and until when.

A policy never touches a verdict: it is about findings. What stops a required loader stays, whatever the policy says.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from inspector.terms.finding import Severity, Suppressed, Verdict
from inspector.terms.record import field, record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inspector.terms.finding import Finding
    from inspector.terms.report import Report

FAIL_ON = {
    "error": (Severity.ERROR,),
    "warning": (Severity.ERROR, Severity.WARNING),
    "note": tuple(Severity),
    "never": (),
}
DEFAULT_FAIL_ON = "error"


@record
class Suppression:
    """Findings that somebody has accepted. Patterns are globs in which `*` crosses folders; "" stands for any.

    `rules` are codes or their beginnings, `path` matches the artifact's path from the configuration's folder,
    `expires` is the last day it holds, as YYYY-MM-DD ("": for ever).
    """

    rules: tuple[str, ...]
    reason: str
    path: str = ""
    member: str = ""
    pointer: str = ""
    fingerprint: str = ""
    expires: str = ""


@record
class Policy:
    """One configuration file as read. `source` is its name for the reader, `folder` what its paths start from."""

    source: str = ""
    folder: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    fail_on: str = ""
    notes: tuple[str, ...] = ()


def govern(report: Report, policy: Policy, today: str) -> Report:
    """The report under the policy: what it leaves out is counted in `suppressed`. `today` as YYYY-MM-DD."""
    if not policy.source:
        return replace(report, notes=(*report.notes, *policy.notes)) if policy.notes else report
    judge = _Judge(report, policy, today)
    kept, left = [], []
    for finding in report.findings:
        entry = judge.leaves_out(finding)
        if entry is None:
            kept.append(judge.adjusted(finding))
        elif judge.stops(finding):
            kept.append(replace(finding, note=f"not left out ({entry.by} in {policy.source}): it stops the load"))
        else:
            left.append(entry)
    notes = (*report.notes, *policy.notes, *judge.unused())
    return replace(report, findings=tuple(kept), suppressed=(*report.suppressed, *left), notes=notes)


def exit_status(report: Report, fail_on: str) -> int:
    """1 for a failing required loader or a new finding at the threshold, 3 for anything not judged, else 0."""
    judged = report.runtime is not None
    counted = {finding.severity for finding in report.findings if finding.standing != "known"}
    # A failure is certain whatever else could not be judged: 1 goes before 3.
    if (judged and report.verdict is Verdict.FAILS) or not counted.isdisjoint(FAIL_ON[fail_on]):
        return 1
    return 3 if report.gaps or (judged and report.verdict is Verdict.UNKNOWN) else 0


class _Judge:
    """One policy over the findings of one artifact; it remembers which suppressions were of use."""

    def __init__(self, report: Report, policy: Policy, today: str) -> None:
        self._report = report
        self._policy = policy
        self._today = today
        self._path = _from_folder(report.artifact.path, policy.folder)
        self._here = [s for s in policy.suppressions if _matches(s.path, self._path)]
        self._used: set[int] = set()

    def leaves_out(self, finding: Finding) -> Suppressed | None:
        """Why the finding is left out; None where it stays."""
        policy = self._policy
        if policy.select and not _covers(policy.select, finding.rule):
            return Suppressed(finding, "select", f"not selected in {policy.source}")
        if _covers(policy.ignore, finding.rule):
            return Suppressed(finding, "ignore", f"ignored in {policy.source}")
        found = next((s for s in self._matching(finding) if self._holds(s)), None)
        if found is None:
            return None
        return Suppressed(finding, "suppression", f"{found.reason} ({policy.source})", found.expires)

    def adjusted(self, finding: Finding) -> Finding:
        """The finding with the severity that the policy gives it, and a word about suppressions that have expired."""
        notes = [f"its suppression expired on {s.expires} ({s.reason})" for s in self._matching(finding)]
        severity = self._severity(finding)
        if severity is not finding.severity:
            notes.append(f"{finding.severity.value} before {self._policy.source}")
        return replace(finding, severity=severity, note="; ".join((*filter(None, [finding.note]), *notes)))

    def stops(self, finding: Finding) -> bool:
        """Whether it makes a required loader fail."""
        report = self._report
        failing = {o.loader for o in report.outcomes if o.verdict is Verdict.FAILS and o.loader in report.required}
        return not failing.isdisjoint(finding.blocks)

    def unused(self) -> list[str]:
        """A note for each suppression that is meant for this artifact and matches nothing in it."""
        stale = (s for s in self._here if s.path and id(s) not in self._used)
        return [
            f"the suppression of {', '.join(s.rules)} for {s.path} in {self._policy.source} is unused" for s in stale
        ]

    def _severity(self, finding: Finding) -> Severity:
        """That of the longest code or beginning which fits."""
        # `SEC` and `SEC101` may both be set: the more particular one is what was meant for it.
        fitting = [code for code in self._policy.severities if finding.rule.startswith(code)]
        return self._policy.severities[max(fitting, key=len)] if fitting else finding.severity

    def _matching(self, finding: Finding) -> list[Suppression]:
        found = [s for s in self._here if _covers(s.rules, finding.rule) and self._fits(s, finding)]
        self._used.update(map(id, found))
        return found

    def _fits(self, suppression: Suppression, finding: Finding) -> bool:
        """Whether every place of the finding is among those accepted, and it says what was accepted."""
        # A finding in several places is accepted where all of them are: a new place may be the harmful one.
        return all(
            _matches(suppression.member, place.member) and _matches(suppression.pointer, place.pointer)
            for place in finding.locations
        ) and suppression.fingerprint in ("", self._fingerprint(finding) if suppression.fingerprint else "")

    def _fingerprint(self, finding: Finding) -> str:
        from inspector.terms.fingerprint import fingerprint  # noqa: PLC0415 - cold start: few suppressions name one

        return fingerprint(finding, self._report.artifact.path)

    def _holds(self, suppression: Suppression) -> bool:
        return not suppression.expires or self._today <= suppression.expires


def _covers(codes: Iterable[str], rule: str) -> bool:
    return any(rule.startswith(code) for code in codes)


def _matches(pattern: str, text: str) -> bool:
    if not pattern:
        return True
    from fnmatch import fnmatchcase  # noqa: PLC0415 - cold start: only suppressions have patterns

    return fnmatchcase(text, pattern)


def _from_folder(path: str, folder: str) -> str:
    """The artifact's path from the configuration's folder, or its full path where it lies elsewhere."""
    # Not resolved: a suppression names the path as people write it, links and all.
    full = os.path.abspath(path)  # noqa: PTH100 - texts are all that is needed
    inside = full.startswith(folder.rstrip(os.sep) + os.sep)
    return (os.path.relpath(full, folder) if inside else full).replace(os.sep, "/")
