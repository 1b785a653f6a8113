"""The model has variables for which the weights file holds nothing."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="WGT101",
    name="weights-missing",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{count} variable(s) of {model} have no value in the file: {names}",
    fix="save the weights from this model, or give the layers that the file lacks to a model of their own",
    what="The model has variables for which the weights file holds nothing.",
    why=(
        "By-order readers refuse a file with another number of layers; readers of object paths and checkpoints may "
        "leave the variables as they were initialized, without a word."
    ),
    example="a Dense layer added after the weights were saved",
)
