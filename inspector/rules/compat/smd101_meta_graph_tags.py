"""The SavedModel does not hold exactly the MetaGraph that the loader looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


def advise(case: Case) -> str:
    """The tags are the caller's to give."""
    if case.detail("count") == "0":
        return "copy the SavedModel again: it holds no MetaGraph, and no release loads anything from it"
    first = case.artifact.saved_model.meta_graphs[0].tags if case.artifact and case.artifact.saved_model else ()
    if case.loader.startswith("tf.compat.v1"):
        return f"name the tags that it has: tags={sorted(first)!r}"
    return f"name the tags that it has: tf.saved_model.load('{case.file}', tags={sorted(first)!r})"


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
    advise=advise,
)
