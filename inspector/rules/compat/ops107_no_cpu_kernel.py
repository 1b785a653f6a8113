"""The op is registered, but no kernel for it runs on a CPU."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="OPS107",
    name="no-cpu-kernel",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="op '{subject}' has no CPU kernel for these types in {runtime}",
    fix="run it where {devices} is available, or replace the op before saving",
    what="The op is registered, but no kernel for it runs on a CPU.",
    why="Loading only needs the op's definition. The missing kernel is met when the signature is called.",
    example="`SegmentSumV2`, which is built for XLA only",
    references=(),
)
