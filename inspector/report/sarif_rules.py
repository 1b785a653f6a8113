"""A rule as SARIF describes it: its own id, help, level, and how severe security findings of it are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from inspector.report.rule_text import rule_text
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from inspector.terms.rule import Rule

# What code scanning sorts security alerts by (0 to 10, in the bands of CVSS). It belongs to the rule, so it follows
# the rule's own severity; how much harm one result does is its `rank`.
_SECURITY_SEVERITY = {Severity.ERROR: "8.5", Severity.WARNING: "5.5", Severity.NOTE: "2.5"}
# Of rules about loading; the words are those of code scanning.
_PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_MOST = 1024  # characters of a description that code scanning takes; the help text has no such bound


def descriptor(rule: Rule) -> dict[str, Any]:
    """The reportingDescriptor (SARIF 2.1.0, 3.49) of a rule."""
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.what[:_MOST]},
        "fullDescription": {"text": f"{rule.what} {rule.why}"[:_MOST]},
        "help": {"text": _help(rule), "markdown": rule_text(rule)},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": _properties(rule),
    }


def _help(rule: Rule) -> str:
    parts = [rule.why, f"Example: {rule.example}" if rule.example else "", *rule.references]
    return "\n".join(part for part in parts if part)


def _properties(rule: Rule) -> dict[str, Any]:
    # Tags of this form are how code scanning finds weaknesses by their number.
    numbers = re.findall(r"CWE-(\d+)", " ".join((rule.why, *rule.references)))
    tags = [rule.category.value, *(f"external/cwe/cwe-{number}" for number in dict.fromkeys(numbers))]
    if rule.category is not Category.SECURITY:
        return {"tags": tags, "precision": "very-high", "problem.severity": _PROBLEM_SEVERITY[rule.severity]}
    return {"tags": tags, "precision": "high", "security-severity": _SECURITY_SEVERITY[rule.severity]}
