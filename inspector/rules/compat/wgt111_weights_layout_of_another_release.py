"""Weights that list layers by name, as `save_weights` wrote them up to Keras 2.11, where object paths are read."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT111",
    name="weights-layout-of-another-release",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message=("the file lists its layers by name ({layout}), and under this name {runtime} reads files of object paths"),
    fix="rename the file from NAME.weights.h5 to NAME.h5: the reader of layer lists then takes it",
    what=(
        "Up to Keras 2.11 `save_weights('x.weights.h5')` wrote a list of layers; later releases write the path of "
        "each object."
    ),
    why="The ending decides which reader is used, and the two layouts share nothing.",
    example="a file `x.weights.h5` of TensorFlow 2.10 in TensorFlow 2.15",
)
