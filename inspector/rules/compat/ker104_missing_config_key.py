"""A stored config lacks a key that the class needs."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER104",
    name="missing-config-key",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the config of {subject} lacks {keys}",
    fix="write the config with get_config() of the class, or add the key by hand",
    what="The constructor, or the class's own from_config, needs a key that the config does not have.",
    why=(
        "Hand-edited configs and custom classes with an incomplete get_config() are the usual causes; newer "
        "releases also need keys that older ones did not write."
    ),
    example="a Dense without `units`",
    references=(),
)
