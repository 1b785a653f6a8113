"""What is found: places, problems that a loader meets, findings, gaps, verdicts."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.audit import Confidence, Exposure, Moment, Risk


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Category(StrEnum):
    """What a finding is about."""

    COMPAT = "compat"
    SECURITY = "security"
    INTEGRITY = "integrity"


class Verdict(StrEnum):
    """The answer for one loader."""

    LOADS = "loads"
    FAILS = "fails"
    UNKNOWN = "unknown"


@record
class Location:
    """A place: `member` is a path inside the artifact, `pointer` a JSON pointer, node path or HDF5 path in it."""

    member: str
    pointer: str = ""


@record
class ExpectedError:
    """The exception that the real loader raises: class name and text. A load that never returns has type `timeout`."""

    type: str
    message: str


@record
class Gap:
    """Something that could not be judged. With a gap on its path no loader is said to load."""

    location: Location
    reason: str
    # The process that read it died of it: a finding as well.
    fatal: bool = False


@record
class Problem:
    """One thing that stops a loader, in the loader's own order.

    `rule` is the permanent code of the rule that explains it; `subject` the value it is about (a class, an op, a key);
    `details` fill the named fields of the rule's message and fix.
    """

    rule: str
    subject: str
    location: Location
    error: ExpectedError
    details: Mapping[str, str] = field(default_factory=dict)


@record
class Outcome:
    """What one loader does with the artifact. `loader` is a name of the public contract.

    `problems` are in the order in which the loader meets them: the first is the one that is raised.
    """

    loader: str
    problems: tuple[Problem, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Fails with any problem, else unknown with any gap, else loads."""
        # A gap before or behind a problem changes nothing: the load has failed.
        if self.problems:
            return Verdict.FAILS
        return Verdict.UNKNOWN if self.gaps else Verdict.LOADS

    @property
    def error(self) -> ExpectedError | None:
        """The exception that ends the load; None where it does not fail."""
        return self.problems[0].error if self.problems else None


@record
class Finding:
    """A problem as the user reads it: the rule's words, every place, the loaders it blocks, the fix."""

    rule: str
    name: str
    severity: Severity
    category: Category
    message: str
    locations: tuple[Location, ...]
    fix: str
    blocks: tuple[str, ...] = ()
    predicts: ExpectedError | None = None
    # Of the category security only: how much harm, how sure, when, and what the target (or which releases) make of it.
    risk: Risk | None = None
    confidence: Confidence | None = None
    moment: Moment | None = None
    exposure: Exposure | None = None
    exposure_text: str = ""
    # What the finding is about, and what else the artifact says there: with the place they make its fingerprint.
    subject: str = ""
    details: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    # Held against a baseline: `known` or `new`; "" without one.
    standing: str = ""
    # What the configuration adds for the reader: an expired suppression, one that is refused.
    note: str = ""


@record
class Suppressed:
    """A finding that the configuration leaves out: `by` is `select`, `ignore` or `suppression`, `reason` its words."""

    finding: Finding
    by: str
    reason: str
    expires: str = ""
