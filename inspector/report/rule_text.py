"""A rule's documentation as text, under its fixed headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.terms.rule import Rule


def rule_text(rule: Rule) -> str:
    """Markdown: what it does, why it matters, example, how to fix, references."""
    parts = [
        f"# {rule.code} {rule.name}",
        f"{rule.category.value}, {rule.severity.value}",
        f"## What it says\n\n{rule.what}",
        f"## Why it matters\n\n{rule.why}",
        f"## Example\n\n{rule.example}" if rule.example else "",
        f"## How to fix\n\n{rule.fix}",
        "## References\n\n" + "\n".join(f"- {reference}" for reference in rule.references) if rule.references else "",
    ]
    return "\n\n".join(part for part in parts if part)


def rule_list(rules: Iterable[Rule]) -> str:
    """A table of all rules: code, name, category, severity, what it says."""
    from tabulate import tabulate  # noqa: PLC0415 - cold start: only tables need it

    rows = [(r.code, r.name, r.category.value, r.severity.value, r.what) for r in rules]
    return tabulate(rows, headers=("code", "name", "category", "severity", "what it says"), tablefmt="simple")
