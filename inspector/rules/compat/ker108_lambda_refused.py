"""Safe mode refuses Python code in the model."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER108",
    name="lambda-refused",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{runtime} refuses to load the Python code in {subject}",
    fix=("if you trust the file, load with safe_mode=False; better, replace the Lambda by a layer class of your own"),
    what="The model stores the bytecode of a Python lambda, and loading it would run code from the file.",
    why=(
        "A Lambda can do anything that Python can. Safe mode is on by default for .keras files, and for .h5 "
        "files since Keras 3.11.3."
    ),
    example="keras.layers.Lambda(lambda x: x * 2)",
    references=("https://keras.io/api/layers/core_layers/lambda/",),
)
