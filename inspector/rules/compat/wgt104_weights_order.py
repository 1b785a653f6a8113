"""Both sides have the same layers by name, in another order."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT104",
    name="weights-order",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{count} layer(s) of {model} stand at another place in the file: {names}",
    fix="define the layers in the order in which the file lists them, or load with by_name=True",
    what="Both sides have the same layers by name, in another order.",
    why=(
        "Files that list layers are read by order, not by name: values go to the wrong layers, or their shapes do "
        "not fit."
    ),
    example="two branches of a Functional model that were built in another order",
)
