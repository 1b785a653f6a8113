"""`inspect rules`: every rule, as a table or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.cli.arguments import Parser
from inspector.cli.output import write
from inspector.report.rule_text import rule_json, rule_list
from inspector.rules.registry import rules
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Print the rules, all or those whose code begins as asked."""
    parser = Parser(prog="inspect rules", description="List the rules; `inspect rule CODE` explains one.")
    parser.add_argument("prefix", nargs="?", default="", metavar="PREFIX", help="the beginning of codes, e.g. SEC2")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--output", metavar="FILE")
    options = parser.parse_args(arguments)
    # By its beginning, as configurations name rules: `SEC4` is all of them.
    found = [rule for rule in rules() if rule.code.startswith(options.prefix.upper())]
    if not found:
        raise UsageError(f"no rule begins with {options.prefix!r} (`inspect rules` lists all)")
    write(rule_json(found) if options.format == "json" else rule_list(found), options.output)
    return 0
