"""The op is registered, but no kernel for it runs on a CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.runtime.distributions import release
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.rules.case import Case


_CPU = ("CPU", "DEFAULT")


def _first_with_cpu_kernel(case: Case) -> str:
    """The first newer recorded release with such a kernel; empty where none has it."""
    from inspector.runtime.tensorflow_facts import recorded_releases, release_facts  # noqa: PLC0415 - rarely asked

    own = release(case.runtime.tensorflow or "99")
    newer = (version for version in recorded_releases() if release(version) > own)
    with_kernel = (v for v in newer if any(k.device in _CPU for k in release_facts(v).kernels(case.subject)))
    return next(with_kernel, "")


def advise(case: Case) -> str:
    """Some ops got their CPU kernel in a later release."""
    devices = case.problem.details.get("devices", "a GPU")
    there = f"no release runs it on this CPU: run it where {devices} is available, or replace the op before saving"
    since = _first_with_cpu_kernel(case)
    return f"install tensorflow>={since}, which has a kernel for the CPU; else {there}" if since else there


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
    advise=advise,
)
