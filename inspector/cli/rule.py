"""`inspect rule [CODE]`: what a rule means; without a code, all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.arguments import Parser
from inspector.cli.output import write
from inspector.report.rule_text import rule_list, rule_text
from inspector.rules.registry import rule, rules

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Print one rule's documentation, or the list of all rules."""
    parser = Parser(prog="inspect rule", description="Explain a rule by its code, or list all rules.")
    parser.add_argument("code", nargs="?", metavar="CODE", help="e.g. KER101")
    options = parser.parse_args(arguments)
    write(rule_text(rule(options.code)) if options.code else rule_list(rules()))
    return 0
