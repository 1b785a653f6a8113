"""The words that the reports for people share: the answer, the order of findings, when a danger takes effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.report.readable import readable
from inspector.terms.artifact import UNJUDGED
from inspector.terms.audit import Exposure, Moment, Risk
from inspector.terms.finding import Category, Severity, Verdict
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.terms.finding import Finding
    from inspector.terms.report import Report
    from inspector.terms.runtime import Runtime

VERDICT_COLORS = {Verdict.LOADS: "green", Verdict.FAILS: "red", Verdict.UNKNOWN: "yellow"}
SEVERITY_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
# Characters of what releases make of a danger that the first line has room for; the finding below says it all.
_SHORT = 120
_SEVERITIES = tuple(Severity)
_RISKS = tuple(Risk)
_DANGER = {Risk.CRITICAL: ("DANGEROUS", "red"), Risk.HIGH: ("DANGEROUS", "red"), Risk.MEDIUM: ("SUSPICIOUS", "yellow")}
_AT = {
    Moment.LOAD: "at load",
    Moment.UNLOAD: "when it is collected",
    Moment.CALL: "when called",
    Moment.SAVE: "when saved again",
    Moment.DEAD: "never reached",
    Moment.READ: "when the file is opened",
}
_WHEN = {
    Moment.LOAD: "by loading alone",
    Moment.UNLOAD: "as soon as the loaded object is collected",
    Moment.CALL: "on a call of the model, a signature or a function",
    Moment.SAVE: "on saving it again, or on writing a checkpoint",
    Moment.DEAD: "never: nothing reaches it",
    Moment.READ: "as soon as any program opens the file",
}


@record
class Headline:
    """The first line: the answer in one or two words with its colour, and the rest of the line."""

    word: str
    color: str
    rest: str
    # What follows in the colour of its severity: a verdict alone would hide it.
    alarm: str = ""
    alarm_color: str = ""
    end: str = ""

    @property
    def after(self) -> str:
        """All that follows the word."""
        return f"{self.rest}{self.alarm}{self.end}"


def headline(report: Report) -> Headline:
    """The answer of a report with a target, or of an audit."""
    if report.runtime is None:
        return _audit(report)
    required = ", ".join(report.required) or UNJUDGED.get(report.artifact.format, "no loader")
    rest = f" in {describe(report.runtime)}: {required}"
    return Headline(report.verdict.name, VERDICT_COLORS[report.verdict], rest, *_security(report), _left_out(report))


def line(report: Report) -> Headline:
    """One line of many: a word, then the artifact with what decides."""
    safe = readable(report)
    if safe.runtime is None:
        said = headline(safe)
        return replace(said, rest=said.rest.removeprefix(" in").strip())
    failed = next((o for o in safe.outcomes if o.loader in safe.required and o.error is not None), None)
    why = "" if failed is None or failed.error is None else f"{failed.problems[0].rule} {failed.error.type}"
    unknown = safe.gaps[0].reason if safe.verdict is Verdict.UNKNOWN and safe.gaps else ""
    rest = f"{safe.artifact.path}: {', '.join(filter(None, (*safe.required, why, unknown)))}"
    return Headline(safe.verdict.name, VERDICT_COLORS[safe.verdict], rest, *_security(safe), _left_out(safe))


def tally(words: list[str]) -> str:
    """How many of each answer: `12 models: 9 loads, 3 fails`."""
    kinds = ["findings" if word[0].isdigit() else word.lower() for word in words]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    return f"{len(words)} model{'s' if len(words) > 1 else ''}: {counts}"


def describe(runtime: Runtime) -> str:
    """`env.lock (tensorflow 2.15.1, keras 2.15.0, Python 3.11.7)`."""
    keras = "tf_keras" if runtime.keras_flavour == "tf_keras" else "keras"
    parts = [
        f"tensorflow {runtime.tensorflow}" if runtime.tensorflow else "",
        f"{keras} {runtime.keras}" if runtime.keras and runtime.keras_flavour != "bundled" else "",
        f"Python {runtime.python}" if runtime.python else "",
    ]
    return f"{runtime.label} ({', '.join(part for part in parts if part)})"


def _audit(report: Report) -> Headline:
    name = f"{report.artifact.path} ({report.artifact.format.value})"
    unread = "; part of it could not be read" if report.gaps else ""
    end = f"{unread}{_left_out(report)}"
    top = most_dangerous(report.findings)
    if top is not None and top.risk is not None:
        word, color = _DANGER[top.risk]
        # The worst danger by itself: a count of findings would bury it among notes.
        return Headline(word, color, f" {name}: {_danger(top)}{_more(report)}{end}")
    if report.worst is None and _unjudged(report):
        # Whoever greps for NO FINDINGS must not find what no rule has looked into.
        return Headline("NOT JUDGED", "yellow", f" {name}: {report.gaps[0].reason}{_left_out(report)}")
    if report.worst is None:
        return Headline("NO FINDINGS", "yellow" if report.gaps or report.suppressed else "green", f" in {name}{end}")
    count = f"{len(report.findings)} FINDING{'S' if len(report.findings) > 1 else ''}"
    return Headline(count, SEVERITY_COLORS[report.worst], f" in {name}, worst: {report.worst.value}{end}")


def _unjudged(report: Report) -> bool:
    """Whether nothing of the artifact was read but its name and its first bytes."""
    parts = ("saved_model", "keras_metadata", "keras", "graph", "bundle", "weights")
    return bool(report.gaps) and all(getattr(report.artifact, part) is None for part in parts)


def most_dangerous(findings: Iterable[Finding]) -> Finding | None:
    """The security finding of the highest risk that can take effect; None where all are low."""
    # What nothing reaches, or every recorded release refuses, is told below and makes no headline.
    alive = [f for f in findings if f.risk in _DANGER and f.moment is not Moment.DEAD]
    live = [f for f in alive if f.exposure is not Exposure.BLOCKED]
    return min(live, key=_risk, default=None)


def _danger(finding: Finding) -> str:
    """`SEC101 stored-bytecode: runs at load in keras 3.0.0 to 3.7.0`; the rest of the sentence stands below."""
    at = "" if finding.moment is None else _AT[finding.moment]
    text = finding.exposure_text
    # Cut where a sentence ends: half a range of releases would be another range.
    text = text if len(text) <= _SHORT else text.partition("; ")[0]
    said = text if at in text else " ".join(part for part in (f"{at}:" if text else at, text) if part)
    return f"{finding.rule} {finding.name}{': ' if text and at in text else ' '}{said}".rstrip()


def _more(report: Report) -> str:
    others = len(report.findings) - 1
    return f"; {others} more finding{'s' if others > 1 else ''}" if others else ""


def _security(report: Report) -> tuple[str, str]:
    """What a verdict about loading would hide, with its colour: a model that loads can still do harm."""
    # "LOADS" alone reads as "safe" in the log of a pipeline.
    found = [finding for finding in report.findings if finding.category is Category.SECURITY]
    if not found:
        return "", ""
    worst = min((finding.severity for finding in found), key=_SEVERITIES.index)
    many = "s" if len(found) > 1 else ""
    return f"; {len(found)} security finding{many}, worst: {worst.value}", SEVERITY_COLORS[worst]


def _left_out(report: Report) -> str:
    known = sum(finding.standing == "known" for finding in report.findings)
    parts = [f"; {known} finding{'s' if known > 1 else ''} known in the baseline" if known else ""]
    parts.append(f"; {len(report.suppressed)} suppressed" if report.suppressed else "")
    return "".join(parts)


def ordered(report: Report) -> list[Finding]:
    """The findings as they are read: what stops the load, then by severity, the risk of security findings first."""
    required = set(report.required)

    def rank(finding: Finding) -> tuple[bool, int, int]:
        return (required.isdisjoint(finding.blocks), _SEVERITIES.index(finding.severity), _risk(finding))

    return sorted(report.findings, key=rank)


def _risk(finding: Finding) -> int:
    return len(_RISKS) if finding.risk is None else _RISKS.index(finding.risk)


def when(finding: Finding) -> str:
    """When a danger takes effect, and what the target, or which releases, make of it; "" for other findings."""
    if finding.moment is None:
        return ""
    sure = "" if finding.confidence is None or finding.confidence == "high" else f" ({finding.confidence} confidence)"
    text = f"; {finding.exposure_text}" if finding.exposure_text else ""
    return f"{_WHEN[finding.moment]}{text}{sure}"
