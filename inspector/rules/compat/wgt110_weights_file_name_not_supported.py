"""`load_weights` chooses its reader by the file's name alone."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT110",
    name="weights-file-name-not-supported",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{loader} of {runtime} does not read {subject} under this name",
    fix=(
        "give the file the ending of what it is (.weights.h5, .h5, .keras); save a TensorFlow checkpoint again as "
        ".weights.h5 with a Keras 2 release"
    ),
    what="`load_weights` chooses its reader by the name of the file alone.",
    why="Keras 3 has no reader for TensorFlow checkpoints, and none for other names.",
    example="model.load_weights('checkpoints/cp-0001') in Keras 3",
)
