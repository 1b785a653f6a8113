"""The graph asks a lookup table that nothing fills when the session loads it."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="SMD111",
    name="table-uninitialized",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="table '{subject}' is never filled in a session",
    fix="save the model with main_op=tf.compat.v1.tables_initializer(), or run that op before the first lookup",
    what="The graph asks a lookup table that nothing fills when the session loads it.",
    why="The session loader runs the main op that was saved with the graph; where there is none, tables stay empty.",
    example="`SavedModelBuilder.add_meta_graph_and_variables` without `main_op`: `Table not initialized.`",
    references=("https://www.tensorflow.org/api_docs/python/tf/compat/v1/tables_initializer",),
)
