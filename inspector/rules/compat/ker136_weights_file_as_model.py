"""The HDF5 file holds no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """What helps in this case."""
    weights = f"build the model in code and call load_weights('{case.file}')"
    return f"no release finds a model in it: {weights}, or copy the file again if it should be a whole model"


RULE = Rule(
    code="KER136",
    name="weights-file-as-model",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the HDF5 file holds no model_config: it is no whole model",
    fix="build the model in code and call load_weights, or save the whole model with model.save()",
    what="load_model reads the architecture from the attribute model_config, which only whole models have.",
    why="save_weights, and callbacks with save_weights_only, write files of the same suffix that hold weights alone.",
    example="load_model on the file that save_weights wrote",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
