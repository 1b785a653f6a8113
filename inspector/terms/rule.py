"""What a rule is: a permanent code with the words that explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.terms.finding import Category, Severity


@record
class Rule:
    """One rule. `message` and `fix` are format templates; their fields are listed in `fields_of`.

    `what`, `why`, `example` and `references` are the rule's documentation under its fixed headings. `advise` says the
    fix of one case (a `rules.case.Case`) in place of `fix`, where that hangs on what wrote the file and on where it
    fails.
    """

    code: str
    name: str
    category: Category
    severity: Severity
    message: str
    fix: str
    what: str
    why: str
    example: str = ""
    references: tuple[str, ...] = ()
    advise: Callable[[Any], str] | None = None
