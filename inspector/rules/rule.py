"""What a rule is, and how a problem that a loader meets becomes a finding in the rule's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import Finding, Severity
from inspector.terms.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.rules.case import Case
    from inspector.terms.finding import Problem
    from inspector.terms.runtime import Runtime

__all__ = ["Rule", "explain", "fields_of", "keras_name"]


class _Fields(dict[str, str]):
    """Template fields; one that a problem does not carry reads as `?`, so that no message is lost for it."""

    def __missing__(self, key: str) -> str:
        return "?"


def fields_of(problem: Problem, runtime: Runtime, loader: str) -> Mapping[str, str]:
    """The fields of a template: what the problem is about and where, loader, error, versions, and its details.

    `runtime` is the distribution that answers the loader, with its version: `keras 2.15.0` or `tensorflow 2.15.1`.
    """
    keras = f"{keras_name(runtime)} {runtime.keras or '(none)'}"
    tensorflow = f"tensorflow {runtime.tensorflow or '(none)'}"
    details = _Fields({key: str(value) for key, value in problem.details.items()})
    details.update(
        subject=problem.subject,
        member=problem.location.member,
        pointer=problem.location.pointer,
        loader=loader,
        error=problem.error.type,
        text=problem.error.message,
        keras=keras,
        tensorflow=tensorflow,
        python=f"Python {runtime.python or '(unknown)'}",
        label=runtime.label,
        runtime=keras if loader.startswith(("keras.", "model.")) else tensorflow,
    )
    return details


def keras_name(runtime: Runtime) -> str:
    """The distribution that Keras comes from there: `tf_keras`, `keras`, or `tf.keras` where TensorFlow bundles it."""
    return {"tf_keras": "tf_keras", "bundled": "tf.keras"}.get(runtime.keras_flavour, "keras")


def explain(rule: Rule, case: Case, *, required: bool) -> Finding:
    """The finding of one problem. What only stops a loader that is not required is a warning."""
    fields = fields_of(case.problem, case.runtime, case.loader)
    # What only another loader meets: the one that decides succeeds or fails without it.
    severity = rule.severity if required else min(rule.severity, Severity.WARNING, key=_order)
    return Finding(
        rule=rule.code,
        name=rule.name,
        severity=severity,
        category=rule.category,
        message=rule.message.format_map(fields),
        locations=(case.problem.location,),
        fix=rule.advise(case) if rule.advise is not None else rule.fix.format_map(fields),
        blocks=(case.loader,),
        predicts=case.problem.error,
        subject=case.problem.subject,
    )


def _order(severity: Severity) -> int:
    """Rank for choosing the milder of two."""
    return (Severity.NOTE, Severity.WARNING, Severity.ERROR).index(severity)
