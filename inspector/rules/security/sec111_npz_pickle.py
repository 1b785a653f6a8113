"""A pickle among the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC111",
    name="npz-pickle",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{member} holds {subject}",
    fix="do not load the file with Keras before 3.9 or tf_keras before 2.20; have the weights saved as HDF5",
    what="model.weights.npz holds an array of objects, which is a pickle, or an entry that is no array at all.",
    why=(
        "Keras 2.12 to 3.8 and tf_keras up to 2.19 read the file with allow_pickle, and a pickle runs code. Keras "
        "itself wrote such arrays there where weights were saved as npz, so that one alone does not prove an attack: "
        "what it holds decides, and no pickle is read here."
    ),
    example="layers/dense.npy with the header {'descr': '|O', ...}",
    references=("https://numpy.org/doc/stable/reference/generated/numpy.load.html",),
)
# NumPy reads an entry that is no array as plain bytes: alone it runs nothing, but no writer of weights leaves one.
_TEXTS = {
    "npz-object-array": (Risk.CRITICAL, "an array of objects: a pickle"),
    "npz-no-array": (Risk.HIGH, "an entry that is no array"),
}
TRIGGERS = tuple(f"oddity:{kind}" for kind in _TEXTS)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each entry."""
    for oddity in evidence.oddities(*_TEXTS):
        risk, text = _TEXTS[oddity.kind]
        yield Sighting(RULE.code, text, oddity.location, risk, guard=f"npz_pickle@{evidence.container}")
