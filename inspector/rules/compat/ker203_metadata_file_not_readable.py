"""keras_metadata.pb cannot be parsed."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER203",
    name="metadata-file-not-readable",
    category=Category.INTEGRITY,
    severity=Severity.ERROR,
    message="{subject} does not parse",
    fix=(
        "copy the folder again; git lfs pull where it is a pointer. tf.saved_model.load opens the model "
        "without that file"
    ),
    what="The file with Keras' metadata is damaged or is another file.",
    why="It is small, so that copies that cut large files and Git LFS pointers are the usual causes.",
    example="a Git LFS pointer in place of keras_metadata.pb",
    references=("https://www.tensorflow.org/guide/keras/save_and_serialize",),
)
