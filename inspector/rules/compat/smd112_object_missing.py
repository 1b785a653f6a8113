"""An object of the object graph names another one that is not there."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD112",
    name="object-missing",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{pointer} names object {subject}, which the object graph lacks",
    fix="copy the model again from the source: no release of TensorFlow writes such a graph",
    what="Objects name their parts by number. One of the numbers is beyond the last object.",
    why="Every object is wired to its parts when the model loads, and Keras follows the numbers before that.",
    example="a saved_model.pb that was damaged, or written by hand",
    references=(),
)
