"""A rule's documentation as text, under its fixed headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.report.json_text import dumps

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
        f"## How to fix\n\n{_template(rule.fix)}",
        "## References\n\n" + "\n".join(f"- {reference}" for reference in rule.references) if rule.references else "",
    ]
    return "\n\n".join(part for part in parts if part)


class _Names(dict[str, str]):
    """The fields of a template by their names in capitals, as manuals write what is filled in."""

    def __missing__(self, key: str) -> str:
        return key.upper()


def _template(text: str) -> str:
    # Of a rule alone nothing is found yet: the fields stay, in capitals.
    return text.format_map(_Names())


def rule_json(rules: Iterable[Rule]) -> str:
    """The rules with their documentation, for programs."""
    return dumps([_fields(rule) for rule in rules])


def _fields(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "category": rule.category.value,
        "severity": rule.severity.value,
        "what": rule.what,
        "why": rule.why,
        "example": rule.example,
        "message": _template(rule.message),
        "fix": _template(rule.fix),
        "references": list(rule.references),
    }


def rule_list(rules: Iterable[Rule]) -> str:
    """A table of all rules: code, name, category, severity, what it says."""
    from tabulate import tabulate  # noqa: PLC0415 - cold start: only tables need it

    rows = [(r.code, r.name, r.category.value, r.severity.value, r.what) for r in rules]
    return tabulate(rows, headers=("code", "name", "category", "severity", "what it says"), tablefmt="simple")
