"""The few exceptions that cross module borders."""

from __future__ import annotations


class InspectorError(Exception):
    """Base of the errors that callers may meet."""


class UsageError(InspectorError):
    """The request itself is wrong: one line for the user, exit status 2."""


class MalformedArtifactError(InspectorError):
    """The bytes are broken; the reader turns it into a `Damage` of the artifact.

    `member` is the path inside the artifact, `offset` the byte where reading stopped (None: not known).
    """

    def __init__(self, member: str, reason: str, offset: int | None = None) -> None:
        super().__init__(f"{member}: {reason}" if offset is None else f"{member} at byte {offset}: {reason}")
        self.member = member
        self.reason = reason
        self.offset = offset


class LimitError(InspectorError):
    """A size, depth, count or ratio is over its limit; the reader turns it into a `Gap`."""

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(f"{member}: {reason}")
        self.member = member
        self.reason = reason


class ReaderDiedError(LimitError):
    """The process that was given the bytes did not survive them, or never answered."""
