"""A member holds no bytes."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="INT102",
    name="empty-member",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{member} is empty: {reason}",
    fix="download or save it again: the writing was cut off before the first byte",
    what="A member that must hold data is 0 bytes long.",
    why=(
        "Interrupted downloads and full disks leave empty files behind; loaders then speak of tags "
        "or signatures instead."
    ),
    example="saved_model.pb of 0 bytes: the loader complains about a `tags=` argument",
    references=(),
)
