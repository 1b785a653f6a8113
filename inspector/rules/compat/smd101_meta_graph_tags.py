"""The SavedModel does not hold exactly the MetaGraph that the loader looks for."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD101",
    name="meta-graph-tags",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{loader} finds no MetaGraph for its tags; there are {count}: {tag_sets}",
    fix="name the tags that the SavedModel has, or export it with the tag `serve`",
    what="The SavedModel does not hold exactly the MetaGraph that the loader looks for.",
    why=(
        "Without `tags`, `tf.saved_model.load` wants a single MetaGraph. The session loader and serving want "
        "one tagged exactly `serve`. An empty or foreign file parses as a SavedModel without any."
    ),
    example="",
    references=("https://www.tensorflow.org/guide/saved_model",),
)
