"""A layer that must be rebuilt from its config cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    return case.released(f"tf.saved_model.load('{case.file}') opens the model as it is")


RULE = Rule(
    code="KER207",
    name="layer-must-come-from-config",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} must be rebuilt from its config, which {runtime} refuses",
    fix="load with the release that saved the model, or register the class",
    what="The layer's state cannot come back from saved functions, and the release refuses its config.",
    why="Preprocessing layers with lookup tables are marked so, and their configs differ between releases.",
    example="a StringLookup of 2.8 in 2.6: RuntimeError: Unable to restore a layer of class StringLookup",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
