"""The SavedModel's proto is missing or does not parse."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD120",
    name="saved-model-unreadable",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{loader} cannot read {subject}: {reason}",
    fix="{remedy}",
    what="The SavedModel's proto is missing or does not parse.",
    why=(
        "Nothing of the model can be known without it. Up to TensorFlow 2.11, with protobuf 3, some damaged "
        "files are read as far as they go."
    ),
    example="",
    references=(),
)
