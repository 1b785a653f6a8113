"""Models `parse_saved_model`: which file is read, and whether this release's protobuf takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.context import PB, PBTXT
from inspector.loaders.graph.damage import remedy_of
from inspector.loaders.graph.texts import numbers
from inspector.terms.artifact import DamageKind
from inspector.terms.finding import ExpectedError, Gap, Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.terms.artifact import Damage, TextError
    from inspector.terms.graph import SavedModel

# Protobuf before 4 ends at a stray group end with a warning, as TensorFlow up to 2.11 has it.
_STRICT_PROTOBUF = (4,)


def parsed(context: Context) -> tuple[tuple[Problem, ...], SavedModel | None]:
    """What stops both loaders before they know anything of the model, else the model: they share the parser."""
    problems = tuple(file_problems(context))
    return problems, None if problems else context.artifact.saved_model


def file_problems(context: Context) -> Iterator[Problem]:
    """What stops the loader before it knows anything of the model."""
    artifact = context.artifact
    if not artifact.has_member(PB) and not artifact.has_member(PBTXT):
        yield _at(PB, context.error("load/no_file").message, "it is missing", remedy_of(DamageKind.MISSING))
        return
    damage = artifact.damaged(context.member)
    # Damage without a fault of the wire format parses: what it broke is met where it is used.
    if damage is not None and damage.fault and not _is_tolerated(context, damage):
        text = _parse_error(context, damage)
        yield _at(damage.member, text, damage.reason, remedy_of(damage.kind))
    newer = _newer_text(context)
    if newer is not None:
        text = f"Cannot parse file b'{artifact.path}/{context.member}': {newer.text}."
        newest = max((item.since for item in context.artifact.text_errors), key=numbers)
        remedy = f"use TensorFlow {newest} or newer, or the binary form (saved_model.pb), which skips unknown fields"
        yield _at(context.member, text, f"it names a field of TensorFlow {newer.since}: {newer.text}", remedy)


def _newer_text(context: Context) -> TextError | None:
    """The first thing in a text proto that this release does not know; in the binary form it would be skipped."""
    release = numbers(context.facts.version)[:2]
    return next((item for item in context.artifact.text_errors if numbers(item.since)[:2] > release), None)


def file_gaps(context: Context) -> tuple[Gap, ...]:
    """A proto that was too large to read, where no damage explains its absence."""
    if context.artifact.saved_model is not None or context.artifact.damage:
        return ()
    own = tuple(gap for gap in context.artifact.gaps if gap.location.member == context.member)
    return own or (Gap(Location(context.member), "the SavedModel could not be read"),)


def _is_tolerated(context: Context, damage: Damage) -> bool:
    return damage.fault == "end-group" and not _is_strict(context)


def _is_strict(context: Context) -> bool:
    # The lock's protobuf decides where it names one: a release of TensorFlow runs with several.
    pinned = context.capabilities.runtime.packages.get("protobuf")
    if pinned is not None:
        return numbers(pinned) >= _STRICT_PROTOBUF
    return not context.texts.accepts("load/end_group")


def _parse_error(context: Context, damage: Damage) -> str:
    if damage.member.endswith("txt"):
        return f"Cannot parse file b'{context.artifact.path}/{damage.member}': {damage.reason}."
    return context.error("load/unparseable").message


def _at(member: str, text: str, reason: str, remedy: str) -> Problem:
    error = ExpectedError("OSError", text)
    return Problem("SMD120", member, Location(member), error, {"reason": reason, "remedy": remedy})
