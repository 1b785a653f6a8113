"""`inspect --recursive FOLDER`, and several models at once: each in a process of its own, one line each."""

from __future__ import annotations

import importlib
import json
import sys
from functools import partial
from typing import TYPE_CHECKING

import inspector
from inspector.cli.main import meant
from inspector.cli.output import flush, write
from inspector.cli.policy import decided, decisions
from inspector.isolate import limits
from inspector.report.formats import render
from inspector.report.joined import joined, worst_status
from inspector.report.readable import escaped, plain
from inspector.report.style import style
from inspector.report.words import line, tally
from inspector.terms.artifact import Artifact, Format
from inspector.terms.errors import InspectorError, UsageError
from inspector.terms.finding import Gap
from inspector.terms.record import record, replace
from inspector.terms.report import Report, Requirements

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from inspector.cli.policy import Decisions
    from inspector.terms.runtime import Runtime

_NOT_JUDGED, _NOT_READ = 3, "NOT READ"
_READERS = ("inspector.reading", *(f"inspector.formats.{name}" for name in ("saved_model", "keras_zip", "keras_h5")))
_STATUSES, _COLORS = (0, 1, 3), ("green", "yellow", "red", "dim")


@record
class _One:
    """What is kept of one model: its text, exit status, its line's word and colour, and entries for a baseline."""

    text: str
    status: int
    word: str
    color: str = "yellow"
    entries: str = "[]"


def run(options: argparse.Namespace, target: Runtime | None) -> int:
    """Judge every model and print a line, or one report of them all; goes on after failures. The worst exit status."""
    _demand(options)
    paths, asides = _models(options)
    by = decisions(options, paths)
    # Each line is printed as soon as it is known; the worst status can be known only at the end.
    found = [_shown(one, options) for one in _judged(paths, options, target, by)]
    if options.format == "table":
        text = "\n".join([*asides, tally([one.word for one in found])])
        write(joined([*(one.text for one in found), text], "table") if options.output else text, options.output)
    else:
        write(joined([one.text for one in found], options.format), options.output)
        sys.stderr.write("".join(f"inspect: {aside}\n" for aside in asides))
    _keep_baseline(found, by)
    return worst_status([one.status for one in found])


def _demand(options: argparse.Namespace) -> None:
    for name in ("matrix", "model_of_weights"):
        if getattr(options, name):
            raise UsageError("--matrix and --with take one model")


def _models(options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """The paths to judge, and what is to be said of what is not judged. UsageError where there is none."""
    named = [options.model, *options.more]
    # Named paths are judged even where they look like no model: the answer is then why not.
    if not options.recursive:
        return named, []
    from inspector.formats.below import models_below  # noqa: PLC0415 - only here

    below = [models_below(path) for path in named]
    paths = [model for part in below for model in part.models]
    if not paths:
        raise UsageError(f"no model below {', '.join(named)} ({sum(part.others for part in below)} other files)")
    others = sum(part.others for part in below)
    asides = [f"{others} other file{'s are' if others > 1 else ' is'} no model"] if others else []
    return paths, asides + [f"not opened: {plain(path)}" for part in below for path in part.closed]


def _judged(paths: Iterable[str], options: argparse.Namespace, target: Runtime | None, by: Decisions) -> Iterator[_One]:
    listed = list(paths)
    _prepare(options, target)
    for number, path in enumerate(listed, 1):
        _progress(f"[{number}/{len(listed)}] {plain(path)}")
        try:
            yield _apart(path, options, target, by)
        # A folder of a thousand models must not end at the first that cannot be read.
        except InspectorError as error:
            hint = meant(path, str(error)) if number == 1 else ""
            yield _unread(path, f"{error}{hint}", options)
    _progress("")


def _prepare(options: argparse.Namespace, target: Runtime | None) -> None:
    """Load here, once, what each child would load anew: our own modules and our own facts, nothing of a model."""
    from inspector.codec.protobuf import message_class  # noqa: PLC0415 - only here
    from inspector.engine.applicable import MODELS  # noqa: PLC0415 - as above
    from inspector.engine.capabilities import candidates  # noqa: PLC0415 - as above

    loaders = [model.module for models in MODELS.values() for model in models] if target is not None else []
    for module in ("inspector.engine.check", f"inspector.report.{options.format}_report", *_READERS, *loaders):
        importlib.import_module(module)
    # Before the first fork: children share what is loaded here, and each would build the pool of messages again.
    message_class("tensorflow.SavedModel")
    if target is not None:
        candidates(target)


def _unread(path: str, reason: str, options: argparse.Namespace) -> _One:
    """What is said of a path that could not be read at all: no report may be silent about it."""
    if options.format == "table":
        return _One(f"{_NOT_READ:11} {plain(path)}: {plain(reason)}", _NOT_JUDGED, _NOT_READ)
    artifact = Artifact(path, Format.UNKNOWN, is_directory=False, suffix="", magic=b"")
    gaps = (Gap(artifact.whole, f"not read: {reason}"),)
    report = Report(artifact, None, (), (), (), Requirements(), gaps, exit_status=_NOT_JUDGED)
    return _One(render(report, options.format), _NOT_JUDGED, _NOT_READ)


def _apart(path: str, options: argparse.Namespace, target: Runtime | None, by: Decisions) -> _One:
    """One model, in a child with limits unless the options say otherwise. Its death is a report like any other."""
    work = partial(_frames, path, options, target, by)
    if options.no_isolation or options.debug or not limits.available():
        return _of_frames(work())
    from inspector.isolate.child import run as run_child  # noqa: PLC0415 - nothing of it where it is off

    ended = run_child(work)
    try:
        if not ended.death:
            return _of_frames(ended.frames)
        death = ended.death
    except (KeyError, ValueError) as error:
        death = f"its answer is not understood: {error}"
    from inspector.engine.died import died_report  # noqa: PLC0415 - few die

    return _of_frames(_told(decided(died_report(path, death), by), options, by))


def _frames(path: str, options: argparse.Namespace, target: Runtime | None, by: Decisions) -> list[tuple[str, str]]:
    found = inspector.check(inspector.read(path), target, loaders=options.loader, debug=options.debug)
    return _told(decided(found, by), options, by)


def _told(report: Report, options: argparse.Namespace, by: Decisions) -> list[tuple[str, str]]:
    """What is kept of a report, as texts: they come from a process that a file may have taken over."""
    said = line(report)
    text = f"{said.word:11} {said.after}" if options.format == "table" else render(report, options.format)
    frames = [("text", text), ("status", str(report.exit_status or 0)), ("word", said.word), ("color", said.color)]
    if by.written is not None:
        from inspector.engine.baseline import renewed  # noqa: PLC0415 - few runs have one

        frames.append(("entries", json.dumps(renewed(replace(by.written, entries=()), report).entries)))
    return frames


def _of_frames(frames: Iterable[tuple[str, str]]) -> _One:
    """KeyError or ValueError where the frames are not what `_told` makes."""
    told = dict(frames)
    json.loads(told.get("entries", "[]"))
    text = "\n".join(map(escaped, told["text"].split("\n")))
    status, color = int(told["status"]), told["color"]
    # The frames come from a process that read a stranger's file: what it could not have said is not repeated.
    if status not in _STATUSES or color not in _COLORS:
        raise ValueError(f"status {status}, colour {color!r}")
    return _One(text, status, plain(told["word"]), color, told.get("entries", "[]"))


def _shown(one: _One, options: argparse.Namespace) -> _One:
    """The same, after its line is printed: a long run says what it has as it goes."""
    if options.format == "table" and options.output is None:
        _progress("")
        write(one.text.replace(one.word, style(allowed=True).paint(one.word, one.color, "bold"), 1))
        flush()
    return one


def _progress(text: str) -> None:
    """The line of progress on a terminal; an empty text wipes it."""
    if sys.stderr.isatty():
        # Cut short: a line that wraps is not wiped by the next carriage return.
        sys.stderr.write(f"\r\x1b[K{text[:100]}")
        sys.stderr.flush()


def _keep_baseline(found: list[_One], by: Decisions) -> None:
    if by.written is None:
        return
    from inspector.engine.baseline import baseline_text  # noqa: PLC0415 - few runs have one

    entries = [entry for one in found for entry in json.loads(one.entries)]
    # Written once, after the last model: a run that is broken off leaves the old baseline whole.
    names = {entry["artifact"] for entry in entries}
    others = [entry for entry in by.written.entries if entry["artifact"] not in names]
    write(baseline_text(replace(by.written, entries=(*others, *entries))), by.written.path)
