"""Which Python wrote a stored function, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.lambda_functions import stored_functions
from inspector.audit.lambda_names import printable
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC102",
    name="lambda-python-version",
    category=Category.SECURITY,
    severity=Severity.NOTE,
    message="bytecode of Python {subject}, written in {path}: other Pythons fail on it, and it tells its author's path",
    fix="replace the Lambda by a layer class of your own, or load with Python {subject}",
    what="A stored function was compiled by a certain Python, and holds the path of the file that it was written in.",
    why=(
        "Bytecode changes with every minor release of Python: another one refuses it, or runs something else. The path "
        "often holds a user name and the name of a project."
    ),
    example="co_filename /home/alice/secret_project/train.py, compiled by Python 3.7",
    references=("https://docs.python.org/3/library/marshal.html",),
)
TRIGGERS = ("class:__lambda__", "class:Lambda", "key:function_type")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each stored function whose Python is known."""
    for stored in stored_functions(evidence):
        # Of bytes that no known Python wrote SEC101 says that they are unreadable.
        if stored.written is not None and stored.written.pythons:
            path = printable(stored.written.codes[0].filename) or "an unnamed file"
            details = {"path": path, "readers": " ".join(stored.readers)}
            subject = " or ".join(stored.written.pythons)
            yield Sighting(RULE.code, subject, stored.location, Risk.LOW, guard="lambda_python", details=details)
