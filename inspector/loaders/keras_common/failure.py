"""The exception that a modelled loader raises, on its way through the modelled `except` clauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import ExpectedError, Location, Problem
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping


@record(frozen=False, eq=False)
class LoadFailure(Exception):  # noqa: N818 - it is what the real loader raises, not an error of ours
    """What the real loader raises: `type` is its exception class, `text` its message.

    `rule`, `subject`, `pointer` and `details` say why, for the user; they survive the rewording that the real loader's
    `except` clauses do. `member` is empty for the config that the load began with.
    """

    type: str
    text: str
    rule: str
    subject: str
    pointer: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    member: str = ""

    def reworded(self, kind: str, text: str) -> LoadFailure:
        """The same failure as another exception: what `raise ... from e` makes of it."""
        # The place stays that of the cause: a user mends a key of a layer, not the `except` clause that wrapped it.
        return LoadFailure(kind, text, self.rule, self.subject, self.pointer, self.details, self.member)

    def problem(self, member: str) -> Problem:
        """The failure as a problem of the load; `member` is where the config lies."""
        location = Location(self.member or member, self.pointer)
        return Problem(self.rule, self.subject, location, ExpectedError(self.type, self.text), self.details)
