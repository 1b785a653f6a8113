"""A baseline: the findings that a project lives with today, so that only new ones count.

It holds fingerprints, so other code at an accepted place is new; the words beside them are for its readers.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.terms.errors import UsageError
from inspector.terms.fingerprint import fingerprint
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.terms.finding import Finding
    from inspector.terms.report import Report

VERSION = 1
# 100,000 entries of 300 bytes: a project with more has another problem.
SIZE_LIMIT = 32 << 20
# Stale entries that are named: the file has them all.
_NAMED = 5
_NEEDED = {"artifact", "rule", "fingerprint"}


@record
class Baseline:
    """The entries of one file, as they are written there."""

    path: str
    entries: tuple[dict[str, str], ...] = ()


def read_baseline(path: str, *, needed: bool = True) -> Baseline:
    """The baseline in that file; empty where there is none and none is needed. Raises UsageError for another file."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError as error:
        if needed:
            raise UsageError(f"no baseline {path} (--write-baseline makes one)") from error
        return Baseline(path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    return Baseline(path, tuple(_entries(content, path)))


def _entries(content: bytes, path: str) -> list[dict[str, str]]:
    wrong = UsageError(f"{path} is no baseline of version {VERSION}")
    try:
        document = json.loads(content) if len(content) <= SIZE_LIMIT else None
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(document, dict) or document.get("baseline_version") != VERSION:
        raise wrong
    entries = document.get("findings")
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        raise wrong
    return entries


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.keys() >= _NEEDED and all(isinstance(v, str) for v in entry.values())


def compared(report: Report, baseline: Baseline) -> Report:
    """The report with each finding marked `known` or `new`, and a note about entries that no longer apply."""
    # One file serves all the models of a project: the entries of others are none of this report's business.
    name = _name(report, baseline.path)
    entries = {entry["fingerprint"]: entry for entry in baseline.entries if entry["artifact"] == name}
    findings = [(finding, fingerprint(finding, report.artifact.path)) for finding in report.findings]
    marked = tuple(replace(f, standing="known" if key in entries else "new") for f, key in findings)
    # What a suppression leaves out is still found: its entry is not stale.
    seen = {key for _, key in findings} | {fingerprint(s.finding, report.artifact.path) for s in report.suppressed}
    stale = [entry for key, entry in entries.items() if key not in seen]
    return replace(report, findings=marked, notes=(*report.notes, *_stale(stale, baseline.path)))


def _stale(entries: Sequence[dict[str, str]], path: str) -> Iterator[str]:
    if entries:
        named = "; ".join(
            f"{e['rule']} {e.get('member', '')} {e.get('pointer', '')}".rstrip() for e in entries[:_NAMED]
        )
        more = f" and {len(entries) - _NAMED} more" if len(entries) > _NAMED else ""
        yield f"no longer found, though in the baseline {Path(path).name}: {named}{more}"


def renewed(earlier: Baseline, report: Report) -> Baseline:
    """The baseline with the findings of this artifact in place of what it held of it."""
    name = _name(report, earlier.path)
    others = tuple(entry for entry in earlier.entries if entry["artifact"] != name)
    return replace(earlier, entries=others + tuple(_entry(f, report, earlier.path) for f in report.findings))


def baseline_text(baseline: Baseline) -> str:
    """What its file holds, in an order that changes as little as its entries do."""
    names = ("artifact", "rule", "member", "pointer", "fingerprint")
    # Sorted, one entry after the other: the file is kept in a repository, where its changes are read.
    entries = sorted(baseline.entries, key=lambda entry: [entry.get(name, "") for name in names])
    return json.dumps({"baseline_version": VERSION, "findings": entries}, indent=1) + "\n"


def _entry(finding: Finding, report: Report, path: str) -> dict[str, str]:
    place = finding.locations[0]
    return {
        "artifact": _name(report, path),
        "rule": finding.rule,
        "member": place.member,
        "pointer": place.pointer,
        "subject": finding.subject,
        "fingerprint": fingerprint(finding, report.artifact.path),
    }


def _name(report: Report, path: str) -> str:
    """The artifact's path from the folder of the baseline: the same in every copy of a project."""
    folder, full = os.path.dirname(os.path.abspath(path)), os.path.abspath(report.artifact.path)  # noqa: PTH100, PTH120
    # A model outside the project goes by its name alone: the folders above it differ from machine to machine.
    inside = full.startswith(folder.rstrip(os.sep) + os.sep)
    return (os.path.relpath(full, folder) if inside else os.path.basename(full)).replace(os.sep, "/")  # noqa: PTH119
