"""A text attribute is stored in a form that old Keras cannot decode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.runtime.distributions import release
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """h5py 3 hands over every text as str, h5py 2 only what was stored as UTF-8."""
    stored = f"store the attribute {case.subject} as fixed-length bytes (numpy.bytes_)"
    if release(case.runtime.packages.get("h5py", "2")) >= (3,):
        return f"install h5py<3 beside this TensorFlow, or {stored}"
    return f"{stored}, or install tensorflow>=2.5"


RULE = Rule(
    code="KER131",
    name="text-attribute-not-bytes",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the attribute {subject} is no bytes to the h5py of this environment, and {runtime} decodes it",
    fix=(
        "use TensorFlow 2.5 or later, or h5py below 3 with TensorFlow up to 2.4; a file that a tool "
        "rewrote must store the attribute as bytes"
    ),
    what="Keras up to TensorFlow 2.4 calls decode() on text attributes, and h5py hands this one over as str.",
    why=(
        "h5py 3 hands over all variable-length text as str, and h5py 2 what was stored as UTF-8: files "
        "that a script edited, or any file where h5py 3 meets TensorFlow 2.4."
    ),
    example="TensorFlow 2.3 with h5py 3.1: AttributeError: 'str' object has no attribute 'decode'",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
