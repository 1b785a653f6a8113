"""The layers of the model cannot be connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """Releases connect in different order; within one release the config was edited."""
    return case.released(case.undo())


RULE = Rule(
    code="KER135",
    name="model-wiring-broken",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{subject} is not connected as the config says",
    fix=(
        "save the model again, or undo what was edited in its config: names of layers, inbound_nodes, "
        "input_layers, output_layers"
    ),
    what=(
        "A functional model's config names a layer that it does not hold, or a Sequential model has two "
        "layers of one name."
    ),
    why="Layers are connected by name; renaming one in a config leaves the others pointing to the old name.",
    example="an edited config with a renamed layer: KeyError: 'old_name'",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
    advise=advise,
)
