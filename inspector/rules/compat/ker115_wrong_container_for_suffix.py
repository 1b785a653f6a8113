"""The file's content does not go with its suffix."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER115",
    name="wrong-container-for-suffix",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} is not the kind of file that its suffix promises",
    fix="rename the file to fit its content (.keras for a zip, .h5 for HDF5), or zip the folder's content",
    what="The suffix sends the path to one loader and the content belongs to another.",
    why="Keras 2 before 2.13 writes HDF5 also to a path that ends in .keras; Keras 3 asks for a zip there.",
    example="model.save('m.keras') under TensorFlow 2.10, opened by Keras 3",
    references=(),
)
