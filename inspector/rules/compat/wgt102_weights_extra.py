"""The weights file holds values for which the model has no variable."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT102",
    name="weights-extra",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="the file holds {count} value(s) that {model} has no variable for: {names}",
    fix="use the model that the weights were saved from, or cut the layers from the file",
    what="The weights file holds values for which the model has no variable.",
    why=(
        "By-order readers refuse a file with another number of layers; readers of object paths and checkpoints "
        "leave them unread."
    ),
    example="weights of a model with one layer more",
)
