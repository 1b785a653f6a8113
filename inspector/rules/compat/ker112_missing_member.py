"""The file lacks a part that every model has."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER112",
    name="missing-member",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} is missing",
    fix="save the model again with model.save(); a file with weights alone belongs to load_weights",
    what="The archive or HDF5 file does not hold the config or the weights.",
    why=("Weights files are often taken for models, and archives zipped by hand often have a folder level too many."),
    example="load_model on the file that save_weights wrote",
    references=(),
)
