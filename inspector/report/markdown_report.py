"""The report as Markdown, for a comment on a change or the summary page of a CI run: verdict, table, details."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.report.readable import readable
from inspector.report.style import Style
from inspector.report.words import headline, ordered, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.finding import Finding, Location
    from inspector.terms.report import Report

_MARKS = {"green": "✅", "yellow": "⚠️", "red": "❌", "dim": "✅"}  # a note alone stops nobody
# What Markdown or HTML would read as markup: in a comment it makes links, images that call home, mentions, headings.
# Bare addresses become links as well.
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~@&$]|(?<=:)/(?=/)|(?<=www)\.)", re.IGNORECASE)
# Details of so many findings: a comment on GitHub holds 65,536 characters. The table names them all up to its own end.
DETAIL_LIMIT = 20
ROW_LIMIT = 100


def render(report: Report, *, color: bool = False) -> str:  # noqa: ARG001 - Markdown has no colour
    """The report of one artifact."""
    return "\n".join(_lines(readable(report)))


def _lines(report: Report) -> Iterator[str]:
    yield f"### {_heading(report)}"
    findings = ordered(report)
    if findings:
        yield from ("", "| | rule | where | what |", "| --- | --- | --- | --- |")
        yield from (_row(finding) for finding in findings[:ROW_LIMIT])
        yield from _beyond(len(findings), ROW_LIMIT, "rows")
        yield from ("", "<details><summary>Details</summary>", "")
        for finding in findings[:DETAIL_LIMIT]:
            yield from _details(finding)
        yield from _beyond(len(findings), DETAIL_LIMIT, "details")
        yield "</details>"
    yield from _gaps(report)
    yield from _suppressed(report)
    yield from _verdicts(report)


def _heading(report: Report) -> str:
    if report.fit is not None:
        from inspector.report.fit_text import answer  # noqa: PLC0415 - only weights with their model

        return _text(answer(report.fit, report, Style(enabled=False)))
    said = headline(report)
    about = "" if report.runtime is None else f"{_code(report.artifact.path)}: "
    # The path comes from whoever named the model: as code, in which nothing is markup.
    return f"{_MARKS[said.color]} {about}**{said.word}**{_text(said.after)}"


def _row(finding: Finding) -> str:
    rank = (
        f"{finding.severity.value}, {finding.risk.value} risk" if finding.risk is not None else finding.severity.value
    )
    known = " (known)" if finding.standing == "known" else ""
    # A cell of a table is one line of Markdown; only HTML breaks it.
    where = "<br>".join(_place(place) for place in finding.locations[:3])
    return f"| {rank}{known} | {finding.rule} {finding.name} | {where} | {_text(finding.message)} |"


def _details(finding: Finding) -> Iterator[str]:
    yield f"**{finding.rule} {finding.name}**, {', '.join(_place(place) for place in finding.locations)}"
    yield ""
    yield f"- {_text(finding.message)}"
    if finding.moment is not None:
        yield f"- when: {_text(when(finding))}"
    if finding.predicts is not None:
        yield f"- raises {_code(finding.predicts.type)}: {_text(finding.predicts.message)}"
    if finding.blocks:
        yield f"- stops: {', '.join(map(_code, finding.blocks))}"
    if finding.fix:
        yield f"- fix: {_text(finding.fix)}"
    if finding.note:
        yield f"- note: {_text(finding.note)}"
    yield ""


def _beyond(count: int, limit: int, what: str) -> Iterator[str]:
    if count > limit:
        yield from ("", f"... and {count - limit} more without {what} (see `--format json`)", "")


def _gaps(report: Report) -> Iterator[str]:
    if report.gaps:
        yield from ("", "Could not be judged:", "")
    for gap in report.gaps[:ROW_LIMIT]:
        yield f"- {_place(gap.location)}: {_text(gap.reason)}"


def _suppressed(report: Report) -> Iterator[str]:
    if report.suppressed or report.notes:
        yield from ("", f"Suppressed: {len(report.suppressed)}", "")
    for entry in report.suppressed[:ROW_LIMIT]:
        until = f" (until {entry.expires})" if entry.expires else ""
        place = _place(entry.finding.locations[0])
        yield f"- {entry.finding.rule} {entry.finding.name}, {place}: {_text(entry.reason)}{until}"
    yield from (f"- note: {_text(note)}" for note in report.notes)


def _verdicts(report: Report) -> Iterator[str]:
    if not report.outcomes:
        return
    yield from ("", "| loader | verdict | decides |", "| --- | --- | --- |")
    for outcome in report.outcomes:
        decides = "yes" if outcome.loader in report.required else ""
        yield f"| {_code(outcome.loader)} | {outcome.verdict.value} | {decides} |"


def _place(place: Location) -> str:
    return " ".join(_code(part) for part in (place.member, place.pointer) if part)


def _code(text: str) -> str:
    """The text as code, in which nothing is markup: even the bars of a table and the ticks that end it are replaced."""
    return f"`{text.replace('`', chr(0x2BC)).replace('|', chr(0xA6))}`" if text else ""


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
