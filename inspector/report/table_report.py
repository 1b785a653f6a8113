"""The report for people: the answer in the first line, then why, then what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.report import fit_text
from inspector.report.columns import columns
from inspector.report.style import Style, style
from inspector.terms.finding import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.finding import Finding, Outcome
    from inspector.terms.report import Report
    from inspector.terms.runtime import Runtime

_COLORS = {Verdict.LOADS: "green", Verdict.FAILS: "red", Verdict.UNKNOWN: "yellow"}
_SEVERITY_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
# Characters of an exception's text, from its beginning and its end, where wrapped errors say their cause; the whole
# stands in the JSON report.
HEAD_LIMIT = 200
TAIL_LIMIT = 200


def render(report: Report, *, color: bool = False) -> str:
    """The report as text."""
    paint = style(allowed=color)
    lines = [_answer(report, paint), *_aside(report)]
    for finding in report.findings:
        lines += ["", *_finding(finding, report, paint)]
    if report.fit is not None:
        lines += fit_text.table(report.fit)
    lines += _gaps(report, paint)
    lines += _others(report, paint)
    return "\n".join(lines)


def describe(runtime: Runtime) -> str:
    """`env.lock (tensorflow 2.15.1, keras 2.15.0, Python 3.11.7)`."""
    keras = "tf_keras" if runtime.keras_flavour == "tf_keras" else "keras"
    parts = [
        f"tensorflow {runtime.tensorflow}" if runtime.tensorflow else "",
        f"{keras} {runtime.keras}" if runtime.keras and runtime.keras_flavour != "bundled" else "",
        f"Python {runtime.python}" if runtime.python else "",
    ]
    return f"{runtime.label} ({', '.join(part for part in parts if part)})"


def _answer(report: Report, paint: Style) -> str:
    """The first line: the answer."""
    if report.fit is not None:
        return fit_text.answer(report.fit, report, paint)
    if report.runtime is None:
        return _audit_answer(report, paint)
    word = paint.paint(report.verdict.name, _COLORS[report.verdict], "bold")
    return f"{word} in {describe(report.runtime)}: {', '.join(report.required) or 'no loader'}"


def _audit_answer(report: Report, paint: Style) -> str:
    name = f"{report.artifact.path} ({report.artifact.format.value})"
    if report.worst is None:
        word = paint.paint("NO FINDINGS", "yellow" if report.gaps else "green", "bold")
        return f"{word} in {name}{'; part of it could not be read' if report.gaps else ''}"
    color = _SEVERITY_COLORS[report.worst]
    count = f"{len(report.findings)} FINDING{'S' if len(report.findings) > 1 else ''}"
    return f"{paint.paint(count, color, 'bold')} in {name}, worst: {report.worst.value}"


def _aside(report: Report) -> Iterator[str]:
    """What the first line alone would hide: another usual loader answers differently."""
    usual = ("tf.saved_model.load", "keras.models.load_model")
    for outcome in report.outcomes:
        if outcome.loader in usual and outcome.loader not in report.required and outcome.verdict is not report.verdict:
            why = f" ({outcome.error.type})" if outcome.error else ""
            yield f"  note: {outcome.loader} {_verb(outcome)} it{why}"


def _verb(outcome: Outcome) -> str:
    return {Verdict.LOADS: "loads", Verdict.FAILS: "does not load", Verdict.UNKNOWN: "may or may not load"}[
        outcome.verdict
    ]


def _finding(finding: Finding, report: Report, paint: Style) -> Iterator[str]:
    """Code and place, what is wrong, what the loader raises, what to do."""
    places = "; ".join(f"{place.member}  {place.pointer}".rstrip() for place in finding.locations)
    code = paint.paint(f"{finding.rule} {finding.name}", _SEVERITY_COLORS[finding.severity], "bold")
    yield f"  {code}   {places}"
    yield f"    {finding.message}"
    if finding.predicts is not None:
        yield f"    raises {finding.predicts.type}: {_shorten(finding.predicts.message)}"
    others = [loader for loader in finding.blocks if loader not in report.required]
    if others and report.runtime is not None:
        yield paint.paint(f"    {_stops(finding, report)} {', '.join(others)}", "dim")
    if finding.fix:
        yield f"    fix: {finding.fix}"


def _stops(finding: Finding, report: Report) -> str:
    """`also stops:` where a loader that decides is stopped as well."""
    return "also stops:" if any(loader in report.required for loader in finding.blocks) else "stops:"


def _shorten(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= HEAD_LIMIT + TAIL_LIMIT else f"{text[:HEAD_LIMIT]} ... {text[-TAIL_LIMIT:]}"


def _gaps(report: Report, paint: Style) -> Iterator[str]:
    """What could not be judged."""
    if report.gaps:
        yield ""
        yield paint.paint("could not be judged:", "yellow")
    for gap in report.gaps:
        yield f"  {gap.location.member}  {gap.location.pointer}".rstrip() + f": {gap.reason}"


def _others(report: Report, paint: Style) -> Iterator[str]:
    """Every loader with its verdict, where more than the required ones apply."""
    if not [o for o in report.outcomes if o.loader not in report.required]:
        return
    rows = [
        (
            o.loader,
            paint.paint(o.verdict.value, _COLORS[o.verdict]),
            _why(o),
            "yes" if o.loader in report.required else "",
        )
        for o in report.outcomes
    ]
    yield ""
    yield columns(("loader", "verdict", "why", "decides"), rows)


def _why(outcome: Outcome) -> str:
    if outcome.error is not None:
        codes = dict.fromkeys(problem.rule for problem in outcome.problems)
        return f"{' '.join(codes)} {outcome.error.type}"
    return outcome.gaps[0].reason if outcome.gaps else ""
