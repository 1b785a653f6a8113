"""A suggestion as text and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.report.readable import readable
from inspector.report.words import describe
from inspector.terms.finding import Verdict
from inspector.terms.record import replace
from inspector.terms.report import finding_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inspector.remedy.changes import Change
    from inspector.remedy.ranges import Requirement
    from inspector.remedy.suggest import Suggestion
    from inspector.terms.finding import Finding
    from inspector.terms.report import Report

SCHEMA_VERSION = "1.0"
_SHOWN = 6  # custom objects named in one line


def as_text(found: Suggestion) -> str:
    """The answer first, then what to write where."""
    safe = replace(found, artifact=readable(found.artifact), report=readable(found.report))
    lines = _requirements(safe) if safe.report is None else _changes(safe, safe.report)
    return "\n".join(lines)


def _requirements(found: Suggestion) -> Iterator[str]:
    if not found.requirements:
        yield f"{found.artifact.path}: no recorded release is known to load it"
        return
    yield f"{found.artifact.path} loads with"
    for option in found.requirements:
        yield ""
        yield from (f"  {line}" for line in option.lines)
        python = f"Python {_span(option.pythons)}; " if option.pythons else ""
        yield f"    # {python}judged in {option.environments} environment{'s' * (option.environments > 1)}"
        yield from (f"    {line}" for line in _process(option))


def _changes(found: Suggestion, report: Report) -> Iterator[str]:
    if report.runtime is None:
        return
    where = describe(report.runtime)
    if report.verdict is Verdict.LOADS:
        yield f"LOADS in {where}: nothing to change"
        return
    yield f"{report.verdict.name} in {where}"
    error = next((o.error for o in report.outcomes if o.loader in report.required and o.error), None)
    # What fails today comes before what to change: a reader checks first that it is the failure they saw.
    if error is not None:
        yield f"  {error.type}: {' '.join(error.message.split())[:160]}"
    elif report.gaps:
        yield f"  {report.gaps[0].reason}"
    if not found.changes:
        yield "no change to this environment is known to make it load"
    for number, change in enumerate(found.changes, 1):
        yield ""
        yield from _numbered(number, _change(change, report.runtime.packages))


def _numbered(number: int, lines: list[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        yield f"  {f'{number}.' if index == 0 else '  '} {line}"


def _change(change: Change, packages: Mapping[str, str]) -> list[str]:
    lines = [_package(name, version, packages.get(name)) for name, version in change.packages.items()]
    if change.pythons:
        lines.append(f"Python {_span(change.pythons)}: the present one has no wheels of these releases")
    lines += _process(change)
    if change.call:
        lines.append(f"call {change.call}")
    if change.note:
        lines.append(f"({change.note})")
    return lines


def _package(name: str, version: str, before: str | None) -> str:
    return f"{name}=={version}  # now {before}" if before else f"{name}=={version}  # not there now"


def _process(option: Change | Requirement) -> list[str]:
    """What the process does besides: variables, imports, the user's own code."""
    lines = [f"set {name}={value}" for name, value in option.env.items()]
    lines += [f"import {module.replace(':', '  # then call ')}" for module in option.imports]
    if option.custom_objects:
        # Names come from the file: they are printed on a terminal, and copied from there.
        names = [name if name.isprintable() else ascii(name) for name in option.custom_objects[:_SHOWN]]
        more = ", ..." if len(option.custom_objects) > _SHOWN else ""
        lines.append(f"custom objects: {', '.join(names)}{more}")
    return lines


def _span(pythons: tuple[str, ...]) -> str:
    return pythons[0] if len(pythons) == 1 else f"{pythons[0]} to {pythons[-1]}"


def as_json(found: Suggestion, damage: Iterable[Finding] = ()) -> str:
    """The same as a JSON object; `damage` are the findings of a file of which nothing could be read."""
    report = found.report
    findings = [finding_dict(finding, found.artifact.path) for finding in damage]
    document = {
        "schema_version": SCHEMA_VERSION,
        "artifact": {"path": found.artifact.path, "format": found.artifact.format.value},
        "verdict": None if report is None else report.verdict.value,
        "changes": [_change_dict(change) for change in found.changes],
        "requirements": [_requirement_dict(option) for option in found.requirements],
        **({"findings": findings} if findings else {}),
    }
    return json.dumps(document, indent=2)


def _change_dict(change: Change) -> dict[str, Any]:
    return {
        "packages": dict(change.packages),
        "env": dict(change.env),
        "imports": list(change.imports),
        "custom_objects": list(change.custom_objects),
        "call": change.call,
        "pythons": list(change.pythons),
        "note": change.note,
    }


def _requirement_dict(option: Requirement) -> dict[str, Any]:
    return {
        "lines": list(option.lines),
        "pythons": list(option.pythons),
        "environments": option.environments,
        "env": dict(option.env),
        "imports": list(option.imports),
        "custom_objects": list(option.custom_objects),
    }
