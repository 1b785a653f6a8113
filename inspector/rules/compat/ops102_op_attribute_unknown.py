"""A node carries an attribute that the target's OpDef does not declare."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS102",
    name="op-attribute-unknown",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{op}' has no attribute '{attr}' in {runtime}",
    fix=(
        "save the model again with the older release, or load it with TensorFlow 2.5 or later, which ignores "
        "attributes that it does not know"
    ),
    what="A node carries an attribute that the target's OpDef does not declare.",
    why=(
        "Up to 2.4 TensorFlow refuses such a node, whatever the attribute's value is. Attributes that have "
        "their default are left out by most writers, but not by all."
    ),
    example="`AssignVariableOp.validate_shape` in TensorFlow 2.4",
    references=(),
)
