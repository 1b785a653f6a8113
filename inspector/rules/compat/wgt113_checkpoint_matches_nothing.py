"""A checkpoint is matched by object paths, and nothing but the root is found in both."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT113",
    name="checkpoint-matches-nothing",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="no object path of the checkpoint is one of the model's",
    fix=(
        "restore it with tf.train.Checkpoint(model=model) if it was saved so; a checkpoint of another Keras major "
        "has other paths"
    ),
    what="A checkpoint is matched by object paths, and nothing but the root is found in both.",
    why=(
        "`load_weights` asserts that something was matched; `Checkpoint.restore` says nothing and leaves the model "
        "as it is."
    ),
    example="a checkpoint of tf.train.Checkpoint(model=model) given to model.load_weights",
)
