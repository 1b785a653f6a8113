"""A Cast between dtypes that no kernel converts."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS113",
    name="impossible-cast",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="a Cast from {subject} cannot run in {runtime}, nor in any other release",
    fix=(
        "no release runs it: convert with `tf.strings.to_number`, or give the layer the dtype that it expects, and "
        "save the model again"
    ),
    what="A Cast between dtypes that no kernel converts.",
    why="The op accepts every pair of dtypes, so that it saves and loads; its kernel refuses the pair when it runs.",
    example="a `StringLookup` on the output of another `StringLookup`: `Cast string to int64 is not supported`",
    references=("https://www.tensorflow.org/api_docs/python/tf/strings/to_number",),
)
