"""The graph says which readers it is meant for, and the target is not one of them."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS105",
    name="graph-def-version",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the GraphDef's versions exclude {runtime}: {pointer} is {subject}",
    fix="use a newer TensorFlow",
    what="The graph says which readers it is meant for, and the target is not one of them.",
    why=(
        "`min_consumer` and `bad_consumers` are checked where a whole graph is imported: by the session "
        "loader and by `tf.import_graph_def`. The object loader ignores them."
    ),
    example="",
    references=("https://www.tensorflow.org/guide/versions",),
)
