"""Finds a rule by its code. A rule's file is named after its code, so only the rules that fire are imported."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from inspector.rules.rule import Rule

_FOLDERS = ("compat", "integrity")


@cache
def codes() -> dict[str, str]:
    """Every rule's code with the module that declares it, read from the file names (`ker101_unknown_class.py`)."""
    here = Path(__file__).parent
    found = {}
    for folder in _FOLDERS:
        for name in sorted(path.stem for path in (here / folder).glob("[a-z]*.py")):
            found[name.partition("_")[0].upper()] = f"inspector.rules.{folder}.{name}"
    return dict(sorted(found.items()))


@cache
def rule(code: str) -> Rule:
    """The rule of that code; UsageError where there is none."""
    module = codes().get(code.upper())
    if module is None:
        raise UsageError(f"no rule {code!r}; `inspect rule` lists them")
    declared: Rule = importlib.import_module(module).RULE
    return declared


def rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(rule(code) for code in codes())
