"""A node asks for a device of another job, or in a session for one that is no CPU."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS115",
    name="device-not-there",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{op}' must run on {device}, which an ordinary process has not",
    fix="save the model with clear_devices=True, or without tf.device around the op",
    what="A node asks for a device of another job, or in a session for one that is no CPU.",
    why=(
        "Names of devices are stored with the nodes. A missing GPU is replaced by the CPU where soft placement is on; "
        "a device of another job or task never is."
    ),
    example="a graph of a parameter server, saved with `/job:ps/task:0`",
    references=("https://www.tensorflow.org/api_docs/python/tf/config/set_soft_device_placement",),
)
