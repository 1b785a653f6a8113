"""A convolution or pooling with a layout or dtype that plain CPU kernels refuse."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS114",
    name="layout-without-kernel",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{op}' with {value} cannot run on a CPU in {runtime}",
    fix="use TensorFlow {since} or newer, where oneDNN takes it, or save the model with channels last and float32",
    what="A convolution or pooling with a layout or dtype that plain CPU kernels refuse.",
    why=(
        "The op allows it, so the model loads; Eigen's kernels raise when they run. oneDNN's kernels take "
        "it: they answer from TensorFlow 2.9 on, and before where TF_ENABLE_ONEDNN_OPTS=1 is set (--env)."
    ),
    example="a model trained on a GPU with `data_format='channels_first'`",
    references=("https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/kernels/conv_ops.cc",),
)
