"""Finds a rule by its code. A rule's file is named after its code, so only the rules that fire are imported."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from types import ModuleType

    from inspector.rules.rule import Rule

_FOLDERS = ("compat", "integrity", "security")


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
        raise UsageError(f"no rule {code!r}; `inspect rules` lists them")
    declared: Rule = importlib.import_module(module).RULE
    return declared


def rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(rule(code) for code in codes())


# Which words of the evidence wake which security rule, generated from the rules: importing all of them to ask each
# would cost a tenth of a cold run. `make docs` writes it, and a test holds it against the rules.
TRIGGERS = Path(__file__).parent / "security" / "triggers.json"


def security_rules(tokens: AbstractSet[str]) -> list[ModuleType]:
    """The modules of the security rules that one of these words wakes, by code."""
    # Most artifacts wake none of these rules: only those that have something to say are imported.
    woken = {name for token, found in _triggers().items() if token in tokens for name in found}
    return [importlib.import_module(f"inspector.rules.security.{name}") for name in sorted(woken)]


@cache
def _triggers() -> dict[str, list[str]]:
    triggers: dict[str, list[str]] = json.loads(TRIGGERS.read_text(encoding="utf-8"))
    return triggers


def triggers_text() -> str:
    """What the index of triggers must hold."""
    found: dict[str, list[str]] = {}
    for module in codes().values():
        for token in getattr(importlib.import_module(module), "TRIGGERS", ()):
            found.setdefault(token, []).append(module.rpartition(".")[2])
    return json.dumps(dict(sorted(found.items())), indent=1) + "\n"
