"""What an audit sees: oddities that readers notice in containers, and sightings of what can hurt, with no target."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.finding import Location


class Risk(StrEnum):
    """How much harm what was seen can do, where it runs. Critical and high are errors, medium is a warning."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(StrEnum):
    """How sure the sighting itself is; how much harm it does is its risk."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Moment(StrEnum):
    """When what was seen takes effect."""

    LOAD = "load"  # by loading alone
    UNLOAD = "unload"  # when the loaded object is collected
    CALL = "call"  # when a signature, function or the model is called
    SAVE = "save"  # when it is saved again, or a checkpoint is written
    DEAD = "dead"  # nothing reaches it
    READ = "read"  # any program that opens the file meets it


class Exposure(StrEnum):
    """What the target does with it."""

    RUNS = "runs"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@record
class Oddity:
    """Something in a container that a reader noticed and that no normal writer makes.

    `kind` is a word such as `zip-duplicate-name`; a security rule turns it into a finding. `details` are plain values.
    """

    kind: str
    location: Location
    details: Mapping[str, str] = field(default_factory=dict)


@record
class Sighting:
    """What a security rule saw. `details`, subject, member and pointer fill the fields of the rule's message and fix.

    `guard` names the recorded guard of `inspector.audit.guards` that stops it in some releases ("": nothing does).
    `loaders` are the calls it takes effect in; empty where it is the same for all.
    """

    rule: str
    subject: str
    location: Location
    risk: Risk
    confidence: Confidence = Confidence.HIGH
    moment: Moment = Moment.LOAD
    guard: str = ""
    loaders: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
