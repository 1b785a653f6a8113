"""Files in a model that no loader of it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit import folders
from inspector.rules.rule import Rule
from inspector.terms.audit import Moment, Risk, Sighting
from inspector.terms.finding import Category, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC303",
    name="stray-file",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{member} is {subject}: no part of a model",
    fix="remove it, or read it before you use it",
    what=(
        "A SavedModel folder or a .keras archive holds code, pickles, native libraries, programs, "
        "archives, or a package named as one that Keras imports from."
    ),
    why=(
        "Nothing loads it with the model, but whoever uses the folder may: custom ops by "
        "tf.load_op_library, pickles by hand, and packages by import where a process starts in that "
        "folder."
    ),
    example="keras_hub/__init__.py beside saved_model.pb",
    references=("https://docs.python.org/3/library/sys_path_init.html",),
)
TRIGGERS = ("member:stray", "oddity:disguised-file")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each file."""
    named = {member: (what, risk) for member, what, risk in folders.strays(evidence.artifact)}
    for oddity in evidence.oddities("disguised-file"):
        # What a suffix says is no disguise: the words for it stand.
        named.setdefault(oddity.location.member, (oddity.details["what"], Risk.MEDIUM))
    for member, (what, risk) in named.items():
        yield Sighting(RULE.code, what, Location(member), risk, moment=Moment.DEAD)
