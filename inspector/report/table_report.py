"""The report for people: the answer in the first line, then why, then what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.report.columns import columns
from inspector.report.readable import readable
from inspector.report.style import Style, style
from inspector.report.words import SEVERITY_COLORS, VERDICT_COLORS, headline, ordered, when
from inspector.terms.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.finding import Finding, Outcome
    from inspector.terms.report import Report

# Characters of an exception's text, from its beginning and its end, where wrapped errors say their cause; the whole
# stands in the JSON report.
HEAD_LIMIT = 200
TAIL_LIMIT = 200


def render(report: Report, *, color: bool = False) -> str:
    """The report as text."""
    paint, safe = style(allowed=color), readable(report)
    lines = [_answer(safe, paint), *_aside(safe)]
    for finding in ordered(safe):
        lines += ["", *_finding(finding, safe, paint)]
    if safe.fit is not None:
        lines += _fit(safe)
    lines += _gaps(safe, paint)
    lines += _suppressed(safe, paint)
    lines += _others(safe, paint)
    return "\n".join(lines)


def _answer(report: Report, paint: Style) -> str:
    """The first line: the answer."""
    if report.fit is not None:
        from inspector.report import fit_text  # noqa: PLC0415 - cold start: only weights with their model

        return fit_text.answer(report.fit, report, paint)
    said = headline(report)
    alarm = paint.paint(said.alarm, said.alarm_color) if said.alarm else ""
    return f"{paint.paint(said.word, said.color, 'bold')}{said.rest}{alarm}{said.end}"


def _fit(report: Report) -> Iterator[str]:
    from inspector.report import fit_text  # noqa: PLC0415 - cold start, as above

    return fit_text.table(report.fit) if report.fit is not None else iter(())


def _aside(report: Report) -> Iterator[str]:
    """What the first line alone would hide: another usual loader answers differently."""
    usual = ("tf.saved_model.load", "keras.models.load_model")
    for outcome in report.outcomes:
        # The same folder often loads by `tf.saved_model.load` and not by Keras, or the other way round.
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
    code = paint.paint(f"{finding.rule} {finding.name}", SEVERITY_COLORS[finding.severity], "bold")
    yield f"  {code}   {places}{' (known in the baseline)' if finding.standing == 'known' else ''}"
    yield f"    {finding.message}"
    if finding.moment is not None:
        yield f"    when: {when(finding)}"
    if finding.predicts is not None:
        yield f"    raises {finding.predicts.type}: {_shorten(finding.predicts.message)}"
    others = [loader for loader in finding.blocks if loader not in report.required]
    if others and report.runtime is not None:
        yield paint.paint(f"    {_stops(finding, report)} {', '.join(others)}", "dim")
    if finding.fix:
        yield f"    fix: {finding.fix}"
    if finding.note:
        yield f"    note: {finding.note}"


def _stops(finding: Finding, report: Report) -> str:
    """`also stops:` where a loader that decides is stopped as well."""
    return "also stops:" if any(loader in report.required for loader in finding.blocks) else "stops:"


def _shorten(message: str) -> str:
    text = " ".join(message.split())
    # Keras puts the config first and the cause last: either end alone would lose the half that matters.
    return text if len(text) <= HEAD_LIMIT + TAIL_LIMIT else f"{text[:HEAD_LIMIT]} ... {text[-TAIL_LIMIT:]}"


def _gaps(report: Report, paint: Style) -> Iterator[str]:
    """What could not be judged."""
    if report.gaps:
        yield ""
        yield paint.paint("could not be judged:", "yellow")
    for gap in report.gaps:
        yield f"  {gap.location.member}  {gap.location.pointer}".rstrip() + f": {gap.reason}"


def _suppressed(report: Report, paint: Style) -> Iterator[str]:
    """What the configuration leaves out, and what it says itself: never silent."""
    if report.suppressed:
        yield ""
        yield paint.paint("suppressed:", "yellow")
    for entry in report.suppressed:
        place = entry.finding.locations[0]
        until = f" (until {entry.expires})" if entry.expires else ""
        where = f"{place.member}  {place.pointer}".rstrip()
        yield f"  {entry.finding.rule} {entry.finding.name}   {where}: {entry.reason}{until}"
    yield from (f"note: {note}" for note in report.notes)


def _others(report: Report, paint: Style) -> Iterator[str]:
    """Every loader with its verdict, where more than the required ones apply."""
    if not [o for o in report.outcomes if o.loader not in report.required]:
        return
    rows = [
        (
            o.loader,
            paint.paint(o.verdict.value, VERDICT_COLORS[o.verdict]),
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
